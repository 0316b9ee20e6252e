// From a tree to an EROFS image. Without compression the size is known before the first byte, and the plan is content that can
// itself be a file in another tree.

import { type ByteString, compareTime, displayText, uuidText } from '../../bytes/index.js';
import { clusterFacts } from '../../compress/index.js';
import { assertPlanned } from '../../errors.js';
import {
  type Content,
  type Data,
  type ExactContent,
  type ImagePlan,
  imageContent,
  pieceLength,
  type Run,
  type Unread,
} from '../../io/index.js';
import { type FileTree, joinPath, LossLog, type Node } from '../../tree/index.js';
import { ChunkPlaces } from './chunk-places.js';
import { emitDirectories, placeDirectories } from './directories.js';
import { emitCompressed } from './emit-compressed.js';
import { emitStoredLeaves } from './emit-stored.js';
import { inodeSize } from './form.js';
import { headBlocks, linksOf, renderHead, rootNid } from './head.js';
import { compactInode } from './inode.js';
import { type ErofsLayout, LAYOUT_VERSION, type PlacedTree, type PlannedImage, type UnplacedImage } from './layout.js';
import { leafHead, placeStoredLeaves } from './leaves.js';
import { type ErofsOptions, resolveErofs } from './options.js';
import { Placement } from './placement.js';
import { planInodes } from './plan-inodes.js';
import { planXattrs } from './plan-xattrs.js';
import { sharedTailsOf } from './shared-tails.js';
import { sizeLimitOf } from './size-limit.js';

/**
 * Plans an EROFS image of a tree. Without compression its size is exact. Throws {@link InvalidInputError} for options and
 * entries that no EROFS image can have; metadata that it cannot store is in `layout.losses`.
 */
export function planErofs(
  tree: FileTree,
  options: ErofsOptions & { readonly compression?: undefined },
): ImagePlan<ErofsLayout, ExactContent>;
export function planErofs(tree: FileTree, options: ErofsOptions): ImagePlan<ErofsLayout, Content>;
export function planErofs(tree: FileTree, options: ErofsOptions): ImagePlan<ErofsLayout, Content> {
  const resolved = resolveErofs(options);
  const losses = new LossLog();
  const inodes = planInodes(tree, resolved.blockSize);
  const xattrs = planXattrs(inodes, resolved.sharedXattrs, losses);
  const parts = { options: resolved, inodes, xattrs };
  const unplaced = {
    ...parts,
    contentSize: contentSizeOf(inodes),
    sharedTails: sharedTailsOf(parts),
    chunkPlaces: chunkPlacesOf(parts),
  };
  noteTimes(unplaced, losses);
  const image: PlannedImage = { ...unplaced, headBlocks: headBlocks(unplaced) };
  if (resolved.compression) {
    const sizeLimit = sizeLimitOf(image);
    const layout = layoutOf(image, undefined, sizeLimit, losses);
    return { layout, sizeLimit, pieces: (run) => emitCompressed(image, sizeLimit, run) };
  }
  const placed = placeStored(image);
  const size = placed.blocks * resolved.blockSize;
  const layout = layoutOf(image, size, size, losses);
  return { ...imageContent(size, (run, unread) => emitStored(image, placed, run, unread)), layout };
}

function chunkPlacesOf({ inodes, options }: Pick<PlannedImage, 'inodes' | 'options'>): ChunkPlaces | undefined {
  const { equalChunks, blockSize } = options;
  return equalChunks && new ChunkPlaces(equalChunks, { ...inodes, blockSize });
}

function placeStored(image: PlannedImage): PlacedTree {
  const leafNids = new Float64Array(image.inodes.leaves.length);
  const placement = new Placement(image.options.blockSize, image.headBlocks, (index, nid) => {
    leafNids[index] = nid;
  });
  placeStoredLeaves(image, placement);
  return placeDirectories(image, placement.block, leafNids, rootNid(image));
}

async function* emitStored(
  image: PlannedImage,
  placed: PlacedTree,
  run: Run,
  unread: boolean,
): AsyncGenerator<Data | Unread> {
  const { blockSize } = image.options;
  yield renderHead(image, placed);
  let at = image.headBlocks * blockSize;
  const placement = new Placement(blockSize, image.headBlocks, (index, nid) =>
    assertPlanned('place of an inode', placed.leafNids[index]!, nid),
  );
  for await (const piece of emitStoredLeaves(image, placement, run, unread)) {
    at += pieceLength(piece);
    yield piece;
  }
  assertPlanned('start of the directories', placed.rootBlock * blockSize, at);
  for (const piece of emitDirectories(image, placed, run)) {
    at += pieceLength(piece);
    yield piece;
  }
  assertPlanned('end of the image', placed.blocks * blockSize, at);
}

function contentSizeOf({ leaves, contentOwners }: PlannedImage['inodes']): number {
  let size = 0;
  for (let index = 0; index < leaves.length; index++) {
    const leaf = leaves[index]!;
    if (leaf.kind === 'file' && contentOwners[index] === index) size += leaf.content.size;
  }
  return size;
}

/** Compact inodes have the time of the image. */
function noteTimes(image: UnplacedImage, losses: LossLog): void {
  const { inodes, options } = image;
  if (options.inodes !== 'compact') return;
  const note = (node: Node, links: number, size: number, path: ByteString) => {
    const isCut = compareTime(node.mtime, options.epoch) !== 0;
    if (isCut && inodeSize(node, links, size, options) === compactInode.size) {
      losses.add('erofs.mtime', 'Modification times become that of the image, as compact inodes have no other.', path);
    }
  };
  for (const dir of inodes.directories) {
    note(dir.node, linksOf(dir), dir.listingSize, dir.path);
    for (const [name, node] of dir.node.entries) {
      if (node.kind === 'directory') continue;
      const { links, length } = leafHead(image, node);
      note(node, links, length, joinPath(dir.path, name));
    }
  }
}

function layoutOf(image: PlannedImage, size: number | undefined, sizeLimit: number, losses: LossLog): ErofsLayout {
  const { options, inodes, xattrs } = image;
  return {
    format: 'erofs',
    layoutVersion: LAYOUT_VERSION,
    compression: options.compression && clusterFacts(options.compression),
    blockSize: options.blockSize,
    clusterSize: options.clusterSize,
    tailPacking: options.tailPacking,
    fragments: options.fragments,
    dedupe: options.dedupe,
    chunkSize: options.chunkLog === undefined ? undefined : options.blockSize * 2 ** options.chunkLog,
    uuid: uuidText(options.uuid),
    label: displayText(options.label),
    inodes: inodes.count,
    directories: inodes.directories.length,
    sharedXattrBytes: xattrs.shared.length,
    contentSize: image.contentSize,
    size,
    sizeLimit,
    losses: losses.list(),
  };
}
