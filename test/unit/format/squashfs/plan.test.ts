import { expect, test } from 'vitest';
import { fromText } from '../../../../src/bytes/text.js';
import { timestamp } from '../../../../src/bytes/time.js';
import { InvalidInputError } from '../../../../src/errors.js';
import { planSquashfs, type SquashfsOptions } from '../../../../src/format/squashfs/index.js';
import { superblock } from '../../../../src/format/squashfs/superblock.js';
import { bytesSource } from '../../../../src/io/memory.js';
import { FileTree } from '../../../../src/tree/file-tree.js';
import { directory, file, type Node, special, symlink } from '../../../../src/tree/node.js';
import { EPOCH, GZIP, STORED, sparseContent, squashfsBytes } from '../../../support/squashfs-images.js';
import { noise } from '../../../support/trees.js';

const plan = (nodes: Record<string, Node>, options: Partial<SquashfsOptions> = {}) =>
  planSquashfs(FileTree.of(nodes), { compression: GZIP, epoch: EPOCH, ...options }).layout;
const bytes = (length: number) => file(bytesSource(noise(length, 1)));

test('the layout has the decisions', () => {
  const shared = bytes(10);
  const layout = plan(
    { 'a/one': bytes(5000), 'a/two': shared, 'a/three': shared, b: symlink(fromText('a'), { uid: 7, gid: 8 }) },
    { blockSize: 4096 },
  );
  expect(layout).toMatchObject({
    format: 'squashfs',
    compression: { name: 'gzip', engine: GZIP.engine, level: 1 },
    blockSize: 4096,
    modificationTime: 1_700_000_000,
    inodes: 5,
    directories: 2,
    contents: 2,
    blocks: 2,
    fragments: 1,
    // In the order of the inodes: the root's own entries come before those of its directories.
    ids: [7, 8, 0],
    exportable: true,
    contentSize: 5010,
    losses: [],
  });
});

test('tails: in fragments for small files, for larger ones if asked, never for whole blocks', () => {
  const files = { small: bytes(100), whole: bytes(4096), large: bytes(9000) };
  const counts = (options: Partial<SquashfsOptions>) => {
    const { blocks, fragments } = plan(files, { blockSize: 4096, ...options });
    return [blocks, fragments];
  };
  expect(counts({})).toEqual([4, 1]);
  expect(counts({ tailPacking: true })).toEqual([3, 1]);
  expect(counts({ fragments: false })).toEqual([5, 0]);
});

test('a tail known to be zeros is a sparse block', () => {
  const hole = { hole: file(sparseContent(100, [])) };
  expect(plan(hole)).toMatchObject({ blocks: 1, fragments: 0 });
  expect(plan(hole, { sparse: false })).toMatchObject({ blocks: 0, fragments: 1 });
});

test('files that share a content are stored once', async () => {
  const content = bytesSource(noise(300_000, 2));
  const layout = plan({ a: file(content), b: file(content, { mode: 0o600 }) });
  expect(layout).toMatchObject({ inodes: 3, contents: 1, blocks: 3, contentSize: 300_000 });
});

test('losses are named with an example', () => {
  const acl = { name: fromText('system.posix_acl_access'), value: Uint8Array.of(2) };
  const odd = { name: fromText('btrfs.compression'), value: Uint8Array.of(2) };
  const { losses } = plan({
    old: file(bytesSource(noise(1, 1)), { mtime: timestamp(-5) }),
    new: file(bytesSource(noise(1, 1)), { mtime: timestamp(2 ** 32) }),
    exact: file(bytesSource(noise(1, 1)), { mtime: timestamp(5, 1) }),
    acl: directory({ xattrs: [acl] }),
    odd: special('fifo', { xattrs: [odd] }),
  });
  expect(losses.map(({ code, count, examples }) => [code, count, examples]).sort()).toEqual([
    ['squashfs.acl', 1, ['/acl']],
    ['squashfs.mtime-fraction', 1, ['/exact']],
    ['squashfs.mtime-range', 2, ['/new', '/old']],
    ['squashfs.xattr-namespace', 1, ['/odd']],
  ]);
});

test('entries that no image can store are refused with their path', () => {
  const refusal = (nodes: Record<string, Node>) => {
    try {
      plan(nodes);
    } catch (error) {
      if (error instanceof InvalidInputError) return [error.code, error.place.path];
    }
    return undefined;
  };
  expect(refusal({ [`d/${'n'.repeat(256)}`]: bytes(1) })).toEqual(['squashfs.name-too-long', `/d/${'n'.repeat(256)}`]);
  expect(refusal({ s: symlink(fromText('t'.repeat(4096))) })).toEqual(['squashfs.target-too-long', '/s']);
  expect(refusal({ s: symlink(fromText('')) })).toEqual(['squashfs.target-empty', '/s']);
  expect(refusal({ d: special('block-device', {}, 4096, 0) })).toEqual(['squashfs.device-number', '/d']);
  const owners = Array.from({ length: 65_535 }, (_, i) => [`f${i}`, special('fifo', { uid: i + 1 })]);
  expect(refusal(Object.fromEntries(owners))).toEqual(['squashfs.too-many-ids', undefined]);
});

test('options outside the format are refused', () => {
  for (const blockSize of [2048, 5000, 2_097_152, Number.NaN]) {
    expect(() => plan({}, { blockSize })).toThrow('cannot be the block size');
  }
  expect(() => plan({}, { padTo: 0 })).toThrow(InvalidInputError);
  expect(() => plan({}, { offset: -1 })).toThrow('cannot start at byte -1');
  for (const alignTo of [0, 3, 0.5, 2 ** 27]) expect(() => plan({}, { alignTo })).toThrow('Files cannot be aligned');
  expect(() => plan({}, { fragments: false, tailPacking: true })).toThrow('Tail packing needs fragments.');
});

test('the size limit leaves out what is known to be holes', () => {
  const layout = plan({ image: file(sparseContent(2 ** 40, [{ at: 2 ** 39, length: 10 }])) }, { blockSize: 1_048_576 });
  expect(layout.sizeLimit).toBeLessThan(2 * 1_048_576 + 5 * 2 ** 20);
  expect(layout.blocks).toBe(2 ** 20);
});

test('the image ends where the superblock says, padded as asked', async () => {
  const tree = FileTree.of({ a: bytes(5000) });
  for (const padTo of [1, 4096, 65_536]) {
    const image = await squashfsBytes(tree, { padTo });
    const { bytesUsed } = superblock.decode(image);
    expect(image.length).toBe(Math.ceil(bytesUsed / padTo) * padTo);
    expect(image.subarray(bytesUsed).every((byte) => byte === 0)).toBe(true);
  }
});

test('without compression every part is marked as stored', async () => {
  const image = await squashfsBytes(FileTree.of({ a: bytes(5000) }), { compression: STORED });
  expect(superblock.decode(image).flags & 0x90b).toBe(0x90b);
  const some = await squashfsBytes(FileTree.of({ a: bytes(5000) }), { stored: ['data', 'ids'] });
  expect(superblock.decode(some).flags & 0x90b).toBe(0x802);
});

test('an empty tree is an image of one inode', async () => {
  const head = superblock.decode(await squashfsBytes(FileTree.of({})));
  expect(head).toMatchObject({ inodeCount: 1, fragmentCount: 0, idCount: 1 });
  // GRUB looks at a fragment table without entries too: it has a place.
  expect(head.fragmentTableAt).toBe(head.directoryTableAt);
});
