// Reads one inode of either form.

import { type Timestamp, timestamp } from '../../bytes/index.js';
import { kindOfMode, type Node } from '../../tree/index.js';
import {
  compactInode,
  extendedInode,
  INODE_UNIT,
  isExtendedFormat,
  KNOWN_FORMAT,
  layoutOf,
  NO_ADDRESS,
  SHORT,
  WIDE_NO_ADDRESS,
} from './inode.js';
import { damaged, type InodeRef, type Volume } from './read-volume.js';
import { xattrBytes } from './xattr.js';

/** One inode. */
export interface FoundInode {
  /** Its address, which identifies it. */
  readonly at: number;
  readonly kind: Node['kind'];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  /** Bytes. */
  readonly size: number;
  readonly layout: number;
  /** First block, device number or chunk format; undefined for the address that means no data. */
  readonly data: number | undefined;
  readonly isExtended: boolean;
  readonly xattrsAt: number;
  readonly xattrsSize: number;
  /** End of inode and attributes: data of the layout follows. */
  readonly tailAt: number;
}

const BLOCKS_HIGH = 2 ** 32;
const SECOND = 1_000_000_000;

/** The inode at a nid. Throws {@link InvalidImageError} for an invalid one. */
export async function readInode(volume: Volume, ref: InodeRef): Promise<FoundInode> {
  const at = addressOf(volume, ref);
  const head = await volume.bytes(at, compactInode.size);
  const format = head[0]! | (head[1]! << 8);
  if ((format & ~KNOWN_FORMAT) !== 0) throw damaged('inode', `An inode has format ${format}, which is not known.`, at);
  const found = isExtendedFormat(format) ? await extended(volume, at) : compact(volume, head, format);
  const kind = kindOfMode(found.mode);
  if (!kind) throw damaged('inode', `Mode ${found.mode.toString(8)} has no file type.`, at);
  if (!Number.isSafeInteger(found.size)) throw damaged('inode', `An inode claims ${found.size} bytes.`, at);
  if (!Number.isSafeInteger(found.mtime.seconds) || found.mtime.nanoseconds >= SECOND) {
    throw damaged('inode', 'An inode has an invalid time.', at);
  }
  const xattrsAt = at + (found.isExtended ? extendedInode : compactInode).size;
  const xattrsSize = xattrBytes(found.xattrWords);
  return { ...found, at, kind, layout: layoutOf(format), xattrsAt, xattrsSize, tailAt: xattrsAt + xattrsSize };
}

/** The address of an inode. */
export function addressOf(volume: Volume, { nid, isInMetabox }: InodeRef): number {
  const offset = nid * INODE_UNIT;
  return isInMetabox ? volume.metaboxAddress(offset) : volume.superblock.metaBlock * volume.blockSize + offset;
}

async function extended(volume: Volume, at: number) {
  const found = extendedInode.decode(await volume.bytes(at, extendedInode.size));
  const data = found.data + found.dataHigh * BLOCKS_HIGH;
  return {
    ...found,
    isExtended: true,
    data: data === WIDE_NO_ADDRESS ? undefined : data,
    mtime: timestamp(found.mtime, found.mtimeNanoseconds),
  };
}

function compact({ superblock }: Volume, bytes: Uint8Array, format: number) {
  const found = compactInode.decode(bytes);
  const isDirectory = kindOfMode(found.mode) === 'directory';
  const isShort = !isDirectory && (format & SHORT) !== 0;
  const data = found.data + (isShort ? found.links * BLOCKS_HIGH : 0);
  return {
    ...found,
    isExtended: false,
    data: data === (isShort ? WIDE_NO_ADDRESS : NO_ADDRESS) ? undefined : data,
    mtime: timestamp(superblock.epoch + found.mtime, superblock.epochNanoseconds),
  };
}
