// Which blocks hold which part of a file that is read: extent trees, and the block numbers of ext2 and ext3 (kernel
// documentation, "Extent Tree", "Direct/Indirect Block Addressing").

import { crc32c, divCeil } from '../../bytes/index.js';
import { type Extent, MAX_EXTENT, readNode } from './extent.js';
import { BLOCK_FIELD_SIZE, EXTENTS_FLAG } from './inode.js';
import { damaged } from './read-superblock.js';
import type { FoundInode, Volume } from './read-volume.js';

/** As Linux reads them: five levels are enough for any file, and writers may leave deeper trees. */
const MAX_DEPTH = 32;
const DIRECT = 12;
/** Logical block numbers have 32 bits. */
const MOST_BLOCKS = 2 ** 32;

/** The stored parts of an inode's content up to its size, in order and apart; what is between them is zeros. */
export async function extentsIn(volume: Volume, found: FoundInode, size: number): Promise<Extent[]> {
  const end = divCeil(size, volume.blockSize);
  if (end > MOST_BLOCKS) damaged('size', `Inode ${found.ino} claims ${size} bytes.`);
  return extentsBefore(volume, found, end, () => {});
}

/** As {@link extentsIn}, for a directory: all its blocks have to be within its size, since those after it may have names. */
export async function directoryExtents(volume: Volume, found: FoundInode, size: number): Promise<Extent[]> {
  const extents = await extentsBefore(volume, found, MOST_BLOCKS, () =>
    damaged('directory', `Directory ${found.ino} has blocks that were never written to.`),
  );
  const last = extents.at(-1);
  if (last && (last.logical + last.length) * volume.blockSize > size) {
    damaged('directory', `Directory ${found.ino} has blocks after its size.`);
  }
  return extents;
}

/** The stored parts before block `end` of the content. */
async function extentsBefore(volume: Volume, found: FoundInode, end: number, unwritten: () => void): Promise<Extent[]> {
  const list = new ExtentList(volume, end, unwritten);
  if ((found.fields.flags & EXTENTS_FLAG) !== 0) {
    await readTree(volume, found, found.fields.block, undefined, list);
  } else {
    await readBlockNumbers(volume, found.fields.block, list);
  }
  return list.extents;
}

/** Gathers extents in ascending order, joined where they touch. */
class ExtentList {
  readonly extents: { logical: number; block: number; length: number }[] = [];
  /** First block of the file that nothing has claimed yet. */
  #next = 0;

  constructor(
    readonly volume: Volume,
    readonly end: number,
    /** Called for extents that are set aside and were never written to. */
    readonly unwritten: () => void,
  ) {}

  add(logical: number, block: number, length: number): void {
    if (logical < this.#next) damaged('extents', 'Extents of a file overlap.');
    this.volume.checkBlocks(block, length);
    this.#next = logical + length;
    const kept = Math.min(length, this.end - logical);
    if (kept <= 0) return;
    const last = this.extents.at(-1);
    const touches = last && last.logical + last.length === logical && last.block + last.length === block;
    if (touches) last.length += kept;
    else this.extents.push({ logical, block, length: kept });
  }
}

/** The tree below one of its nodes; `depth` is what its parent says, undefined for the one in the inode. */
async function readTree(
  volume: Volume,
  found: FoundInode,
  node: Uint8Array,
  depth: number | undefined,
  list: ExtentList,
): Promise<void> {
  const stored = readNode(node);
  if (!stored || stored.level > MAX_DEPTH || stored.level !== (depth ?? stored.level)) {
    damaged('extents', `The extent tree of inode ${found.ino} is damaged.`);
  }
  const { level, entries } = stored;
  if (depth !== undefined && found.seed !== undefined) checkTail(found, node, stored.tail);
  for (let index = 0; index < entries; index++) {
    if (level > 0) {
      await readTree(volume, found, await volume.block(stored.child(index)), level - 1, list);
      continue;
    }
    const { block, length } = stored.run(index);
    // Larger lengths are reserved and not written yet: they read as zeros.
    if (length <= MAX_EXTENT) list.add(stored.logical(index), block, length);
    else list.unwritten();
  }
}

function checkTail({ ino, seed }: FoundInode, node: Uint8Array, tail: number): void {
  const view = new DataView(node.buffer, node.byteOffset, node.byteLength);
  if (tail + 4 > node.length || view.getUint32(tail, true) !== crc32c(seed!, node, 0, tail)) {
    damaged('extents', `The checksum of an extent block of inode ${ino} is wrong.`);
  }
}

/** Twelve numbers of blocks, then one block of numbers, one of such blocks, and one of those. */
async function readBlockNumbers(volume: Volume, field: Uint8Array, list: ExtentList): Promise<void> {
  const perBlock = volume.blockSize / 4;
  let logical = 0;
  const visit = async (block: number, level: number): Promise<void> => {
    const span = perBlock ** level;
    if (block === 0 || logical >= list.end) logical += span;
    else if (level === 0) list.add(logical++, block, 1);
    else await visitAll(await volume.block(block), perBlock, level - 1);
  };
  const visitAll = async (bytes: Uint8Array, count: number, level: number) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let index = 0; index < count && logical < list.end; index++)
      await visit(view.getUint32(index * 4, true), level);
  };
  await visitAll(field, DIRECT, 0);
  const view = new DataView(field.buffer, field.byteOffset, BLOCK_FIELD_SIZE);
  for (const level of [1, 2, 3]) await visit(view.getUint32((DIRECT + level - 1) * 4, true), level);
}
