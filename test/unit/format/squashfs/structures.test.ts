import { expect, test } from 'vitest';
import { deviceNumber } from '../../../../src/bytes/index.js';
import { type ByteString, bytesOf, fromText } from '../../../../src/bytes/text.js';
import { type CompressionName, NO_COMPRESSION, type XzSettings } from '../../../../src/compress/index.js';
import { renderCompressorOptions } from '../../../../src/format/squashfs/compressors.js';
import { fragmentEntry, sizeWord } from '../../../../src/format/squashfs/data-block.js';
import {
  directoryEntry,
  directoryHeader,
  type Listed,
  listingLimit,
  renderListing,
} from '../../../../src/format/squashfs/directory.js';
import { basicDirectory, extendedFile } from '../../../../src/format/squashfs/inode.js';
import { metadataLimit, metadataRef, renderMetadataBlock } from '../../../../src/format/squashfs/metadata-block.js';
import { superblock } from '../../../../src/format/squashfs/superblock.js';
import { xattrPrefix } from '../../../../src/format/squashfs/xattr.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function listing(entries: readonly Listed[], start: number, window: number) {
  return renderListing(entries, new Uint8Array(listingLimit(entries.map(({ name }) => name))), start, window);
}

test('a superblock has every field at its place in the format', () => {
  const value = {
    magic: 0x7371_7368,
    inodeCount: 1,
    modificationTime: 2,
    blockSize: 0x2_0000,
    fragmentCount: 3,
    compressor: 1,
    blockLog: 17,
    flags: 0x80,
    idCount: 4,
    major: 4,
    minor: 0,
    rootInode: 5,
    bytesUsed: 6,
    idTableAt: 7,
    xattrTableAt: undefined,
    inodeTableAt: 8,
    directoryTableAt: 9,
    fragmentTableAt: 10,
    exportTableAt: undefined,
  };
  const bytes = superblock.encode(value);
  expect(hex(bytes)).toBe(
    '68737173010000000200000000000200' +
      '03000000010011008000040004000000' +
      '05000000000000000600000000000000' +
      '0700000000000000ffffffffffffffff' +
      '08000000000000000900000000000000' +
      '0a00000000000000ffffffffffffffff',
  );
  expect(superblock.decode(bytes)).toEqual(value);
});

test('size words, references and device numbers', () => {
  expect(sizeWord(131_072, false)).toBe(0x0102_0000);
  expect(sizeWord(77, true)).toBe(77);
  expect(hex(fragmentEntry.encode({ at: 96, sizeWord: sizeWord(5, false) }))).toBe('60000000000000000500000100000000');
  expect(metadataRef({ block: 0x1234_5678, offset: 0x1fff })).toBe(0x1234_5678_1fff);
  expect(deviceNumber(8, 1)).toBe(0x0801);
  expect(deviceNumber(0xfff, 0xf_ffff)).toBe(0xffff_ffff);
  expect(deviceNumber(259, 70_000)).toBe(((70_000 & 0xff) | (259 << 8) | ((70_000 >> 8) << 20)) >>> 0);
});

test('inodes keep the fields of their kind', () => {
  const head = { type: 1, mode: 0o755, uid: 0, gid: 1, mtime: 3, number: 9 };
  const dir = { ...head, directoryBlock: 2, nlink: 2, size: 3, offset: 0x1000, parent: 10 };
  expect(hex(basicDirectory.encode(dir))).toBe('0100ed010000010003000000090000000200000002000000030000100a000000');
  expect(extendedFile.size).toBe(56);
});

test('a metadata block is stored when it was not compressed', () => {
  expect(hex(renderMetadataBlock(Uint8Array.of(1, 2, 3), undefined))).toBe('0380010203');
  expect(hex(renderMetadataBlock(Uint8Array.of(1, 2, 3), Uint8Array.of(9)))).toBe('010009');
  expect(metadataLimit(0)).toBe(0);
  expect(metadataLimit(8193)).toBe(8193 + 4);
});

