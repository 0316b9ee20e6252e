// The inodes of an image, rendered from the plan when their table is emitted.

import { type ByteString, bytesOf, concatBytes, type Timestamp } from '../../bytes/index.js';
import { contentsAhead, type ExactContent, isHole, type Run } from '../../io/index.js';
import type { Node } from '../../tree/index.js';
import type { Blueprint } from './blueprint.js';
import { inodeSeed } from './checksum.js';
import { contentTree, journalTree, systemTree } from './extent-trees.js';
import type { Geometry } from './geometry.js';
import { type InlineData, inlineBytes, inlineDirectory } from './inline-data.js';
import {
  BLOCK_FIELD_SIZE,
  deviceField,
  EXTENTS_FLAG,
  EXTRA_SIZE,
  FIRST_INODE,
  FIXED_SIZE,
  IMMUTABLE_FLAG,
  INDEX_FLAG,
  INLINE_FLAG,
  type Inode,
  inode,
  JOURNAL_INODE,
  modeField,
  RESIZE_INODE,
  ROOT_INODE,
  SMALL_INODE,
  sealInode,
  timeFields,
  timeRange,
  XATTR_VALUE_FLAG,
} from './inode.js';
import { direntsOf, inodeNumber, isIndexed, ownBlocks, xattrsOf } from './inventory.js';
import { resizeInodeBlocks, resizeInodeSize } from './resize-inode.js';
import type { SystemFile } from './system-files.js';
import { inlineDataXattr, renderInInode, type StoredXattr } from './xattr.js';
import { valueFinder, valueHash } from './xattr-values.js';

/** The fields of an inode other than times and owner. */
interface Facts {
  readonly mode: number;
  readonly links: number;
  readonly size: number;
  /** Blocks it owns, of every kind. */
  readonly blocks: number;
  readonly flags: number;
  readonly block: Uint8Array;
  readonly time: Timestamp;
  readonly uid?: number;
  readonly gid?: number;
  readonly xattrBlock?: number;
  /** Data in the inode beyond the block field. */
  readonly inlineRest?: Uint8Array;
  /** Of the value of an attribute: its checksum and how many refer to it, which take the place of times and version. */
  readonly value?: { readonly hash: number; readonly references: number };
}

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
  const isOwn = ino === ROOT_INODE || (ino >= FIRST_INODE && slot < blueprint.inventory.nodes.length);
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
function inInodeXattrs({ inventory }: Blueprint, slot: number, facts: Facts): readonly StoredXattr[] {
  const inInode = xattrsOf(inventory, slot)?.inInode ?? [];
  return facts.inlineRest ? [...inInode, inlineDataXattr(facts.inlineRest)] : inInode;
}

/** The fields, or only those of the first 128 bytes in small inodes. */
function writeInode(fields: Inode, view: DataView<ArrayBuffer>, at: number, size: number): void {
  if (size > SMALL_INODE) inode.encodeThrough(fields, view, at);
  else new Uint8Array(view.buffer).set(inode.encode(fields).subarray(0, SMALL_INODE), at);
}

function nodeFacts(blueprint: Blueprint, slot: number, inline: Uint8Array | undefined): Facts {
  const { inventory, geometry, placement, options } = blueprint;
  const node = inventory.nodes[slot]!;
  const xattrs = inventory.xattrBlockOf[slot]!;
  if (inventory.inline[slot]) return inlineFacts(blueprint, slot, node, inline);
  const isFast = node.kind !== 'directory' && node.kind !== 'file' && inventory.dataBlocks[slot] === 0;
  const indexed = node.kind === 'directory' && isIndexed(inventory, slot, options);
  return {
    mode: modeField(node.kind, node.kind === 'symlink' ? 0o777 : node.mode),
    links: inventory.links[slot]!,
    size: sizeOf(node, inventory.dataBlocks[slot]! * geometry.blockSize),
    blocks: ownBlocks(inventory, slot) + placement.treeBlocks[slot]!,
    flags: (isFast ? 0 : EXTENTS_FLAG) | (indexed ? INDEX_FLAG : 0),
    block: isFast ? fastBlock(node) : contentTree(blueprint, slot).root,
    time: node.mtime,
    uid: node.uid,
    gid: node.gid,
    ...(xattrs < 0 ? {} : { xattrBlock: geometry.space.blockAt(placement.xattrBlocks + xattrs) }),
  };
}

