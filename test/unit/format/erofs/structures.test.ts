// On-disk structures against bytes of mkfs.erofs 1.5, whose fields dump.erofs 1.5 shows.

import { expect, test } from 'vitest';
import { deviceNumber, deviceNumbers } from '../../../../src/bytes/index.js';
import { type ByteString, fromText } from '../../../../src/bytes/text.js';
import { chunkAddress, chunkIndex } from '../../../../src/format/erofs/chunk-index.js';
import { encodeConfigs, lz4Config } from '../../../../src/format/erofs/compression-config.js';
import { deviceSlot } from '../../../../src/format/erofs/device-slot.js';
import { DirentType, dirent, putDirectoryBlock } from '../../../../src/format/erofs/dirent.js';
import {
  compactInode,
  DataLayout,
  extendedInode,
  inodeFormat,
  isExtendedFormat,
  layoutOf,
} from '../../../../src/format/erofs/inode.js';
import { extentRecordSize, MapAdvice, mapHeader } from '../../../../src/format/erofs/map-header.js';
import {
  Compatible,
  Incompatible,
  MAGIC,
  superblock,
  superblockChecksum,
  superblockExtension,
} from '../../../../src/format/erofs/superblock.js';
import {
  longPrefix,
  putXattr,
  splitXattrName,
  xattrBytes,
  xattrHead,
  xattrSize,
  xattrWords,
} from '../../../../src/format/erofs/xattr.js';
import { TYPE_BITS } from '../../../../src/tree/index.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

const UUID = unhex('0123456789abcdef0123456789abcdef');
/** `mkfs.erofs -T 1700000000 -U 01234567-89ab-cdef-0123-456789abcdef -zlz4hc -C16384 -Elegacy-compress`, byte 1024 on. */
const SUPERBLOCK =
  'e2e1f5e05bf54212030000000c002500' +
  '070000000000000000f1536500000000' +
  '00000000150000000000000000000000' +
  '0123456789abcdef0123456789abcdef' +
  '00000000000000000000000000000000' +
  '03000000010000000000000000000000' +
  '00000000000000000000000000000000' +
  '00000000000000000000000000000000';
const CONFIGS = '0e00ffff040000000000000000000000';

test('a superblock has every field at its place in mkfs.erofs', () => {
  const found = superblock.decode(unhex(SUPERBLOCK));
  expect(found).toEqual({
    magic: MAGIC,
    checksum: 0x1242_f55b,
    compatible: Compatible.checksum | Compatible.modificationTime,
    blockLog: 12,
    extraSlots: 0,
    rootNid: 37,
    inodes: 7,
    epoch: 1_700_000_000,
    epochNanoseconds: 0,
    blocks: 21,
    metaBlock: 0,
    xattrBlock: 0,
    uuid: UUID,
    label: '',
    incompatible: Incompatible.zeroPadding | Incompatible.compressionConfigs,
    algorithms: 1,
    extraDevices: 0,
    deviceSlot: 0,
    directoryBlockLog: 0,
    xattrPrefixCount: 0,
    xattrPrefixesAt: 0,
    packedNid: 0,
    xattrFilterReserved: 0,
    shareIdPrefix: 0,
    buildTime: 0,
    wideRootNid: 0,
    wideRootHigh: 0,
  });
  expect(hex(superblock.encode(found))).toBe(SUPERBLOCK);
  expect(superblockExtension.decode(unhex('05000000000000000000000000000000'))).toEqual({ metaboxNid: 5 });
});

test('a time before 1970 keeps its sign', () => {
  const bytes = superblock.encode({ ...superblock.decode(unhex(SUPERBLOCK)), epoch: -1 });
  expect(hex(bytes.subarray(24, 32))).toBe('ffffffffffffffff');
  expect(superblock.decode(bytes).epoch).toBe(-1);
  const seconds = -62_135_596_800;
  expect(superblock.decode(superblock.encode({ ...superblock.decode(bytes), epoch: seconds })).epoch).toBe(seconds);
});