test('options are recorded where they are not the defaults', () => {
  const open = NO_COMPRESSION.open;
  const record = (name: CompressionName, level: number, xz?: Partial<XzSettings>, blockSize = 131_072) => {
    const settings: XzSettings = { extreme: false, dictionarySize: undefined, filters: [], ...xz };
    const compression = { name, engine: 'script/test@1', level, open, ...(xz ? { xz: settings } : {}) } as const;
    const bytes = renderCompressorOptions(compression, blockSize);
    return bytes && hex(bytes);
  };
  expect(record('none', 0)).toBeUndefined();
  expect(record('gzip', 9)).toBeUndefined();
  expect(record('gzip', 12)).toBeUndefined();
  expect(record('gzip', 6)).toBe('0880060000000f000000');
  expect(record('zstd', 15)).toBeUndefined();
  expect(record('zstd', 22)).toBe('048016000000');
  expect(record('zstd', -7)).toBe('048001000000');
  expect(record('lz4', 1)).toBe('08800100000000000000');
  expect(record('lz4', 12)).toBe('08800100000001000000');
  expect(record('xz', 6, {})).toBeUndefined();
  expect(record('xz', 6, { dictionarySize: 131_072 })).toBeUndefined();
  expect(record('xz', 6, { dictionarySize: 98_304 })).toBe('08800080010000000000');
  expect(record('xz', 6, { filters: ['x86', 'arm64'] })).toBe('08800000020041000000');
  expect(record('xz', 6, { filters: ['x86'] }, 4096)).toBe('08800020000001000000');
});

test('only three namespaces have a number', () => {
  expect(
    ['user.a', 'trusted.a', 'security.a', 'system.posix_acl_access', 'user.', 'other'].map((name) =>
      xattrPrefix(fromText(name)),
    ),
  ).toEqual([0, 1, 2, -1, -1, -1]);
});

const entry = (name: string, number: number, inodeBlock = 0) => ({
  name: fromText(name),
  number,
  type: 2,
  inodeBlock,
  inodeOffset: number * 32,
});

test('entries share a header until block, distance or count forbid it', () => {
  const { bytes, marks } = listing([entry('a', 5), entry('bc', 3), entry('d', 6, 100)], 0, 8192);
  expect(hex(bytes)).toBe(
    '010000000000000005000000' +
      'a00000000200000061' +
      '6000feff020001006263' +
      '000000006400000006000000' +
      'c00000000200000064',
  );
  expect(marks).toEqual([]);
  const far = listing(
    [entry('a', 1), entry('b', 0x8000), entry('c', 0x8001)].map((e) => ({ ...e, inodeOffset: 0 })),
    0,
    8192,
  );
  expect(directoryHeader.decode(far.bytes)).toEqual({ lastEntry: 1, inodeBlock: 0, number: 1 });
  expect(directoryHeader.decode(far.bytes, 12 + 9 * 2)).toEqual({ lastEntry: 0, inodeBlock: 0, number: 0x8001 });
  const many = listing(
    Array.from({ length: 257 }, (_, i) => ({ ...entry(`x${String(i).padStart(3, '0')}`, i + 1), inodeOffset: 0 })),
    0,
    65_536,
  );
  expect(directoryHeader.decode(many.bytes).lastEntry).toBe(255);
  expect(directoryHeader.decode(many.bytes, 12 + 256 * 12).lastEntry).toBe(0);
});

test('a listing can be entered at every window it reaches', () => {
  const names = Array.from({ length: 600 }, (_, i) => `name-${String(i).padStart(4, '0')}`);
  const entries = names.map((name, i) => ({ ...entry(name, i + 1), inodeOffset: 0 }));
  const start = 4000;
  const { bytes, marks } = listing(entries, start, 8192);
  expect(marks.map(({ at }) => Math.floor((start + at) / 8192))).toEqual([1]);
  for (const { at, name } of marks) {
    const header = directoryHeader.decode(bytes, at);
    const first = directoryEntry.decode(bytes, at + directoryHeader.size);
    const nameAt = at + directoryHeader.size + directoryEntry.size;
    expect(Buffer.from(bytes.subarray(nameAt, nameAt + first.nameLength + 1))).toEqual(
      Buffer.from(bytesOf(name as ByteString)),
    );
    expect(entries[header.number - 1]!.name).toBe(name);
  }
});
