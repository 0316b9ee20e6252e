import { describe, expect, test } from 'vitest';
import { fromText } from '../../../../src/bytes/text.js';
import { timestamp } from '../../../../src/bytes/time.js';
import { IsopressError } from '../../../../src/errors.js';
import { type FatOptions, planFat } from '../../../../src/format/fat/index.js';
import type { ExactContent } from '../../../../src/io/content.js';
import { bytesSource, zeroContent } from '../../../../src/io/memory.js';
import { FileTree } from '../../../../src/tree/file-tree.js';
import { directory, file, type Node, special, symlink } from '../../../../src/tree/node.js';

const mtime = timestamp(1_700_000_000);
const given = { seed: 'a seed', epoch: mtime };
const MIB = 1024 * 1024;
const sized = (size: number) => file(zeroContent(size), { mtime });
const layoutOf = (nodes: Record<string, Node>, options: Partial<FatOptions> = {}) =>
  planFat(FileTree.of(nodes, { mtime }), { ...given, ...options }).layout;
const codeOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error instanceof IsopressError ? error.code : error;
  }
  return undefined;
};

describe('type and cluster size', () => {
  test.each([
    [1 * MIB, 12, 2048],
    [8 * MIB, 12, 4096],
    [9 * MIB, 16, 2048],
    [15 * MIB, 16, 2048],
    [20 * MIB, 16, 2048],
    [128 * MIB, 16, 2048],
    [256 * MIB, 16, 4096],
    [511 * MIB, 16, 8192],
    [512 * MIB, 32, 4096],
    [9 * 1024 * MIB, 32, 8192],
  ])(
    'an image of %i bytes is FAT%i with clusters of %i, as mkfs.fat chooses or clearer of the limits',
    (size, type, clusterSize) => {
      const layout = layoutOf({}, { size });
      expect(layout).toMatchObject({ type, clusterSize, sectors: size / 512 });
    },
  );

  test('every size up to 600 MiB keeps 16 clusters away from the limits and has its data on 4 KiB', () => {
    const near: number[] = [];
    for (let sectors = 200; sectors < 1_200_000; sectors += 1 + (sectors >> 6)) {
      const { clusters, dataSector, type, fatSectors } = layoutOf({}, { size: sectors * 512 });
      const byCount = clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32;
      const tooNear = [4085, 65_525].some((limit) => clusters > limit - 17 && clusters < limit + 16);
      const tableFits = fatSectors * 512 * 8 >= (clusters + 2) * type;
      if (byCount !== type || tooNear || dataSector % 8 !== 0 || !tableFits) near.push(sectors);
    }
    expect(near).toEqual([]);
  });

  test('automatic size holds exactly what is needed', () => {
    const layout = layoutOf({ 'EFI/BOOT/bootx64.efi': sized(3 * MIB + 1) });
    expect(layout).toMatchObject({ type: 12, clusterSize: 2048, clusters: 1539, usedClusters: 1539 });
    const larger = layoutOf({ 'a.bin': sized(3 * MIB) }, { slack: MIB });
    expect(larger.clusters - larger.usedClusters).toBe(512);
  });

  test('an automatic size never lands between two types', () => {
    const around = Array.from({ length: 60 }, (_, i) => layoutOf({ 'a.bin': sized((4050 + i) * 2048) }));
    expect(new Set(around.map(({ clusters, type }) => (type === 12 ? clusters <= 4068 : clusters >= 4101)))).toEqual(
      new Set([true]),
    );
    expect(around[30]).toMatchObject({ type: 16, clusters: 4101, usedClusters: 4080 });
  });

  test('the smallest FAT32 and FAT16', () => {
    expect(layoutOf({}, { type: 32 })).toMatchObject({ clusterSize: 512, clusters: 65_541 });
    expect(layoutOf({}, { type: 16 })).toMatchObject({ clusterSize: 512, clusters: 4101 });
  });

  test('large trees become FAT32 with larger clusters', () => {
    const GIB = 1024 * MIB;
    const layout = layoutOf(Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, sized(2 * GIB)])));
    expect(layout).toMatchObject({ type: 32, clusterSize: 8192 });
  });

  test('sectors of 4096 bytes', () => {
    expect(layoutOf({}, { sectorSize: 4096, size: 20 * MIB })).toMatchObject({
      type: 16,
      clusterSize: 4096,
      sectors: 5120,
    });
  });

  test('many small files make clusters smaller before the image is called full', () => {
    const nodes = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`dir/${i}`, sized(10)]));
    expect(layoutOf(nodes, { size: 4 * MIB })).toMatchObject({ clusterSize: 1024 });
  });
});

