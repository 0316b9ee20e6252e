// Plans of ext4 images: what is refused, what is noted, where things go.

import { describe, expect, test } from 'vitest';
import { fromText } from '../../../../src/bytes/text.js';
import { timestamp } from '../../../../src/bytes/time.js';
import { InvalidInputError, type IsopressError } from '../../../../src/errors.js';
import { Geometry } from '../../../../src/format/ext4/geometry.js';
import { type Ext4Options, planExt4 } from '../../../../src/format/ext4/index.js';
import { segmentsOf } from '../../../../src/format/ext4/segments.js';
import { quietRun } from '../../../../src/io/content.js';
import { exactContent } from '../../../../src/io/exact.js';
import { collect, zeroContent } from '../../../../src/io/memory.js';
import { FileTree } from '../../../../src/tree/file-tree.js';
import { directory, file, type Node, special, symlink } from '../../../../src/tree/node.js';

const BASE: Ext4Options = { seed: 's', epoch: timestamp(1_700_000_000), journal: false };

function refusal(nodes: Record<string, Node>, options: Partial<Ext4Options> = {}): IsopressError {
  try {
    planExt4(FileTree.of(nodes), { ...BASE, ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    return error as IsopressError;
  }
  throw new Error('accepted');
}

describe('entries that ext4 cannot store are refused with their path', () => {
  const large = (name: string, length: number) => ({ name: fromText(name), value: new Uint8Array(length) });
  test.each([
    ['ext4.name-too-long', { [`d/${'n'.repeat(256)}`]: special('fifo') }, `d/${'n'.repeat(256)}`],
    ['ext4.file-too-large', { 'd/f': file(zeroContent(2 ** 44)) }, 'd/f'],
    ['ext4.symlink-length', { 'd/l': symlink(fromText('')) }, 'd/l'],
    ['ext4.symlink-length', { 'd/l': symlink(fromText('x'.repeat(4096))) }, 'd/l'],
    ['ext4.device-number', { 'd/c': special('character-device', {}, 4096, 0) }, 'd/c'],
    ['ext4.device-number', { 'd/b': special('block-device', {}, 0, 2 ** 20) }, 'd/b'],
    ['ext4.xattr-too-large', { 'd/x': special('fifo', { xattrs: [large('trusted.a', 4100)] }) }, 'd/x'],
    ['ext4.bad-acl', { 'd/a': directory({ xattrs: [large('system.posix_acl_default', 5)] }) }, 'd/a'],
    ['ext4.lost-found', { 'lost+found': special('fifo') }, 'lost+found'],
  ] as [string, Record<string, Node>, string][])('%s', (code, nodes, path) => {
    const error = refusal(nodes);
    expect(error.code).toBe(code);
    expect(error.place.path).toBe(path);
  });

  test('ext4.too-many-links, at the first name too many', () => {
    const leaf = special('fifo');
    const names = Array.from({ length: 65_001 }, (_, turn) => [fromText(`${turn}`.padStart(5, '0')), leaf] as const);
    const error = refusal({ d: directory({}, names) });
    expect(error.code).toBe('ext4.too-many-links');
    expect(error.place.path).toBe('d/65000');
  });
});

test('ext4.directory-too-large, where two levels of index do not suffice', () => {
  const empty = special('fifo');
  const names = Array.from({ length: 50_000 }, (_, turn) => [fromText(`${turn}`.padStart(255, '0')), empty] as const);
  const deep: Record<string, Node> = { d: directory({}, names.slice(0, 40_000)) };
  expect(planExt4(FileTree.of(deep), { ...BASE, blockSize: 1024 }).layout.blocks).toBeGreaterThan(13_333);
  const error = refusal({ d: directory({}, names) }, { blockSize: 1024 });
  expect(error.code).toBe('ext4.directory-too-large');
  expect(error.place.path).toBe('d');
});

test('a consumer that stops early closes the file being read', async () => {
  let closed = 0;
  const content = exactContent(1_000_000, async function* () {
    try {
      for (let turn = 0; turn < 10; turn++) yield new Uint8Array(100_000).fill(1);
    } finally {
      closed++;
    }
  });
  const plan = planExt4(FileTree.of({ f: file(content) }), BASE);
  let seen = 0;
  for await (const piece of plan.pieces(quietRun())) {
    seen += 'hole' in piece ? piece.hole : piece.length;
    if (seen > 500_000) break;
  }
  expect(closed).toBe(1);
});

describe('options', () => {
  test.each([
    ['size', 0],
    ['size', 1.5],
    ['slack', -1],
    ['blockSize', 512],
    ['blockSize', 5120],
    ['blockSize', 131_072],
    ['inodeSize', 64],
    ['journal', 1023],
    ['reservedPercent', 51],
    ['inodeRatio', 1],
    ['inodes', 2 ** 32],
    ['label', '0123456789abcdefg'],
    ['label', 'a\0b'],
    ['uuid', 'none'],
    ['hashSeed', '1'],
  ])('%s = %s is refused by name', (name, value) => {
    const error = refusal({}, { [name]: value });
    expect(error.code).toBe(`ext4.option-${name.toLowerCase()}`);
    expect(error.message).toContain(name);
  });

  test('a size that is too small is refused with the size needed', () => {
    const error = refusal(
      { f: file(zeroContent(10)), g: file({ ...zeroContent(9_000_000), holes: [] }) },
      { size: 5_000_000 },
    );
    expect(error.code).toBe('ext4.too-small');
    const needed = Number(/needs (\d+) bytes/.exec(error.message)![1]);
    const tree = FileTree.of({ f: file(zeroContent(10)), g: file({ ...zeroContent(9_000_000), holes: [] }) });
    expect(planExt4(tree, { ...BASE, size: needed }).size).toBe(needed);
  });

  test('identities and sizes given are used', () => {
    const uuid = '01234567-89AB-CDEF-0123-456789abcdef';
    const { layout } = planExt4(FileTree.of({}), {
      ...BASE,
      uuid,
      size: 50_000_001,
      inodes: 5000,
      journal: 2000,
      label: 'X',
    });
    expect(layout).toMatchObject({ uuid: uuid.toLowerCase(), size: 50_000_001, journalBlocks: 2000, label: 'X' });
    expect(layout.blocks).toBe(Math.floor(50_000_001 / 4096));
    expect(layout.inodes).toBeGreaterThanOrEqual(5000);
  });

  test('an image has inodes by its size, but never fewer than the tree needs', () => {
    const names = Array.from({ length: 3000 }, (_, turn) => [`${turn}`, special('fifo')] as const);
    const tree = FileTree.of(Object.fromEntries(names));
    expect(planExt4(FileTree.of({}), { ...BASE, size: 2 ** 30 }).layout.inodes).toBe(65_536);
    // 16 groups and a bit that would not hold the metadata of a seventeenth: it is left out, the inodes stay.
    expect(planExt4(FileTree.of({}), { ...BASE, size: 2 ** 31 + 2 ** 18 }).layout).toMatchObject({
      groups: 16,
      inodes: 131_328,
    });
    expect(planExt4(FileTree.of({}), { ...BASE, size: 2 ** 30, inodeRatio: 1024 }).layout.inodes).toBe(262_144);
    expect(planExt4(tree, { ...BASE, size: 2 ** 24 }).layout.inodes).toBeGreaterThanOrEqual(3011);
  });
});

describe('beyond what is written', () => {
  test.each([['ext4.too-large', { size: 2 ** 45 }]])('%s', (code, options) => {
    expect(() => planExt4(FileTree.of({}), { ...BASE, ...options })).toThrow(expect.objectContaining({ code }));
  });
});

describe('losses', () => {
  test('times and attributes out of range are noted, by kind', () => {
    const { losses } = planExt4(
      FileTree.of({
        old: special('fifo', { mtime: timestamp(-(2 ** 31) - 1) }),
        late: special('fifo', { mtime: timestamp(2 ** 34) }),
        suspect: special('fifo', { mtime: timestamp(2 ** 33 + 2 ** 31) }),
        named: special('fifo', { xattrs: [{ name: fromText('system.x'), value: new Uint8Array(1) }] }),
      }),
      BASE,
    ).layout;
    expect(losses.map(({ code, count }) => [code, count]).sort()).toEqual([
      ['ext4.mtime-range', 2],
      ['ext4.mtime-suspect', 1],
      ['ext4.xattr-namespace', 1],
    ]);
  });
});

describe('geometry', () => {
  const geometry = (blocks: number, inodes = 1000) =>
    new Geometry({
      blocks,
      blockSize: 4096,
      blocksPerGroup: 32_768,
      groupsPerFlex: 16,
      inodes,
      inodeSize: 256,
      features: new Set(['64bit', 'resize_inode', 'sparse_super']),
    });

  test('superblock copies in group 1 and the powers of 3, 5 and 7', () => {
    expect(geometry(32_768 * 100).backupGroups).toEqual([1, 3, 5, 7, 9, 25, 27, 49, 81]);
    expect(geometry(32_768).backupGroups).toEqual([]);
  });

  test('the metadata of a flex group follows the head of its first group, in order and disjoint', () => {
    const g = geometry(32_768 * 20);
    const spans: [number, number][] = [];
    for (let group = 0; group < g.groups; group++) {
      spans.push([g.groupStart(group), g.headBlocks(group)], [g.blockBitmap(group), 1], [g.inodeBitmap(group), 1]);
      spans.push([g.inodeTable(group), g.inodeTableBlocks]);
    }
    spans.sort(([a], [b]) => a - b);
    for (const [turn, [at, length]] of spans.entries()) {
      expect(at + length).toBeLessThanOrEqual(spans[turn + 1]?.[0] ?? g.blocks);
    }
    expect(g.leaderOf(15)).toBe(0);
    expect(g.leaderOf(19)).toBe(16);
    const used = spans.reduce((sum, [, length]) => sum + length, 0);
    expect(g.space.capacity).toBe(g.blocks - used);
  });

  test('flex groups shrink until their metadata fits a group', () => {
    expect(geometry(32_768 * 32, 32 * 8192).logGroupsPerFlex).toBe(4);
    expect(geometry(32_768 * 32, 32 * 32_768).logGroupsPerFlex).toBe(3);
  });
});

describe('sparse files', () => {
  test('only blocks wholly in a hole are left out', () => {
    const content = {
      ...zeroContent(20_000),
      holes: [
        { at: 1, length: 8191 },
        { at: 12_287, length: 7713 },
      ],
    };
    expect([...segmentsOf(content, 4096)]).toEqual([
      { logical: 0, length: 1 },
      { logical: 2, length: 1 },
    ]);
    expect([...segmentsOf(zeroContent(20_000), 4096)]).toEqual([]);
  });

  test('a content of another size than it states ends the emission', async () => {
    const short = file(
      exactContent(10_000, async function* () {
        yield new Uint8Array(9_999);
      }),
    );
    const plan = planExt4(FileTree.of({ short }), BASE);
    await expect(collect(plan, quietRun())).rejects.toThrow('planned 10000, produced 9999');
  });
});
