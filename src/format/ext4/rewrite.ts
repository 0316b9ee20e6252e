// An image written again with a changed tree: entries keep their inode numbers, and their blocks if they need no more of them.

import { bytesOf, type Timestamp } from '../../bytes/index.js';
import { UnsupportedError, UsageError } from '../../errors.js';
import { type ExactContent, type ImagePlan, isHole, type Run, type Source } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { featureNames } from './features.js';
import type { Ext4Options } from './options.js';
import { type Ext4Layout, planExt4 } from './plan.js';
import { openExt4 } from './read.js';
import { type Ext4Places, readExt4Places } from './read-places.js';
import { Volume } from './read-volume.js';
import {
  blockCount,
  ERROR_POLICIES,
  type ErrorPolicy,
  MOUNT_OPTIONS,
  type Superblock,
  wideCount,
} from './superblock.js';

/** The three modes of a journal share these bits. */
const JOURNAL_MODE = 0x60;

/** Options of an image that is written again; everything else is as in the old one. */
export interface RewriteExt4Options {
  /** The new time of the file system. Default: when the old one was made. */
  readonly epoch?: Timestamp | undefined;
}

/**
 * Plans an image again with the tree that `change` makes of its tree. Size, UUID, label, features, journal and limits are those of the old
 * image, which grows only if the tree needs more room. Throws {@link UnsupportedError} for an image that was not unmounted cleanly, for
 * features that are not written, and for bytes after the file system.
 */
export async function rewriteExt4(
  image: Source,
  change: (tree: FileTree) => FileTree | Promise<FileTree>,
  { epoch }: RewriteExt4Options,
  run: Run,
): Promise<ImagePlan<Ext4Layout, ExactContent>> {
  const opened = await openExt4(image);
  const { facts } = opened;
  if (!facts.clean) {
    const message = 'The ext4 file system was not unmounted cleanly, so its files may not be complete.';
    throw new UnsupportedError('ext4.not-clean', message, { hint: 'Run e2fsck on the image first.' });
  }
  await checkEnd(image, facts.size, run);
  const { superblock } = await Volume.open(image);
  const like = await readExt4Places(image);
  const after = await change(await opened.tree());
  try {
    return planExt4(after, { ...settingsOf(superblock, like), epoch: epoch ?? facts.created, like });
  } catch (error) {
    // A value of the old image that no image of this program has.
    if (!(error instanceof UsageError)) throw error;
    throw new UnsupportedError('ext4.rewrite', `The ext4 image cannot be written again: ${error.message}`, {
      cause: error,
    });
  }
}

/** The options with which the image would have been made. */
function settingsOf(found: Superblock, like: Ext4Places): Omit<Ext4Options, 'epoch'> {
  const features = featureNames(found);
  const blocks = blockCount(found);
  const reserved = wideCount(found, found.reservedBlocksLow, found.reservedBlocksHigh);
  const journal = like.system.get('journal') ?? [];
  if (features.includes('has_journal') && journal.length === 0) {
    throw new UnsupportedError('ext4.rewrite', 'The ext4 image has its journal on another device.');
  }
  const policy = Object.entries(ERROR_POLICIES).find(([, value]) => value === found.errorPolicy);
  return {
    seed: '',
    label: bytesOf(found.label),
    lastMounted: bytesOf(found.lastMounted),
    profile: 'minimal',
    features: ['none', ...features].join(','),
    ...(journal.length > 0 ? { journal: journal.reduce((sum, { length }) => sum + length, 0) } : {}),
    inodes: found.inodes,
    // Half a block more, so that rounding down gives the same number.
    reservedPercent: reserved === 0 ? 0 : Math.min(50, ((reserved + 0.5) / blocks) * 100),
    ...(policy ? { errors: policy[0] as ErrorPolicy } : {}),
    mountOptions: mountOptionsOf(found.defaultMountOptions),
    extendedMountOptions: bytesOf(found.mountOptions),
    stride: found.raidStride,
    stripeWidth: found.raidStripeWidth,
  };
}

/** As tune2fs spells them, with those removed that an image has by default. */
function mountOptionsOf(bits: number): string {
  const words = Object.entries(MOUNT_OPTIONS).map(([name, bit]) => {
    const isSet = (bit & JOURNAL_MODE) === 0 ? (bits & bit) !== 0 : (bits & JOURNAL_MODE) === bit;
    return isSet ? name : `^${name}`;
  });
  // Removing one journal mode would remove the bits of another one.
  return words.sort((a, b) => Number(b.startsWith('^')) - Number(a.startsWith('^'))).join(',');
}

/** Bytes after the file system, such as a hash tree, belong to its old bytes. */
async function checkEnd(image: Source, size: number, run: Run): Promise<void> {
  const rest = image.slice({ at: Math.min(size, image.size), length: Math.max(0, image.size - size) });
  for await (const piece of rest.pieces(run)) {
    if (isHole(piece) || piece.every((byte) => byte === 0)) continue;
    const message =
      'The ext4 file system is followed by other data, such as a hash tree, which would no longer fit it.';
    throw new UnsupportedError('ext4.data-after', message, { at: size });
  }
}
