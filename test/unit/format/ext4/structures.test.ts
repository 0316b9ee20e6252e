// The structures of ext4 against the layout in the kernel's documentation, byte by byte where it matters.
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../../src/bytes/crc.js';
import { uuidBytes } from '../../../../src/bytes/guid.js';
import { fromText } from '../../../../src/bytes/text.js';
import { timestamp } from '../../../../src/bytes/time.js';
import { diskAcl } from '../../../../src/format/ext4/acl.js';
import { linearBlocks, renderLinear } from '../../../../src/format/ext4/dirent.js';
import { nameHasher } from '../../../../src/format/ext4/dirhash.js';
import { renderExtentTree, treeBlocks, treeLevels } from '../../../../src/format/ext4/extent.js';
import { hashOrder } from '../../../../src/format/ext4/htree.js';
import { deviceField, timeFields } from '../../../../src/format/ext4/inode.js';
import { renderXattrBlock } from '../../../../src/format/ext4/render-xattr.js';
import { storedXattr } from '../../../../src/format/ext4/xattr.js';
import { placeXattrs } from '../../../../src/format/ext4/xattr-placement.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

describe('times', () => {
  // The table of the kernel's documentation, "Inode Timestamps": extra bits, first and last second.
  test.each([
    [-(2 ** 31), 0x80000000, 0],
    [-1, 0xffffffff, 0],
    [0, 0, 0],
    [2 ** 31 - 1, 0x7fffffff, 0],
    [2 ** 31, 0x80000000, 1],
    [2 ** 32 - 1, 0xffffffff, 1],
    [2 ** 32, 0, 1],
    [2 ** 32 + 2 ** 31, 0x80000000, 2],
    [2 ** 34 - 2 ** 31 - 1, 0x7fffffff, 3],
  ])('second %d', (seconds, low, epoch) => {
    expect(timeFields(timestamp(seconds))).toEqual({ seconds: low, extra: epoch });
  });

  test('nanoseconds use the upper 30 bits', () => {
    expect(timeFields(timestamp(2 ** 31, 999_999_999))).toEqual({ seconds: 0x80000000, extra: 999_999_999 * 4 + 1 });
  });
});

describe('device numbers', () => {
  test('small ones in the first word, large ones in the second', () => {
    expect(hex(deviceField(8, 1).subarray(0, 8))).toBe('0108000000000000');
    expect(hex(deviceField(259, 0x12345).subarray(0, 8))).toBe('0000000045033112');
  });
});

describe('extent trees', () => {
  test('four extents fit the inode, the fifth takes a leaf, the leaf holds 340', () => {
    expect(treeBlocks(4, 4096)).toBe(0);
    expect(treeBlocks(5, 4096)).toBe(1);
    expect(treeLevels(4 * 340, 4096)).toEqual([4]);
    expect(treeLevels(4 * 340 + 1, 4096)).toEqual([5, 1]);
    expect(treeLevels(10_000, 1024)).toEqual([120, 2]);
  });

  test('an inline root', () => {
    const { root, blocks } = renderExtentTree([{ logical: 1, block: 0x1_0000_0002, length: 3 }], () => 0, 4096, 0);
    expect(blocks).toEqual([]);
    expect(hex(root.subarray(0, 24))).toBe('0af301000400000000000000010000000300010002000000');
  });

  test('a leaf is summed up to its tail', () => {
    const extents = Array.from({ length: 5 }, (_, turn) => ({ logical: turn * 2, block: 100 + turn, length: 1 }));
    const { root, blocks } = renderExtentTree(extents, () => 77, 4096, 5);
    expect(hex(root.subarray(0, 24))).toBe('0af301000400010000000000000000004d00000000000000');
    const leaf = blocks[0]!;
    const tail = new DataView(leaf.buffer).getUint32(4092, true);
    expect(tail).toBe(crc32c(5, leaf, 0, 4092));
  });
});

