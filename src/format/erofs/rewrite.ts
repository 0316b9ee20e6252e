// An image written again with a changed tree, with the settings of the old one as far as it records them.

import { bytesOf, type Timestamp } from '../../bytes/index.js';
import type { ClusterCodecName, EngineChoice } from '../../compress/index.js';
import { UnsupportedError } from '../../errors.js';
import {
  bytesAt,
  type ExactContent,
  finishedContent,
  isExact,
  isHole,
  type Run,
  type Source,
  type Spool,
} from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { ALGORITHM_NAMES, configLength, lz4Config } from './compression-config.js';
import type { ErofsLayout } from './layout.js';
import { type ErofsOptions, largestLz4Cluster } from './options.js';
import { planErofs } from './plan.js';
import { factsOf, openVolume } from './read.js';
import { readTree } from './read-tree.js';
import type { Volume } from './read-volume.js';
import { EXTRA_SLOT, Incompatible, SUPERBLOCK_AT, superblock } from './superblock.js';

/** Largest cluster of an image that does not record it: what mkfs.erofs recommends. */
const USUAL_CLUSTER = 65_536;

/** Options of an image that is written again. */
export interface RewriteErofsOptions {
  /** Default `auto`. */
  readonly engine?: EngineChoice;
  /** The new time of the image. Default: the old one. */
  readonly epoch?: Timestamp | undefined;
  /** Takes the new data of a compressed image. Default: it is held in memory. */
  readonly spool?: Spool | undefined;
}

/** An image that was written again. */
export interface RewrittenErofs {
  /** Reads the old image, which must not change. */
  readonly content: ExactContent;
  readonly layout: ErofsLayout;
}

/**
 * Writes an image again with the tree that `change` makes of its tree. UUID, label, block size, time, algorithm, fragments and shared data are
 * those of the old image. It does not record levels; those are the defaults. A compressed image is written now, so that its size is exact.
 * Throws {@link UnsupportedError} for several algorithms, and for bytes after the image.
 */
export async function rewriteErofs(
  image: Source,
  change: (tree: FileTree) => FileTree | Promise<FileTree>,
  { engine = 'auto', epoch, spool }: RewriteErofsOptions,
  run: Run,
): Promise<RewrittenErofs> {
  const volume = await openVolume(image, engine);
  await checkEnd(volume, run);
  const settings = await settingsOf(volume, engine);
  const plan = planErofs(await change(await readTree(volume)), { ...settings, ...(epoch && { epoch }) });
  const content = isExact(plan) ? plan : await finishedContent(plan, spool, run);
  return { content, layout: plan.layout };
}

/** The options with which the image would have been made. */
async function settingsOf(volume: Volume, engine: EngineChoice): Promise<ErofsOptions> {
  const { label, uuid, blockSize, created, compression: algorithms } = factsOf(volume.superblock);
  const [algorithm, ...more] = algorithms;
  if (more.length > 0) {
    const message = `The EROFS image is compressed by ${algorithms.join(' and ')}; it can be written again with one of them only.`;
    throw new UnsupportedError('erofs.rewrite', message);
  }
  const options = { epoch: created, seed: '', uuid, label: bytesOf(label), blockSize };
  if (!algorithm) return options;
  // Fragments and shared data have the same bit: only the former have an inode.
  const gathers = volume.has(Incompatible.fragments);
  const hasFragments = gathers && volume.superblock.packedNid > 0;
  return {
    ...options,
    compression: { name: algorithm as ClusterCodecName, engine },
    clusterSize: await clusterSizeOf(volume, algorithm),
    tailPacking: volume.has(Incompatible.tailPacking) && !hasFragments,
    ...(hasFragments ? { fragments: 'ends' } : {}),
    dedupe: gathers && !hasFragments,
  };
}

/** Only LZ4 records the largest cluster. */
async function clusterSizeOf(volume: Volume, algorithm: string): Promise<number> {
  const { blockSize, superblock: head, image } = volume;
  if (!volume.has(Incompatible.compressionConfigs)) return blockSize;
  if (algorithm !== ALGORITHM_NAMES[0]) return Math.max(blockSize, USUAL_CLUSTER);
  const at = SUPERBLOCK_AT + superblock.size + head.extraSlots * EXTRA_SLOT + configLength.size;
  const bytes = await bytesAt(image, at, lz4Config.size);
  const blocks = bytes ? lz4Config.decode(bytes).maxClusterBlocks : 1;
  return Math.min(blockSize * Math.max(1, blocks), largestLz4Cluster(blockSize));
}

/** Bytes after an image, such as a hash tree, belong to its old bytes. */
async function checkEnd({ image, size }: Volume, run: Run): Promise<void> {
  const at = Math.min(size, image.size);
  for await (const piece of image.slice({ at, length: image.size - at }).pieces(run)) {
    if (isHole(piece) || piece.every((byte) => byte === 0)) continue;
    const message = 'The EROFS image is followed by other data, such as a hash tree, which would no longer fit it.';
    throw new UnsupportedError('erofs.data-after', message, { at });
  }
}
