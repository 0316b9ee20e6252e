// Reads one inode of any form, for the tree. There are many: fields are read one by one, not as objects of whole structures.

import { type ByteString, byteStringOf, deviceNumbers } from '../../bytes/index.js';
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
  | ({ readonly kind: 'file' } & StoredPlace)
  | { readonly kind: 'symlink'; readonly target: ByteString }
  | { readonly kind: SpecialKind; readonly major: number; readonly minor: number };

export type FoundInode = InodeHead & { readonly body: InodeBody };

/** Kernels refuse a target of a page or more. */
const MAX_TARGET = 65_535;
const COMMON = basicPipe.size - 4;
/** Bytes of a block's word, and of the index of attributes after a target. */
const WORD = 4;
// Most files have no separate blocks: they share this.
const NO_WORDS = new Uint32Array(0);

/** The inode at a reference. */
export async function readInode(volume: Volume, ref: number): Promise<FoundInode> {
  const at = blockOf(volume, ref);
  await volume.block(at);
  return keptInode(volume, ref) ?? inodeAcrossBlocks(volume, at, offsetOf(ref));
}

/** The inode at a reference, if all of it is in one metadata block that is kept. */
export function keptInode(volume: Volume, ref: number): FoundInode | undefined {
  const at = blockOf(volume, ref);
  const view = volume.kept(at)?.view;
  const offset = offsetOf(ref);
  if (!view || offset + COMMON > view.byteLength) return undefined;
  const shape = shapeOf(view, offset, at);
  const restAt = offset + shape.size;
  if (restAt > view.byteLength) return undefined;
  const length = restLength(volume, shape, view, offset, at);
  if (restAt + length > view.byteLength) return undefined;
  volume.work.spend(length * KEPT_BYTE_UNITS);
  return inodeOf(shape, view, offset, length);
}