describe('places', () => {
  test('directories first, then files, contiguously', () => {
    const layout = layoutOf({
      'b/two.bin': sized(5000),
      'b/c/three.bin': sized(1),
      'a.bin': sized(2048),
      empty: sized(0),
    });
    expect(
      layout.directories.map(({ path, first, count, parentCluster }) => [path, first, count, parentCluster]),
    ).toEqual([
      ['', 0, 0, 0],
      ['b', 2, 1, 0],
      ['b/c', 3, 1, 2],
    ]);
    expect(layout.files.map(({ path, first, count }) => [path, first, count])).toEqual([
      ['a.bin', 4, 1],
      ['b/c/three.bin', 5, 1],
      ['b/two.bin', 6, 3],
      ['empty', 0, 0],
    ]);
  });

  test('on FAT32 the root has clusters, and ".." of its children still says 0', () => {
    const layout = layoutOf({ 'b/c/x': sized(1) }, { type: 32 });
    expect(layout.directories.map(({ first, parentCluster }) => [first, parentCluster])).toEqual([
      [2, 0],
      [3, 0],
      [4, 3],
    ]);
  });

  test('a fixed root grows with its entries', () => {
    const nodes = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`F${i}`, sized(1)]));
    expect(layoutOf(nodes, { label: 'X' })).toMatchObject({ rootEntries: 608 });
  });
});

describe('refused', () => {
  test.each<[string, Record<string, Node>, Partial<FatOptions>]>([
    ['fat.file-too-large', { big: sized(2 ** 32) }, {}],
    ['fat.no-space', { big: sized(MIB) }, { size: MIB }],
    ['fat.size', {}, { size: 1000 }],
    ['fat.cluster-count', {}, { size: 20 * MIB, type: 32 }],
    ['fat.cluster-count', {}, { size: 600 * MIB, clusterSize: 512, type: 16 }],
    ['fat.cluster-count', {}, { size: 512 }],
    ['fat.cluster-size', {}, { clusterSize: 3000 }],
    ['fat.cluster-size', {}, { clusterSize: 65_536 }],
    ['fat.sector-size', {}, { sectorSize: 520 }],
    ['fat.label', {}, { label: 'longer than 11' }],
    ['fat.label', {}, { label: 'A/B' }],
    ['fat.number', {}, { serial: 2 ** 32 }],
  ])('%s', (code, nodes, options) => expect(codeOf(() => layoutOf(nodes, options))).toBe(code));

  test('a directory of more entries than 2 MiB', () => {
    const names = Array.from({ length: 33_000 }, (_, i) => [fromText(`Name ${i}`), sized(0)] as const);
    const tree = new FileTree(
      directory<ExactContent>({ mtime }, [[fromText('d'), directory<ExactContent>({}, names)]]),
    );
    expect(codeOf(() => planFat(tree, given))).toBe('fat.directory-too-large');
  });
});

test('losses are reported by kind', () => {
  const shared = file(bytesSource(Uint8Array.of(1)), { mtime });
  const attrs = {
    mtime: timestamp(1),
    mode: 0o4755,
    uid: 7,
    xattrs: [{ name: fromText('user.x'), value: Uint8Array.of(1) }],
  };
  const layout = layoutOf({
    link: symlink(fromText('x')),
    null: special('character-device', {}, 1, 3),
    pipe: special('fifo'),
    one: shared,
    two: shared,
    odd: file(bytesSource(Uint8Array.of(1)), { mtime: timestamp(1_700_000_001) }),
    suid: file(bytesSource(Uint8Array.of(1)), attrs),
  });
  expect(layout.losses.map(({ code, count, examples }) => [code, count, examples])).toEqual([
    ['fat.symlink', 1, ['/link']],
    ['fat.character-device', 1, ['/null']],
    ['fat.mtime-grain', 1, ['/odd']],
    ['fat.hard-links', 2, ['/one', '/two']],
    ['fat.fifo', 1, ['/pipe']],
    ['fat.owner', 1, ['/suid']],
    ['fat.mode', 1, ['/suid']],
    ['fat.xattrs', 1, ['/suid']],
    ['fat.mtime-range', 1, ['/suid']],
  ]);
  expect(layout.files.map(({ path }) => path)).toEqual(['odd', 'one', 'suid', 'two']);
});

test('the serial follows from the seed unless given', () => {
  expect(layoutOf({}).serial).toBe(layoutOf({ a: sized(1) }).serial);
  expect(layoutOf({}, { seed: 'another' }).serial).not.toBe(layoutOf({}).serial);
  expect(layoutOf({}, { serial: 0x1234abcd }).serial).toBe(0x1234abcd);
});