describe('directories', () => {
  test('the last record reaches to the checksum', () => {
    const entries = [{ ino: 12, name: fromText('abcde'), kind: 'file' as const }];
    const block = renderLinear(entries, 1, 1024, 7);
    expect(hex(block.subarray(0, 16))).toBe('0c000000f40305016162636465000000');
    expect(hex(block.subarray(1012, 1020))).toBe('000000000c0000de');
    expect(new DataView(block.buffer).getUint32(1020, true)).toBe(crc32c(7, block, 0, 1012));
  });

  test('blocks are counted as they are filled', () => {
    // 1012 bytes less the 24 of "." and ".."; then 3 names of 264 bytes to a block.
    const names = Array.from({ length: 7 }, (_, turn) => fromText(`${turn}`.padEnd(255, 'x')));
    expect(linearBlocks(names, 1024)).toBe(3);
  });

  test('hashes spread over leaves in their order', () => {
    const hasher = nameHasher(new Uint8Array(16));
    const names = Array.from({ length: 400 }, (_, turn) => fromText(`name ${turn}`));
    const { order, starts, hashes } = hashOrder(names, hasher, 1024);
    const sorted = Array.from(order, (position) => hasher(names[position]!).hash);
    expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
    expect(starts).toHaveLength(7);
    expect(hashes[0]).toBe(0);
    for (const [turn, start] of starts.entries()) if (turn > 0) expect(hashes[turn]).toBe(sorted[start]);
    expect(new Set(order).size).toBe(400);
  });

  test('a hash that continues in the next leaf is odd there', () => {
    const names = Array.from({ length: 60 }, (_, turn) => fromText(`${turn}`.padEnd(40, '-')));
    const { hashes } = hashOrder(names, () => ({ hash: 42, minor: 0 }), 1024);
    expect(hashes).toEqual([0, 43, 43]);
  });
});

describe('half MD4', () => {
  // Answers of debugfs dx_hash.
  test('with a seed', () => {
    const hash = nameHasher(uuidBytes('695e88b9-ba66-49b1-9289-a58e85457ce0'));
    expect(hash(fromText('passwd'))).toEqual({ hash: 0x704ab6c2, minor: 0x09df8f4c });
  });
});

describe('POSIX ACLs', () => {
  test('ids stay only where they name someone', () => {
    const given = '02000000 01000600ffffffff 02000700e8030000 04000500ffffffff 10000700ffffffff 20000400ffffffff';
    const stored = '01000000 01000600 02000700e8030000 04000500 10000700 20000400';
    expect(hex(diskAcl(unhex(given.replaceAll(' ', '')))!)).toBe(stored.replaceAll(' ', ''));
  });

  test.each(['', '01000000', '0200000001', '0200000003000600ffffffff'])('"%s" is none', (value) => {
    expect(diskAcl(unhex(value))).toBeUndefined();
  });
});

describe('extended attributes', () => {
  const attribute = (name: string, length: number) => {
    const stored = storedXattr({ name: fromText(name), value: new Uint8Array(length).fill(1) });
    if (typeof stored === 'string') throw new Error(stored);
    return stored;
  };

  test('names lose their known start', () => {
    expect(attribute('security.selinux', 1)).toMatchObject({ prefix: 6, name: 'selinux' });
    expect(storedXattr({ name: fromText('system.other'), value: new Uint8Array(0) })).toBe('unknown-namespace');
    expect(storedXattr({ name: fromText('user.'), value: new Uint8Array(0) })).toBe('unknown-namespace');
  });

  test('the inode is filled first, the block is sorted and no larger than it is', () => {
    const large = attribute('user.a', 100);
    const small = attribute('user.bb', 20);
    expect(placeXattrs([small, large], 96, 4096)).toEqual({ inInode: [small], inBlock: [large] });
    expect(placeXattrs([attribute('user.a', 4040)], 96, 4096)?.inBlock).toHaveLength(1);
    expect(placeXattrs([attribute('user.a', 4041)], 96, 4096)).toBeUndefined();
  });

  test('a block is summed with its own number', () => {
    const block = renderXattrBlock([attribute('user.a', 3)], 1024, 2, 0x1_0000_0003, 9);
    const sum = new DataView(block.buffer).getUint32(0x10, true);
    block.fill(0, 0x10, 0x14);
    expect(hex(block.subarray(0, 12))).toBe('000002ea0200000001000000');
    expect(sum).toBe(crc32c(crc32c(9, unhex('0300000001000000')), block));
  });
});
