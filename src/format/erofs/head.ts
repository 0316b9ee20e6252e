// The first blocks of an image: superblock, compression configurations, root inode, shared attributes. The root inode is here
// because the superblock has only 16 bits for its place; its listing is with the others at the end.

import { alignUp, divCeil } from '../../bytes/index.js';
import { algorithmBits, type CompressionConfigs, encodeConfigs, ZSTD_LEAST_WINDOW_LOG } from './compression-config.js';
import { fileForm, inodeSize } from './form.js';
import { DataLayout, INODE_UNIT } from './inode.js';
import type { PlacedTree, PlannedImage, UnplacedImage } from './layout.js';
import type { ResolvedOptions } from './options.js';
import { type PlannedDirectory, ROOT_NUMBER } from './plan-inodes.js';
import { putInode } from './render-inode.js';
import { Compatible, Incompatible, MAGIC, SUPERBLOCK_AT, superblock, superblockChecksum } from './superblock.js';

/** fsck.erofs and dump.erofs 1.8 cannot check the superblock of an image with smaller blocks: they crash. */
const SMALLEST_SEALED_BLOCK = 2048;
const CONFIGS_AT = SUPERBLOCK_AT + superblock.size;

/** Sections of the head, in bytes. */
interface HeadShape {
  readonly configs: Uint8Array;
  readonly rootAt: number;
  /** First byte of the shared attributes, a multiple of the block size. */
  readonly xattrsAt: number;
  readonly size: number;
}

function shapeOf({ options, inodes, xattrs }: UnplacedImage): HeadShape {
  const configs = needsConfigs(options) ? encodeConfigs(configsOf(options)) : new Uint8Array(0);
  const root = inodes.directories[0]!;
  const rootAt = alignUp(CONFIGS_AT + configs.length, INODE_UNIT);
  const rootSize = inodeSize(root.node, linksOf(root), root.listingSize, options) + xattrs.areaOf(root.node).length;
  const xattrsAt = alignUp(rootAt + rootSize, options.blockSize);
  return { configs, rootAt, xattrsAt, size: alignUp(xattrsAt + xattrs.shared.length, options.blockSize) };
}

/** Blocks of the head. */
export function headBlocks(image: UnplacedImage): number {
  return shapeOf(image).size / image.options.blockSize;
}

/** Place of the root inode. */
export function rootNid(image: UnplacedImage): number {
  return shapeOf(image).rootAt / INODE_UNIT;
}

/** The head of an image whose tree is laid out. */
export function renderHead(image: PlannedImage, placed: PlacedTree): Uint8Array {
  const { options, inodes, xattrs } = image;
  const { configs, rootAt, xattrsAt, size } = shapeOf(image);
  const head = new Uint8Array(size);
  head.set(configs, CONFIGS_AT);
  const root = inodes.directories[0]!;
  const facts = {
    inodeSize: inodeSize(root.node, linksOf(root), root.listingSize, options),
    layout: DataLayout.plain,
    size: root.listingSize,
    data: placed.rootBlock,
    links: linksOf(root),
    number: ROOT_NUMBER,
  };
  putInode(root.node, facts, xattrs.areaOf(root.node), head.subarray(rootAt));
  head.set(xattrs.shared, xattrsAt);
  const isSealed = options.blockSize >= SMALLEST_SEALED_BLOCK;
  const fields = {
    magic: MAGIC,
    checksum: 0,
    compatible: (isSealed ? Compatible.checksum : 0) | Compatible.modificationTime,
    blockLog: options.blockLog,
    extraSlots: 0,
    rootNid: rootAt / INODE_UNIT,
    inodes: inodes.count,
    epoch: options.epoch.seconds,
    epochNanoseconds: options.epoch.nanoseconds,
    blocks: placed.blocks,
    metaBlock: 0,
    xattrBlock: xattrs.shared.length > 0 ? divCeil(xattrsAt, options.blockSize) : 0,
    uuid: options.uuid,
    label: options.label,
    incompatible: incompatibleOf(image),
    algorithms: needsConfigs(options) ? algorithmBits(configsOf(options)) : 0,
    ...UNUSED,
    packedNid: hasPackedInode(options) ? placed.packedNid! : 0,
  };
  superblock.encodeInto(fields, head, SUPERBLOCK_AT);
  if (!isSealed) return head;
  const checksum = superblockChecksum(head.subarray(SUPERBLOCK_AT), options.blockLog);
  superblock.encodeInto({ ...fields, checksum }, head, SUPERBLOCK_AT);
  return head;
}

/** Link count of a directory: its name, its `.`, and the `..` of its subdirectories. */
export function linksOf(directory: PlannedDirectory): number {
  return 2 + directory.children.length;
}

function incompatibleOf(image: PlannedImage): number {
  const { options } = image;
  return (
    (options.compression ? Incompatible.zeroPadding : 0) |
    (needsConfigs(options) ? Incompatible.compressionConfigs : 0) |
    (options.tailPacking ? Incompatible.tailPacking : 0) |
    (options.fragments ? Incompatible.fragments : 0) |
    (options.dedupe ? Incompatible.dedupe : 0) |
    (hasChunks(image) ? Incompatible.chunks : 0)
  );
}

function hasChunks({ options, inodes }: PlannedImage): boolean {
  return inodes.leaves.some((leaf) => {
    if (leaf.kind !== 'file' || (options.chunkLog === undefined && leaf.content.holes.length === 0)) return false;
    return fileForm(leaf.content, 0, true, options).kind === 'chunks';
  });
}

/** Whether there is a hidden file of fragments. With their bit, which is that of shared extents too, Linux 6.1 asks for one. */
export function hasPackedInode({ fragments, dedupe }: ResolvedOptions): boolean {
  return fragments !== undefined || dedupe;
}

/** Readers assume one block of LZ4 without a configuration. */
function needsConfigs({ compression, clusterSize, blockSize }: ResolvedOptions): boolean {
  return compression !== undefined && (compression.encoding !== 'lz4' || clusterSize > blockSize);
}

const DEFLATE_WINDOW_LOG = 15;

function configsOf({ compression, clusterSize, blockSize }: ResolvedOptions): CompressionConfigs {
  const { encoding, dictionarySize = 0 } = compression!;
  switch (encoding) {
    case 'lz4':
      return { lz4: { maxDistance: 0, maxClusterBlocks: clusterSize / blockSize } };
    case 'lzma':
      return { lzma: { dictionarySize, format: 0 } };
    case 'deflate':
      return { deflate: { windowLog: DEFLATE_WINDOW_LOG } };
    case 'zstd':
      return { zstd: { format: 0, windowLog: Math.log2(dictionarySize) - ZSTD_LEAST_WINDOW_LOG } };
  }
}

/** Fields of features that images do not have. */
const UNUSED = {
  extraDevices: 0,
  deviceSlot: 0,
  directoryBlockLog: 0,
  xattrPrefixCount: 0,
  xattrPrefixesAt: 0,
  xattrFilterReserved: 0,
  shareIdPrefix: 0,
  buildTime: 0,
  wideRootNid: 0,
  wideRootHigh: 0,
};