/** An inode whose data is in the block field and after it in an attribute. */
function inlineFacts(blueprint: Blueprint, slot: number, node: Node, inline: Uint8Array | undefined): Facts {
  const { block, rest } = inlineData(blueprint, slot, node, inline);
  return {
    mode: modeField(node.kind, node.kind === 'symlink' ? 0o777 : node.mode),
    links: blueprint.inventory.links[slot]!,
    size: sizeOf(node, BLOCK_FIELD_SIZE + rest.length),
    blocks: 0,
    flags: INLINE_FLAG,
    block,
    inlineRest: rest,
    time: node.mtime,
    uid: node.uid,
    gid: node.gid,
  };
}

function inlineData({ inventory }: Blueprint, slot: number, node: Node, inline: Uint8Array | undefined): InlineData {
  if (node.kind === 'directory') {
    return inlineDirectory(node, direntsOf(inventory, slot), inodeNumber(inventory.parents[slot]!));
  }
  return inlineBytes(node.kind === 'symlink' ? bytesOf(node.target) : inline!);
}

function sizeOf(node: Node, directorySize: number): number {
  if (node.kind === 'directory') return directorySize;
  if (node.kind === 'file') return node.content.size;
  return node.kind === 'symlink' ? node.target.length : 0;
}

/** The block field if it holds no extents. */
function fastBlock(node: Node): Uint8Array {
  if (node.kind === 'symlink') return textField(node.target);
  if (node.kind === 'block-device' || node.kind === 'character-device') return deviceField(node.major, node.minor);
  return new Uint8Array(BLOCK_FIELD_SIZE);
}

function textField(target: ByteString): Uint8Array {
  const field = new Uint8Array(BLOCK_FIELD_SIZE);
  field.set(bytesOf(target));
  return field;
}

const SYSTEM_FLAGS: Readonly<Record<SystemFile['kind'], number>> = {
  'orphan-file': 0,
  'user-quota': IMMUTABLE_FLAG,
  'group-quota': IMMUTABLE_FLAG,
  'project-quota': IMMUTABLE_FLAG,
  'xattr-value': XATTR_VALUE_FLAG,
};

function reservedFacts(blueprint: Blueprint, ino: number): Facts | undefined {
  const { geometry, placement, options } = blueprint;
  const common = { mode: modeField('file', 0o600), links: 1, time: options.epoch };
  if (ino === JOURNAL_INODE && placement.journal.blocks > 0) {
    return {
      ...common,
      size: placement.journal.blocks * geometry.blockSize,
      blocks: placement.journal.blocks + placement.journal.treeBlocks,
      flags: EXTENTS_FLAG,
      block: journalTree(blueprint).root,
    };
  }
  if (ino === RESIZE_INODE && geometry.reservedDescriptorBlocks > 0) {
    const block = new Uint8Array(BLOCK_FIELD_SIZE);
    // The fourteenth block number is the double indirect one.
    new DataView(block.buffer).setUint32(13 * 4, geometry.space.blockAt(placement.resizeBlock), true);
    const size = resizeInodeSize(geometry.blockSize);
    return { ...common, size, blocks: resizeInodeBlocks(geometry), flags: 0, block };
  }
  const placed = placement.system.find(({ file }) => file.ino === ino);
  if (!placed) return undefined;
  const { file, start, blocks, treeBlocks } = placed;
  return {
    ...common,
    size: file.size,
    blocks: blocks + treeBlocks,
    flags: EXTENTS_FLAG | SYSTEM_FLAGS[file.kind],
    ...(file.value
      ? { value: { hash: valueHash(blueprint, file.value.value), references: file.value.references } }
      : {}),
    block: systemTree(blueprint, ino, start, blocks).root,
  };
}

const low16 = (value: number) => value & 0xffff;
const high16 = (value: number) => value >>> 16;
const low32 = (value: number) => value % 0x1_0000_0000;
const high32 = (value: number) => Math.floor(value / 0x1_0000_0000);

function fieldsOf(facts: Facts, { blockSize, inodeSize }: Geometry): Inode {
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