async function inodeAcrossBlocks(volume: Volume, at: number, offset: number): Promise<FoundInode> {
  const cursor = new Cursor(volume, at, offset);
  const head = await cursor.take(COMMON);
  const shape = shapeOf(viewOf(head), 0, at);
  const fixed = joined(head, await cursor.take(shape.size - COMMON));
  const length = restLength(volume, shape, viewOf(fixed), 0, at);
  volume.work.spend(length * KEPT_BYTE_UNITS);
  return inodeOf(shape, viewOf(joined(fixed, await cursor.take(length))), 0, length);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function blockOf({ superblock: { inodeTableAt, directoryTableAt } }: Volume, ref: number): number {
  const at = inodeTableAt + Math.floor(ref / 0x1_0000);
  if (at >= directoryTableAt) throw damaged('inode', 'A reference to an inode is outside its table.', at);
  return at;
}

function offsetOf(ref: number): number {
  return ref % 0x1_0000;
}

function shapeOf(view: DataView, offset: number, at: number): Shape {
  const type = HEAD.type.read(view, offset);
  const shape = SHAPES[type];
  if (!shape) throw damaged('inode', `${type} is not the type of an inode.`, at);
  return shape;
}

/** Bytes of the part of variable length. What it claims is checked before it is read. */
function restLength(volume: Volume, shape: Shape, view: DataView, offset: number, at: number): number {
  if (shape.kind === 'file') return WORD * blockCount(volume, shape, view, offset, at);
  if (shape.kind !== 'symlink') return 0;
  const length = LINK.targetLength.read(view, offset);
  if (length === 0 || length > MAX_TARGET) throw damaged('inode', `A symbolic link claims ${length} bytes.`, at);
  return length + (shape.isExtended ? WORD : 0);
}

function blockCount(volume: Volume, { isExtended }: Shape, view: DataView, offset: number, at: number): number {
  const { blockSize, inodeTableAt, directoryTableAt } = volume.superblock;
  const fields = isExtended ? LARGE_FILE : FILE;
  const size = fields.size.read(view, offset);
  if (!Number.isSafeInteger(size)) throw damaged('inode', `A file claims ${size} bytes.`, at);
  const isWhole = fields.fragment.read(view, offset) === NO_FRAGMENT;
  const blocks = isWhole ? Math.ceil(size / blockSize) : Math.floor(size / blockSize);
  if (blocks * WORD > volume.mostContent(inodeTableAt, directoryTableAt)) {
    throw damaged('inode', `A file claims ${size} bytes, more than the inode table could list.`, at);
  }
  return blocks;
}

/** `length`: bytes of the part of variable length. */
function inodeOf(shape: Shape, view: DataView, offset: number, length: number): FoundInode {
  const { kind, isExtended } = shape;
  // The attributes of a link come after its target.
  const xattrBase = kind === 'symlink' ? offset + shape.size + length - WORD : offset;
  return {
    mode: HEAD.mode.read(view, offset),
    uid: HEAD.uid.read(view, offset),
    gid: HEAD.gid.read(view, offset),
    mtime: HEAD.mtime.read(view, offset),
    number: HEAD.number.read(view, offset),
    xattr: isExtended ? view.getUint32(xattrBase + shape.xattrAt, true) : NO_XATTR,
    body: bodyOf(shape, view, offset, length),
  };
}

function bodyOf(shape: Shape, view: DataView, offset: number, length: number): InodeBody {
  const { kind, isExtended } = shape;
  switch (kind) {
    case 'file': {
      const fields = isExtended ? LARGE_FILE : FILE;
      return {
        kind,
        at: fields.at.read(view, offset),
        size: fields.size.read(view, offset),
        fragment: fields.fragment.read(view, offset),
        fragmentOffset: fields.fragmentOffset.read(view, offset),
        words: length === 0 ? NO_WORDS : words(view, offset + shape.size, length),
      };
    }
    case 'directory': {
      const fields = isExtended ? LARGE_DIRECTORY : DIRECTORY;
      return {
        kind,
        block: fields.directoryBlock.read(view, offset),
        offset: fields.offset.read(view, offset),
        length: Math.max(0, fields.size.read(view, offset) - LISTING_SIZE_BIAS),
      };
    }
    case 'symlink':
      return { kind, target: target(view, offset + shape.size, length - (isExtended ? WORD : 0)) };
    case 'fifo':
    case 'socket':
      return { kind, major: 0, minor: 0 };
    default:
      return { kind, ...deviceNumbers(DEVICE.device.read(view, offset)) };
  }
}

function target({ buffer, byteOffset }: DataView, at: number, length: number): ByteString {
  return byteStringOf(new Uint8Array(buffer, byteOffset + at, length));
}

/** The numbers of a list, copied. */
function words(view: DataView, at: number, length: number): Uint32Array {
  const list = new Uint32Array(length / WORD);
  for (let i = 0; i < list.length; i++) list[i] = view.getUint32(at + i * WORD, true);
  return list;
}

/** A kind of inode in its basic or its extended form. */
interface Shape {
  readonly kind: Node['kind'];
  readonly isExtended: boolean;
  /** Bytes before the part of variable length. */
  readonly size: number;
  /** Where an extended inode has the index of its attributes; of a link, counted from the end of its target. */
  readonly xattrAt: number;
}

const HEAD = basicPipe.fields;
const FILE = basicFile.fields;
const LARGE_FILE = extendedFile.fields;
const DIRECTORY = basicDirectory.fields;
const LARGE_DIRECTORY = extendedDirectory.fields;
const LINK = symlinkInode.fields;
const DEVICE = basicDevice.fields;

/** The parts of a structure that all kinds of inodes have. */
interface Form {
  readonly size: number;
  readonly fields: { readonly type: object; readonly xattr?: { readonly at: number } };
}

const STRUCTURES: Readonly<Record<Node['kind'], readonly [basic: Form, extended: Form]>> = {
  directory: [basicDirectory, extendedDirectory],
  file: [basicFile, extendedFile],
  symlink: [symlinkInode, symlinkInode],
  'block-device': [basicDevice, extendedDevice],
  'character-device': [basicDevice, extendedDevice],
  fifo: [basicPipe, extendedPipe],
  socket: [basicPipe, extendedPipe],
};

/** By the type of the inode. */
const SHAPES: readonly (Shape | undefined)[] = (() => {
  const shapes: Shape[] = [];
  for (const [name, type] of Object.entries(InodeType)) {
    const kind = name as Node['kind'];
    const [basic, extended] = STRUCTURES[kind];
    const xattrAt = extended.fields.xattr?.at ?? 0;
    shapes[type] = { kind, isExtended: false, size: basic.size, xattrAt };
    shapes[type + EXTENDED] = { kind, isExtended: true, size: extended.size, xattrAt };
  }
  return shapes;
})();
