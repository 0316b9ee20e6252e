// The content of an inode of any layout.

import { alignUp, divCeil } from '../../bytes/index.js';
import { bytesSource, KEPT_BYTE_UNITS, type Part, PartsContent, type Source } from '../../io/index.js';
import { ChunkFormat, chunkAddress, chunkIndex, HOLE, KNOWN_CHUNK_FORMAT, WIDE_HOLE } from './chunk-index.js';
import { DataLayout } from './inode.js';
import { CompressedFile } from './read-compressed.js';
import type { FoundInode } from './read-inode.js';
import { damaged, type Volume } from './read-volume.js';

/** The bytes of a file, the entries of a directory or the target of a link. Throws {@link InvalidImageError} for an impossible place. */
export async function contentOf(volume: Volume, inode: FoundInode): Promise<Source> {
  if (inode.size === 0) return bytesSource(new Uint8Array(0));
  switch (inode.layout) {
    case DataLayout.plain:
      return parts(volume, inode, plainParts(volume, inode));
    case DataLayout.inline:
      return parts(volume, inode, inlineParts(volume, inode));
    case DataLayout.chunks:
      return parts(volume, inode, await chunkParts(volume, inode));
    case DataLayout.compressedFull:
    case DataLayout.compressedCompact:
      return new CompressedFile(volume, inode);
    default:
      throw damaged('inode', `An inode has layout ${inode.layout}, which is not known.`, inode.at);
  }
}

function parts(volume: Volume, { size }: FoundInode, list: readonly Part[]): Source {
  for (const part of list) if (!('hole' in part)) volume.data(part);
  return new PartsContent(volume, list, size);
}

function plainParts({ blockSize }: Volume, { data, size }: FoundInode): Part[] {
  return data === undefined ? [{ hole: size }] : [{ at: data * blockSize, length: size }];
}

/** All blocks but the last, then the rest after the inode, which is in one block of the metadata. */
function inlineParts({ blockSize }: Volume, { data, size, tailAt, at }: FoundInode): Part[] {
  const blocks = divCeil(size, blockSize) - 1;
  const rest = size - blocks * blockSize;
  const last = { at: tailAt, length: rest };
  if (blocks === 0) return [last];
  if (data === undefined) throw damaged('inode', "The address of a file's blocks is missing.", at);
  return [{ at: data * blockSize, length: blocks * blockSize }, last];
}

async function chunkParts(volume: Volume, { data, size, tailAt, at }: FoundInode): Promise<Part[]> {
  const { blockSize, superblock, work } = volume;
  const format = (data ?? 0xffff) & 0xffff;
  if ((format & ~KNOWN_CHUNK_FORMAT) !== 0) throw damaged('chunks', `Chunk format ${format} is not known.`, at);
  const chunkSize = 2 ** (superblock.blockLog + (format & ChunkFormat.blocksLog));
  const unit = (format & ChunkFormat.indexes) === 0 ? chunkAddress.size : chunkIndex.size;
  const count = divCeil(size, chunkSize);
  work.spend(count * unit * KEPT_BYTE_UNITS);
  const bytes = await volume.bytes(alignUp(tailAt, unit), count * unit);
  const list: Part[] = [];
  for (let index = 0; index < count; index++) {
    const length = Math.min(chunkSize, size - index * chunkSize);
    const block = blockOf(bytes, index * unit, format);
    append(list, block === undefined ? { hole: length } : { at: block * blockSize, length });
  }
  return list;
}

/** Block of a chunk; undefined for zeros. */
function blockOf(bytes: Uint8Array, at: number, format: number): number | undefined {
  if ((format & ChunkFormat.indexes) === 0) {
    const { block } = chunkAddress.decode(bytes, at);
    return block === HOLE ? undefined : block;
  }
  const { block, blockHigh } = chunkIndex.decode(bytes, at);
  if ((format & ChunkFormat.wide) === 0) return block === HOLE ? undefined : block;
  const wide = block + blockHigh * 2 ** 32;
  return wide === WIDE_HOLE ? undefined : wide;
}

/** Appends a part; one that continues the last is merged with it. */
function append(list: Part[], part: Part): void {
  const last = list.at(-1);
  if (last && 'hole' in last && 'hole' in part) list[list.length - 1] = { hole: last.hole + part.hole };
  else if (last && !('hole' in last) && !('hole' in part) && last.at + last.length === part.at) {
    list[list.length - 1] = { at: last.at, length: last.length + part.length };
  } else list.push(part);
}
