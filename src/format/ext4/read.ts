// Opens ext2, ext3 and ext4 images: what their superblock says, and their files as a tree.

import { type ByteString, type Timestamp, type Uuid, uuidText } from '../../bytes/index.js';
import type { Source } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { featureNames } from './features.js';
import { journalNotes } from './read-journal.js';
import { readTree } from './read-tree.js';
import { Volume } from './read-volume.js';
import { findSuperblock } from './recognise.js';
import { blockCount, STATE_CLEAN, type Superblock, wideCount } from './superblock.js';

/** The facts of a superblock, for people and reports. */
export interface Ext4Facts {
  readonly kind: 'ext2' | 'ext3' | 'ext4';
  readonly label: ByteString;
  readonly uuid: Uuid;
  /** Bytes of the file system. */
  readonly size: number;
  readonly features: readonly string[];
  readonly blockSize: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly reservedBlocks: number;
  readonly inodeSize: number;
  readonly inodes: number;
  readonly freeInodes: number;
  /** Unmounted cleanly, and no journal to replay. */
  readonly clean: boolean;
  readonly created: Timestamp;
  readonly lastMounted: ByteString;
}

/** An image opened for reading. */
export interface Ext4Image {
  readonly facts: Ext4Facts;
  /** Remarks for people about the state of the file system, as far as its tree has been read. */
  readonly notes: readonly string[];
  /**
   * All files, lost+found included; contents are read when they are pulled. Entries that cannot be read, damaged or
   * encrypted ones, are files whose content throws then. Throws {@link InvalidImageError} for an image without a root
   * directory, or one whose structures refer to the same blocks again and again.
   */
  tree(): Promise<FileTree>;
}

/**
 * Opens an image of ext2, ext3 or ext4. Checksums are verified if the image has them. Throws {@link InvalidImageError}
 * for an image of another kind or a damaged one, {@link UnsupportedError} for features that are not read, a journal
 * with pending changes among them.
 */
export async function openExt4(image: Source): Promise<Ext4Image> {
  const volume = await Volume.open(image);
  for (const note of await journalNotes(volume)) volume.remarks.add(note);
  return { facts: factsOf(volume.superblock), notes: volume.remarks.notes, tree: () => readTree(volume) };
}

/** The facts of an image's superblock; undefined for any image of another kind. */
export async function recogniseExt4(image: Source): Promise<Ext4Facts | undefined> {
  const found = await findSuperblock(image);
  return found && factsOf(found.superblock);
}

/** The facts of a superblock. */
export function factsOf(found: Superblock): Ext4Facts {
  const features = featureNames(found);
  const blockSize = 1024 * 2 ** found.logBlockSize;
  const blocks = blockCount(found);
  return {
    kind: kindOf(features),
    label: found.label,
    uuid: uuidText(found.uuid),
    size: blocks * blockSize,
    features,
    blockSize,
    blocks,
    freeBlocks: wideCount(found, found.freeBlocksLow, found.freeBlocksHigh),
    reservedBlocks: wideCount(found, found.reservedBlocksLow, found.reservedBlocksHigh),
    inodeSize: found.revision === 0 ? 128 : found.inodeSize,
    inodes: found.inodes,
    freeInodes: found.freeInodes,
    clean: (found.state & STATE_CLEAN) !== 0 && !features.includes('needs_recovery'),
    created: { seconds: found.creationTime + found.creationTimeHigh * 2 ** 32, nanoseconds: 0 },
    lastMounted: found.lastMounted,
  };
}

/** Compatible features do not distinguish ext3 from ext4; these are the other features that ext3 may have. */
const OLD = new Set(['filetype', 'needs_recovery', 'meta_bg', 'sparse_super', 'large_file']);
const COMPATIBLE = new Set(
  'dir_prealloc imagic_inodes has_journal ext_attr resize_inode dir_index sparse_super2 stable_inodes fast_commit'.split(
    ' ',
  ),
);

function kindOf(features: readonly string[]): Ext4Facts['kind'] {
  if (features.some((name) => !OLD.has(name) && !COMPATIBLE.has(name))) return 'ext4';
  return features.includes('has_journal') ? 'ext3' : 'ext2';
}