test('the checksum of a superblock is that of mkfs.erofs', () => {
  // `mkfs.erofs -T 0 -U 01234567-89ab-cdef-0123-456789abcdef` of an empty directory: the rest of its block is 32 bytes of an inode and its entries.
  const block = unhex(EMPTY_BLOCK.padEnd(3072 * 2, '0'));
  expect(superblockChecksum(block, 12)).toBe(superblock.decode(block).checksum);
  block[200] = 1;
  expect(superblockChecksum(block, 12)).not.toBe(superblock.decode(block).checksum);
});

test('compression configurations are those of mkfs.erofs', () => {
  const lz4 = lz4Config.decode(unhex(CONFIGS.slice(4)));
  expect(lz4).toEqual({ maxDistance: 0xffff, maxClusterBlocks: 4 });
  expect(hex(encodeConfigs({ lz4 }))).toBe(CONFIGS);
  const lzma = '0e00008000000000' + '0000000000000000';
  expect(hex(encodeConfigs({ lz4, lzma: { dictionarySize: 0x8000, format: 0 } }))).toBe(CONFIGS + lzma);
  expect(hex(encodeConfigs({ deflate: { windowLog: 15 }, zstd: { format: 0, windowLog: 7 } }))).toBe(
    '06000f0000000000' + '0600000700000000',
  );
});

test('compact inodes: a directory, a link, a file with attributes', () => {
  const directory = '04000000ed4103007a00000000000000ffffffff000000000000000000000000';
  const found = compactInode.decode(unhex(directory));
  expect(found).toEqual({
    format: inodeFormat(false, DataLayout.inline),
    xattrWords: 0,
    mode: TYPE_BITS.directory | 0o755,
    links: 3,
    size: 122,
    mtime: 0,
    data: 0xffff_ffff,
    number: 0,
    uid: 0,
    gid: 0,
  });
  expect(hex(compactInode.encode(found))).toBe(directory);
  const file = '06000200a4810100f0490200000000001700000006000000e803e90300000000';
  const decoded = compactInode.decode(unhex(file));
  expect(decoded).toMatchObject({ size: 150_000, data: 23, number: 6, uid: 1000, gid: 1001, xattrWords: 2 });
  expect(layoutOf(decoded.format)).toBe(DataLayout.compressedCompact);
  expect(isExtendedFormat(decoded.format)).toBe(false);
});

test('an extended inode has 64 bits of size and time and 32 of owners', () => {
  const value = {
    format: inodeFormat(true, DataLayout.chunks),
    xattrWords: 0,
    mode: TYPE_BITS.file | 0o4755,
    dataHigh: 0,
    size: 0x1_0000_0002,
    data: 0x20,
    number: 3,
    uid: 70_000,
    gid: 70_001,
    mtime: -5,
    mtimeNanoseconds: 999_999_999,
    links: 2,
  };
  const bytes = extendedInode.encode(value);
  expect(hex(bytes)).toBe(
    '09000000ed890000' +
      '0200000001000000' +
      '2000000003000000' +
      '7011010071110100' +
      'fbffffffffffffff' +
      'ffc99a3b02000000' +
      '00'.repeat(16),
  );
  expect(extendedInode.decode(bytes)).toEqual(value);
  expect(isExtendedFormat(value.format)).toBe(true);
});

test('device numbers are in Linux’ 32-bit form', () => {
  expect(deviceNumber(1, 3)).toBe(0x103);
  expect(deviceNumber(0xfff, 0xf_ffff)).toBe(0xffff_ffff);
  for (const [major, minor] of [
    [0, 0],
    [8, 255],
    [259, 1_048_575],
  ] as const) {
    expect(deviceNumbers(deviceNumber(major, minor))).toEqual({ major, minor });
  }
});

