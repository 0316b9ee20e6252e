// The inodes of an image, rendered from the plan when their table is emitted.

import { concatBytes, type Timestamp } from '../../bytes/index.js';
import { contentsAhead, type ExactContent, isHole, type Run } from '../../io/index.js';
import type { Blueprint } from './blueprint.js';
import { inodeSeed } from './checksum.js';
import type { Geometry } from './geometry.js';
import {
  EXTRA_SIZE,
  FIRST_INODE,
  FIXED_SIZE,
  type Inode,
  inode,
  ROOT_INODE,
  SMALL_INODE,
  sealInode,
  timeFields,
  timeRange,
} from './inode.js';
import { type InodeFacts, nodeFacts, reservedFacts } from './inode-facts.js';
import { xattrsOf } from './inventory.js';
import { renderInInode } from './render-xattr.js';
import { inlineDataXattr, type StoredXattr } from './xattr.js';
import { valueFinder } from './xattr-values.js';

/** The bytes of files that are stored in their inodes, by inode number, of `count` inodes from number `first` on. */
export async function inlineFiles(
  { inventory }: Blueprint,
  first: number,
  count: number,
  run: Run,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const files = new Map<number, ExactContent>();
  for (let ino = Math.max(first, FIRST_INODE); ino < first + count; ino++) {
    const slot = slotOf(ino);
    const node = inventory.nodes[slot];
    if (node?.kind === 'file' && inventory.inline[slot]) files.set(ino, node.content);
  }
  const bytes = new Map<number, Uint8Array>();
  if (files.size === 0) return bytes;
  const numbers = [...files.keys()];
  for await (const parts of contentsAhead([...files.values()], run)) {
    // Small as they are, a batch may end inside one.
    for (const { index, piece } of parts) {
      const before = bytes.get(numbers[index]!) ?? new Uint8Array(0);
      bytes.set(numbers[index]!, concatBytes([before, isHole(piece) ? new Uint8Array(piece.hole) : piece]));
    }
  }
  return bytes;
}

/** Slot of an inode of the tree by its number. */
function slotOf(ino: number): number {
  return ino === ROOT_INODE ? 0 : ino - FIRST_INODE + 1;
}

/**
 * Writes the inode with number `ino` at byte `at` of a view of zeros; numbers that nothing uses stay zeros. `inline`: the bytes
 * of a file that is stored in its inode.
 */
export function renderInode(
  blueprint: Blueprint,
  ino: number,
  view: DataView<ArrayBuffer>,
  at: number,
  inline: Uint8Array | undefined,
): void {
  const { geometry, options, checksumSeed } = blueprint;
  const slot = slotOf(ino);
  const isOwn = (ino === ROOT_INODE || ino >= FIRST_INODE) && blueprint.inventory.nodes[slot] !== undefined;
  const facts = isOwn ? nodeFacts(blueprint, slot, inline) : reservedFacts(blueprint, ino);
  if (!facts) return;
  writeInode(fieldsOf(facts, geometry), view, at, options.inodeSize);
  const table = new Uint8Array(view.buffer);
  if (isOwn && options.inodeSize > SMALL_INODE) {
    const stored = inInodeXattrs(blueprint, slot, facts);
    if (stored.length > 0) {
      const space = table.subarray(at + FIXED_SIZE, at + options.inodeSize);
      renderInInode(stored, space, valueFinder(blueprint));
    }
  }
  sealInode(table, at, options.inodeSize, inodeSeed(checksumSeed, ino));
}

/** The attributes after the fixed fields; last the end of data that is in the inode. */
function inInodeXattrs({ inventory }: Blueprint, slot: number, facts: InodeFacts): readonly StoredXattr[] {
  const inInode = xattrsOf(inventory, slot)?.inInode ?? [];
  return facts.inlineRest ? [...inInode, inlineDataXattr(facts.inlineRest)] : inInode;
}

/** The fields, or only those of the first 128 bytes in small inodes. */
function writeInode(fields: Inode, view: DataView<ArrayBuffer>, at: number, size: number): void {
  if (size > SMALL_INODE) inode.encodeThrough(fields, view, at);
  else new Uint8Array(view.buffer).set(inode.encode(fields).subarray(0, SMALL_INODE), at);
}

const low16 = (value: number) => value & 0xffff;
const high16 = (value: number) => value >>> 16;
const low32 = (value: number) => value % 0x1_0000_0000;
const high32 = (value: number) => Math.floor(value / 0x1_0000_0000);

function fieldsOf(facts: InodeFacts, { blockSize, inodeSize }: Geometry): Inode {
  const { uid = 0, gid = 0, xattrBlock = 0, size } = facts;
  const { seconds, extra } = timeFields(clampTime(facts.time, timeRange(inodeSize)));
  const sectors = facts.blocks * (blockSize / 512);
  const { value } = facts;
  return {
    mode: facts.mode,
    uidLow: low16(uid),
    uidHigh: high16(uid),
    gidLow: low16(gid),
    gidHigh: high16(gid),
    sizeLow: low32(size),
    sizeHigh: high32(size),
    links: facts.links,
    sectorsLow: low32(sectors),
    sectorsHigh: high32(sectors),
    flags: facts.flags,
    block: facts.block,
    xattrBlockLow: low32(xattrBlock),
    xattrBlockHigh: high32(xattrBlock),
    // The tree has one time per entry, which goes into all four fields, as in a file that was never touched.
    atime: value ? value.hash : seconds,
    ctime: value ? 0 : seconds,
    mtime: seconds,
    crtime: seconds,
    atimeExtra: value ? 0 : extra,
    ctimeExtra: value ? 0 : extra,
    mtimeExtra: extra,
    crtimeExtra: extra,
    dtime: 0,
    versionLow: value?.references ?? 0,
    versionHigh: 0,
    generation: 0,
    extraSize: EXTRA_SIZE,
    project: 0,
    checksumLow: 0,
    checksumHigh: 0,
  };
}

function clampTime(time: Timestamp, [first, last]: readonly [number, number]): Timestamp {
  if (time.seconds < first) return { seconds: first, nanoseconds: 0 };
  return time.seconds > last ? { seconds: last, nanoseconds: 999_999_999 } : time;
}
