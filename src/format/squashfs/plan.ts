// Plans a squashfs image: everything except sizes after compression.

import { divCeil } from '../../bytes/index.js';
import { compressionFacts } from '../../compress/index.js';
import { InvalidInputError } from '../../errors.js';
import type { ImagePlan, OpenContent } from '../../io/index.js';
import { type FileTree, LossLog, type Node } from '../../tree/index.js';
import { fragmentEntry } from './data-block.js';
import { listingLimit, MAX_NAME } from './directory.js';
import { emitImage } from './emit.js';
import {
  directoryIndex,
  extendedDevice,
  extendedDirectory,
  extendedFile,
  extendedPipe,
  symlinkInode,
} from './inode.js';
import { keepOrder } from './keep-order.js';
import type { KeptData } from './kept-data.js';
import { LAYOUT_VERSION, type PlannedImage, type SquashfsLayout } from './layout.js';
import { METADATA_SIZE, metadataLimit } from './metadata-block.js';
import { type ResolvedOptions, resolveOptions, type SquashfsOptions } from './options.js';
import { type PlannedData, planData } from './plan-data.js';
import { inodesInOrder, inodeTime, type PlannedInodes, planInodes } from './plan-inodes.js';
import { type PlannedXattrs, planXattrs } from './plan-xattrs.js';
import { superblock } from './superblock.js';
import { xattrSet, xattrTableHeader } from './xattr.js';

/** The superblock has 16 bits for their count. */
const MAX_IDS = 0xffff;

/**
 * Plans a squashfs 4.0 image of a tree. The size is open: it depends on how well the contents compress. Throws
 * {@link InvalidInputError} for options and entries that no squashfs image can have; what it can only keep in part is in
 * `layout.losses`.
 */
export function planSquashfs(tree: FileTree, options: SquashfsOptions): ImagePlan<SquashfsLayout, OpenContent> {
  const image = planImage(tree, resolveOptions(options));
  const { layout } = image;
  return { layout, sizeLimit: layout.sizeLimit, pieces: (run) => emitImage(image, run) };
}

/** Plans an image of a tree; `old` is data that is copied. */
export function planImage(tree: FileTree, resolved: ResolvedOptions, old?: KeptData): PlannedImage {
  const losses = new LossLog();
  const inodes = planInodes(tree, losses);
  const xattrs = planXattrs(inodes, losses);
  const kept = resolved.like && keepOrder(tree.root, inodes, resolved, resolved.like);
  const data = planData(inodes, resolved, { old, order: kept?.placeOf });
  const idIndexes = planIds(inodes);
  const layout: SquashfsLayout = {
    format: 'squashfs',
    layoutVersion: LAYOUT_VERSION,
    compression: compressionFacts(resolved.compression),
    blockSize: resolved.blockSize,
    modificationTime: inodeTime(resolved.epoch.seconds),
    inodes: inodes.count,
    directories: inodes.count - inodes.leaves.length,
    contents: data.contents.length,
    blocks: data.wordCount,
    fragments: data.fragmentCount,
    ids: [...idIndexes.keys()],
    xattrSets: xattrs.sets.length,
    exportable: resolved.exportTable,
    contentSize: data.totalSize,
    sizeLimit: limitOf(resolved, inodes, data, xattrs, idIndexes.size),
    like: kept?.moves,
    losses: losses.list(),
  };
  return { options: resolved, layout, inodes, data, xattrs, idIndexes };
}

function planIds(inodes: PlannedInodes): Map<number, number> {
  const indexes = new Map<number, number>();
  const add = (id: number) => {
    if (!indexes.has(id)) indexes.set(id, indexes.size);
  };
  for (const { uid, gid } of inodesInOrder(inodes)) {
    add(uid);
    add(gid);
  }
  if (indexes.size > MAX_IDS) {
    const message = `The tree has ${indexes.size} different users and groups; squashfs can hold ${MAX_IDS}.`;
    throw new InvalidInputError('squashfs.too-many-ids', message, { hint: 'Use fewer different owners.' });
  }
  return indexes;
}

/** Nothing gets larger by compression, so the uncompressed sizes of all parts are a limit. */
function limitOf(
  options: ResolvedOptions,
  inodes: PlannedInodes,
  data: PlannedData,
  xattrs: PlannedXattrs,
  ids: number,
): number {
  const { inodeBytes, listingBytes } = metadataBytes(inodes, data);
  const sets = xattrs.sets.length;
  return (
    superblock.size +
    MOST_COMPRESSOR_OPTIONS +
    data.limit +
    metadataLimit(inodeBytes) +
    metadataLimit(listingBytes) +
    lookupLimit(data.fragmentCount * fragmentEntry.size) +
    lookupLimit(options.exportTable ? inodes.count * 8 : 0) +
    lookupLimit(ids * 4) +
    metadataLimit(xattrs.keyBytes) +
    (sets > 0 ? xattrTableHeader.size + lookupLimit(sets * xattrSet.size) : 0) +
    options.padTo +
    options.offset
  );
}

/** Room for the largest of the option records, header included. */
const MOST_COMPRESSOR_OPTIONS = 64;

/** A table in metadata blocks and the list of their offsets. */
function lookupLimit(length: number): number {
  return metadataLimit(length) + 8 * divCeil(length, METADATA_SIZE);
}

function metadataBytes(inodes: PlannedInodes, data: PlannedData) {
  let inodeBytes = 0;
  for (let index = 0; index < inodes.leaves.length; index++) {
    const leaf = inodes.leaves[index]!;
    inodeBytes += largestInode[leaf.kind];
    if (leaf.kind === 'symlink') inodeBytes += leaf.target.length;
    // Each file that shares a content has its own list of size words.
    if (leaf.kind === 'file') inodeBytes += 4 * (data.blockCounts[data.contentOf[index]!] ?? 0);
  }
  let listingBytes = 0;
  for (const { node } of inodes.levels.flat()) {
    const listing = listingLimit(node.entries.keys());
    const marks = divCeil(listing, METADATA_SIZE);
    inodeBytes += largestInode.directory + marks * (directoryIndex.size + MAX_NAME);
    listingBytes += listing;
  }
  return { inodeBytes, listingBytes };
}

const largestInode: Readonly<Record<Node['kind'], number>> = {
  directory: extendedDirectory.size,
  file: extendedFile.size,
  symlink: symlinkInode.size + 4,
  'block-device': extendedDevice.size,
  'character-device': extendedDevice.size,
  fifo: extendedPipe.size,
  socket: extendedPipe.size,
};