test('a directory block has entries in order, then their names', () => {
  const block =
    '250000000000000060000200250000000000000061000200' +
    '2a0000000000000063000200' +
    '2c0000000000000064000700' +
    '2e0000000000000068000100' +
    '49000000000000006d000300' +
    '4a0000000000000071000100' +
    '80130000000000007600' +
    '0100' +
    '2e2e2e646c696e6b6e6f6973656e756c6c736d616c6c74657874';
  const entries = [
    ['.', 37, 'directory'],
    ['..', 37, 'directory'],
    ['d', 42, 'directory'],
    ['link', 44, 'symlink'],
    ['noise', 46, 'file'],
    ['null', 73, 'character-device'],
    ['small', 74, 'file'],
    ['text', 0x1380, 'file'],
  ] as const;
  const bytes = new Uint8Array(block.length / 2);
  const listed = entries.map(([name, nid, kind]) => ({ name: fromText(name), nid, type: DirentType[kind] }));
  expect(putDirectoryBlock(listed, bytes, 0)).toBe(bytes.length);
  expect(hex(bytes)).toBe(block);
  expect(dirent.decode(bytes, 7 * dirent.size)).toMatchObject({ nid: 0x1380, nameAt: 118, type: DirentType.file });
});

test('attributes: the head, entries with prefix numbers, and long prefixes', () => {
  const entry = '03010300616f6e6500000000'.slice(0, 24);
  const bytes = new Uint8Array(12);
  const split = splitXattrName(fromText('user.abc'))!;
  expect(split).toEqual({ prefix: 1, suffix: 'abc' });
  expect(putXattr(1, 'a' as ByteString, fromBytes('one'), bytes, 0)).toBe(8);
  expect(hex(bytes)).toBe(`01010300${entry.slice(8, 16)}00000000`);
  expect(hex(xattrHead.encode({ nameFilter: 0, sharedCount: 1 }))).toBe('000000000100000000000000');
  expect(xattrSize(3, 2)).toBe(12);
  expect([0, 16, 20].map(xattrWords)).toEqual([0, 2, 3]);
  expect([0, 1, 2, 3].map(xattrBytes)).toEqual([0, 12, 16, 20]);
  expect(longPrefix.decode(unhex('050004'))).toEqual({ length: 5, prefix: 4 });
});

test('names of attributes: access lists are whole, others need something after their prefix', () => {
  const split = (name: string) => splitXattrName(fromText(name));
  expect(split('system.posix_acl_access')).toEqual({ prefix: 2, suffix: '' });
  expect(split('system.posix_acl_default')).toEqual({ prefix: 3, suffix: '' });
  expect(split('trusted.overlay.opaque')).toEqual({ prefix: 4, suffix: 'overlay.opaque' });
  expect(split('security.capability')).toEqual({ prefix: 6, suffix: 'capability' });
  for (const name of ['user.', 'system.posix_acl_access2', 'lustre.a', 'com.apple'])
    expect(split(name)).toBeUndefined();
});

test('chunk indexes, chunk addresses and device slots', () => {
  expect(hex(chunkIndex.encode({ blockHigh: 0, device: 2, block: 7 }))).toBe('0000020007000000');
  expect(chunkAddress.decode(unhex('ffffffff'))).toEqual({ block: 0xffff_ffff });
  const slot = { tag: new Uint8Array(64), blocks: 5, firstBlock: 6, blocksHigh: 0, firstBlockHigh: 0 };
  expect(deviceSlot.decode(deviceSlot.encode(slot))).toEqual(slot);
});

test('a map header says advice, algorithms and cluster size', () => {
  const header = mapHeader.decode(unhex('0000000007000000'));
  expect(header).toEqual({ tail: 0, advice: 7, algorithms: 0, cluster: 0 });
  expect(header.advice).toBe(MapAdvice.twoBytes | MapAdvice.bigClusters1 | MapAdvice.bigClusters2);
  expect([0, 1, 2, 3].map((size) => extentRecordSize(size << 1))).toEqual([4, 8, 16, 32]);
});

function fromBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

const EMPTY_BLOCK =
  'e2e1f5e0f4caed16030000000c002400010000000000000000000000000000000000000001000000000000000000000001234567' +
  '89abcdef0123456789abcdef00000000000000000000000000000000000000000000000000000000000000000000000000000000' +
  '00000000000000000000000000000000000000000000000004000000ed4102001b00000000000000ffffffff0000000000000000' +
  '000000002400000000000000180002002400000000000000190002002e2e2e';
