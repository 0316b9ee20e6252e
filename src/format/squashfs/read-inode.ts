// Reads one inode of any form, for the tree.

import { type ByteString, byteStringOf, deviceNumbers, type Struct } from '../../bytes/index.js';
import { KEPT_BYTE_UNITS } from '../../io/index.js';
import type { Node, SpecialKind } from '../../tree/index.js';
import { NO_FRAGMENT } from './data-block.js';
import { LISTING_SIZE_BIAS } from './directory.js';
import {
  basicDevice,
  basicDirectory,
  basicFile,
  basicPipe,
  EXTENDED,
  extendedDevice,
  extendedDirectory,
  extendedFile,
  extendedPipe,
  InodeType,
  NO_XATTR,
  symlinkInode,
} from './inode.js';
import type { StoredPlace } from './read-content.js';
import { Cursor, damaged, type Volume } from './read-volume.js';

/** Common to all inodes. */
export interface InodeHead {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly number: number;
  readonly xattr: number;
}

/** The values of one kind of inode. */
export type InodeBody =
  | { readonly kind: 'directory'; readonly block: number; readonly offset: number; readonly length: number }
  | { readonly kind: 'file'; readonly place: StoredPlace }
  | { readonly kind: 'symlink'; readonly target: ByteString }
  | { readonly kind: SpecialKind; readonly major: number; readonly minor: number };

export type FoundInode = InodeHead & { readonly body: InodeBody };

/** Kernels refuse a target of a page or more. */
const MAX_TARGET = 65_535;
const COMMON = basicPipe.size - 4;
// Most files have no separate blocks: they share these.
const NOTHING = new Uint8Array(0);
const NO_WORDS = new Uint32Array(0);

/** The inode at a reference. */
export async function readInode(volume: Volume, ref: number): Promise<FoundInode> {
  const { at, offset } = placeOf(volume, ref);
  await volume.block(at);
  return keptInode(volume, ref) ?? inodeAcrossBlocks(volume, at, offset);
}

/** The inode at a reference, if all of it is in one metadata block that is kept. */
export function keptInode(volume: Volume, ref: number): FoundInode | undefined {
  const { at, offset } = placeOf(volume, ref);
  const content = volume.kept(at);
  if (!content || offset + COMMON > content.length) return undefined;
  const shape = shapeOf(content, offset, at);
  const restAt = offset + shape.structure.size;
  if (restAt > content.length) return undefined;
  const fields = shape.structure.decode(content, offset);
  const length = restLength(volume, shape, fields, at);
  if (restAt + length > content.length) return undefined;
  volume.work.spend(length * KEPT_BYTE_UNITS);
  return inodeOf(shape, fields, length === 0 ? NOTHING : content.subarray(restAt, restAt + length));
}

async function inodeAcrossBlocks(volume: Volume, at: number, offset: number): Promise<FoundInode> {
  const cursor = new Cursor(volume, at, offset);
  const head = await cursor.take(COMMON);
  const shape = shapeOf(head, 0, at);
  const fixed = new Uint8Array(shape.structure.size);
  fixed.set(head);
  fixed.set(await cursor.take(fixed.length - COMMON), COMMON);
  const fields = shape.structure.decode(fixed);
  const length = restLength(volume, shape, fields, at);
  volume.work.spend(length * KEPT_BYTE_UNITS);
  return inodeOf(shape, fields, await cursor.take(length));
}

function placeOf({ superblock: { inodeTableAt, directoryTableAt } }: Volume, ref: number) {
  const at = inodeTableAt + Math.floor(ref / 0x1_0000);
  if (at >= directoryTableAt) throw damaged('inode', 'A reference to an inode is outside its table.', at);
  return { at, offset: ref % 0x1_0000 };
}

function shapeOf(bytes: Uint8Array, offset: number, at: number): Shape {
  const type = bytes[offset]! | (bytes[offset + 1]! << 8);
  const shape = SHAPES.get(type);
  if (!shape) throw damaged('inode', `${type} is not the type of an inode.`, at);
  return shape;
}

/** Bytes of the part of variable length. What it claims is checked before it is read. */
function restLength(volume: Volume, { kind, isExtended }: Shape, fields: Fields, at: number): number {
  if (kind === 'file') return blockCount(volume, fields, at) * 4;
  if (kind !== 'symlink') return 0;
  const { targetLength = 0 } = fields;
  if (targetLength === 0 || targetLength > MAX_TARGET) {
    throw damaged('inode', `A symbolic link claims ${targetLength} bytes.`, at);
  }
  return targetLength + (isExtended ? 4 : 0);
}

