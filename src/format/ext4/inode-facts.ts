// The facts of each inode, from the plan: those of the tree, the reserved ones, and files of the file system itself.

import { type ByteString, bytesOf, type Timestamp } from '../../bytes/index.js';
import type { Node } from '../../tree/index.js';
import type { Blueprint } from './blueprint.js';
import { contentTree, journalTree, systemTree } from './extent-trees.js';
import { type InlineData, inlineBytes, inlineDirectory } from './inline-data.js';
import {
  BLOCK_FIELD_SIZE,
  deviceField,
  EXTENTS_FLAG,
  IMMUTABLE_FLAG,
  INDEX_FLAG,
  INLINE_FLAG,
  JOURNAL_INODE,
  modeField,
  RESIZE_INODE,
  XATTR_VALUE_FLAG,
} from './inode.js';
import { direntsOf, inodeNumber, isIndexed, ownBlocks } from './inventory.js';
import { resizeInodeBlocks, resizeInodeSize } from './resize-inode.js';
import type { SystemFile } from './system-files.js';
import { valueHash } from './xattr-values.js';

/** The facts of an inode; attributes and checksum are not among them. */
export interface InodeFacts {
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

/** The facts of an inode of the tree. `inline`: the bytes of a file that is stored in it. */
export function nodeFacts(blueprint: Blueprint, slot: number, inline: Uint8Array | undefined): InodeFacts {
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
function inlineFacts(blueprint: Blueprint, slot: number, node: Node, inline: Uint8Array | undefined): InodeFacts {
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

/** The facts of a reserved inode or of a file of the file system; undefined for numbers that nothing uses. */
export function reservedFacts(blueprint: Blueprint, ino: number): InodeFacts | undefined {
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
