// The file structure of a UDF volume laid out: one file entry per inode in walk order, each followed by what belongs to it.
// Block numbers count from the start of the area that holds them all; the disc decides where that area is.

import { alignUp, divCeil, type Timestamp } from '../../bytes/index.js';
import { type Content, contentLimit } from '../../io/index.js';
import { type Directory, type FileTree, hardLinkCounts, type Node, walk } from '../../tree/index.js';
import { continuationBlocks, type DescriptorWidth } from './allocation.js';
import { DEVICE_ATTRIBUTES } from './device.js';
import { entryRoom } from './file-entry.js';
import { identifierLength } from './file-identifier.js';
import { BLOCK } from './geometry.js';
import { encodeTarget } from './link-target.js';
import { storedNames } from './names.js';
import { REVISIONS, type RevisionFacts, type UdfRevision } from './revision.js';
import { METADATA_UNIT } from './volume-descriptors.js';

/** Unique ids below are reserved (UDF 3.2.1.1). */
const FIRST_UNIQUE_ID = 16;

/** One inode with its place. */
export interface UdfInode {
  readonly node: Node<Content>;
  /** Block of the file entry. */
  readonly block: number;
  /** Blocks that continue its allocation descriptors. */
  readonly continuations: number;
  /** Bytes of directory or link data; files have theirs elsewhere. */
  readonly dataSize: number;
  /** Blocks of those data after the descriptors; 0 if they fit into the entry. */
  readonly dataBlocks: number;
  readonly uniqueId: number;
  readonly links: number;
}

/** The values of a directory in addition to its inode. */
export interface UdfDirectory {
  /** Index of the parent's inode; the root is its own parent. */
  readonly parent: number;
  /** Names as stored, in the order of the entries. */
  readonly names: readonly string[];
}

export interface UdfPlan {
  readonly volumeId: string;
  readonly time: Timestamp;
  readonly revision: RevisionFacts;
  readonly descriptorWidth: DescriptorWidth;
  /** The root first. */
  readonly inodes: readonly UdfInode[];
  readonly indexOf: ReadonlyMap<Node<Content>, number>;
  readonly directories: ReadonlyMap<Directory<Content>, UdfDirectory>;
  /** Blocks of the area: file set descriptor and everything it leads to, as a multiple of what revisions ask for. */
  readonly blocks: number;
  /** Those of them that are in use. */
  readonly usedBlocks: number;
  /** Names that are not directories'. */
  readonly files: number;
  readonly nextUniqueId: number;
}

export interface UdfOptions {
  readonly volumeId: string;
  /** Time of the volume. */
  readonly epoch: Timestamp;
  readonly revision: UdfRevision;
}

/** Lays out a tree. Nothing of it depends on where files are, only on the most that they can be. */
export function planUdf(tree: FileTree<Content>, options: UdfOptions): UdfPlan {
  const revision = REVISIONS[options.revision];
  const descriptorWidth = revision.metadataPartition ? 16 : 8;
  const inodes: UdfInode[] = [];
  const indexOf = new Map<Node<Content>, number>();
  const directories = new Map<Directory<Content>, UdfDirectory>();
  const linkCounts = hardLinkCounts(tree);
  let files = 0;
  // The first block is the file set descriptor.
  let block = 1;
  for (const { node, parent } of walk(tree)) {
    if (node.kind !== 'directory') files++;
    if (indexOf.has(node)) continue;
    const index = inodes.length;
    indexOf.set(node, index);
    if (node.kind === 'directory') {
      directories.set(node, { parent: parent ? indexOf.get(parent)! : index, names: storedNames(node.entries.keys()) });
    }
    const room = entryRoom(attributesLength(node));
    const dataSize = dataSizeOf(node, directories);
    const limit = node.kind === 'file' ? contentLimit(node.content) : 0;
    const inode = {
      node,
      block,
      continuations: continuationBlocks(limit, room, descriptorWidth),
      dataSize,
      dataBlocks: dataSize <= room ? 0 : divCeil(dataSize, BLOCK),
      uniqueId: index === 0 ? 0 : FIRST_UNIQUE_ID + index,
      links: node.kind === 'directory' ? 1 + subdirectories(node) : (linkCounts.get(node) ?? 1),
    };
    inodes.push(inode);
    block += blocksOf(inode);
  }
  return {
    volumeId: options.volumeId,
    time: options.epoch,
    revision,
    descriptorWidth,
    inodes,
    indexOf,
    directories,
    blocks: revision.metadataPartition ? alignUp(block, METADATA_UNIT) : block,
    usedBlocks: block,
    files,
    nextUniqueId: FIRST_UNIQUE_ID + inodes.length,
  };
}

/** Blocks of an inode: its entry, the blocks that continue it, directory or link data. */
export function blocksOf({ continuations, dataBlocks }: Pick<UdfInode, 'continuations' | 'dataBlocks'>): number {
  return 1 + continuations + dataBlocks;
}

/** Bytes of extended attributes in the entry of a node. */
export function attributesLength({ kind }: Node<Content>): number {
  return kind === 'block-device' || kind === 'character-device' ? DEVICE_ATTRIBUTES : 0;
}

function dataSizeOf(node: Node<Content>, directories: ReadonlyMap<Directory<Content>, UdfDirectory>): number {
  if (node.kind === 'symlink') return encodeTarget(node.target).length;
  if (node.kind !== 'directory') return 0;
  return directories.get(node)!.names.reduce((sum, name) => sum + identifierLength(name), identifierLength(''));
}

/** Every subdirectory names its parent once. */
function subdirectories(node: Directory<Content>): number {
  let count = 0;
  for (const child of node.entries.values()) if (child.kind === 'directory') count++;
  return count;
}