function blockCount(volume: Volume, { size = 0, fragment }: Fields, at: number): number {
  const { blockSize, inodeTableAt, directoryTableAt } = volume.superblock;
  if (!Number.isSafeInteger(size)) throw damaged('inode', `A file claims ${size} bytes.`, at);
  const blocks = fragment === NO_FRAGMENT ? Math.ceil(size / blockSize) : Math.floor(size / blockSize);
  if (blocks * 4 > volume.mostContent(inodeTableAt, directoryTableAt)) {
    throw damaged('inode', `A file claims ${size} bytes, more than the inode table could list.`, at);
  }
  return blocks;
}

function inodeOf({ kind, isExtended }: Shape, fields: Fields, rest: Uint8Array): FoundInode {
  const { directoryBlock = 0, offset = 0, size = 0, at = 0, fragment = 0, fragmentOffset = 0 } = fields;
  if (kind === 'directory') return inode(fields, listing(directoryBlock, offset, size));
  if (kind === 'file') {
    const words = rest.length === 0 ? NO_WORDS : littleEndianWords(rest.slice());
    return inode(fields, { kind, place: { at, size, fragment, fragmentOffset, words } });
  }
  if (kind === 'symlink') {
    const { targetLength = 0 } = fields;
    const target = byteStringOf(rest.subarray(0, targetLength));
    if (!isExtended) return inode(fields, { kind, target });
    const xattr = new DataView(rest.buffer, rest.byteOffset).getUint32(targetLength, true);
    return inode({ ...fields, xattr }, { kind, target });
  }
  const isDevice = kind !== 'fifo' && kind !== 'socket';
  return inode(fields, { kind, ...(isDevice ? deviceNumbers(fields.device ?? 0) : { major: 0, minor: 0 }) });
}

/** A kind of inode in its basic or its extended form. */
interface Shape {
  readonly kind: Node['kind'];
  readonly isExtended: boolean;
  readonly structure: Struct<Fields>;
}

/** The fields that any of the structures has. */
type Fields = InodeFields & {
  readonly [K in
    | 'directoryBlock'
    | 'offset'
    | 'size'
    | 'at'
    | 'fragment'
    | 'fragmentOffset'
    | 'targetLength'
    | 'device']?: number;
};

const STRUCTURES: Readonly<Record<Node['kind'], readonly [basic: Struct<Fields>, extended: Struct<Fields>]>> = {
  directory: [basicDirectory, extendedDirectory],
  file: [basicFile, extendedFile],
  symlink: [symlinkInode, symlinkInode],
  'block-device': [basicDevice, extendedDevice],
  'character-device': [basicDevice, extendedDevice],
  fifo: [basicPipe, extendedPipe],
  socket: [basicPipe, extendedPipe],
};

/** By the type of the inode. */
const SHAPES: ReadonlyMap<number, Shape> = new Map(
  Object.entries(InodeType).flatMap(([name, type]): [type: number, shape: Shape][] => {
    const kind = name as Node['kind'];
    const [basic, extended] = STRUCTURES[kind];
    return [
      [type, { kind, isExtended: false, structure: basic }],
      [type + EXTENDED, { kind, isExtended: true, structure: extended }],
    ];
  }),
);

/** The fields of every structure; extended ones also have attributes. */
type InodeFields = Omit<InodeHead, 'xattr'> & Partial<Pick<InodeHead, 'xattr'>>;

/** Without the fields that only one kind of structure has: there is one of these for each entry. */
function inode({ mode, uid, gid, mtime, number, xattr = NO_XATTR }: InodeFields, body: InodeBody): FoundInode {
  return { mode, uid, gid, mtime, number, xattr, body };
}

/** The numbers of a list, copied. */
function littleEndianWords(list: Uint8Array): Uint32Array {
  if (IS_LITTLE_ENDIAN) return new Uint32Array(list.buffer, list.byteOffset, list.length / 4);
  const view = new DataView(list.buffer, list.byteOffset);
  return Uint32Array.from({ length: list.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function listing(block: number, offset: number, size: number): InodeBody {
  return { kind: 'directory', block, offset, length: Math.max(0, size - LISTING_SIZE_BIAS) };
}
