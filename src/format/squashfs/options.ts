// Options of the squashfs writer. The only place of defaults and validation.

import type { Timestamp } from '../../bytes/index.js';
import type { Compression } from '../../compress/index.js';
import { UsageError } from '../../errors.js';
import type { ExactContent } from '../../io/index.js';
import { largestDictionary } from './compressors.js';
import { MAX_BLOCK_SIZE, MIN_BLOCK_SIZE } from './data-block.js';
import type { SquashfsPlaces } from './read-places.js';

/** Parts of an image that can be left uncompressed one by one. */
export type StoredPart = 'inodes' | 'data' | 'fragments' | 'xattrs' | 'ids';

/** Options of a squashfs image. */
export interface SquashfsOptions {
  readonly compression: Compression;
  /** The image's own time; seconds outside 1970…2106 are clamped. */
  readonly epoch: Timestamp;
  /** Bytes in a data block: a power of two, 4096…1048576. Default 131072. */
  readonly blockSize?: number;
  /** Whether files smaller than a block share fragment blocks. Default true. */
  readonly fragments?: boolean;
  /** Whether the ends of larger files go into fragments too. Default false. */
  readonly tailPacking?: boolean;
  /** Whether inodes can be found by number: needed for NFS, and for overlayfs with index or nfs_export. Default true. */
  readonly exportTable?: boolean;
  /** Whether blocks of zeros take no space. Default true. */
  readonly sparse?: boolean;
  /** Whether equal files of the tree share their content: recorded in the superblock for tools that append; no other effect. Default false. */
  readonly duplicatesShared?: boolean;
  /** Parts not to compress. Default: none of them, with compression `none` all. */
  readonly stored?: readonly StoredPart[];
  /**
   * The image is padded with zeros to a multiple of this many bytes; 1 pads nothing. Default 4096, as loop devices round
   * down to whole blocks.
   */
  readonly padTo?: number;
  /** Zeros before the image, in bytes; nothing in the image counts them. Default 0. */
  readonly offset?: number;
  /**
   * Every file with separate blocks starts at a multiple of this many bytes from the superblock: a power of two up
   * to 64 MiB. Default 1.
   */
  readonly alignTo?: number;
  /** Contents whose tails get separate blocks. Default: none. */
  readonly unfragmented?: ReadonlySet<ExactContent>;
  /** Contents that are stored as they are, in separate blocks. Default: none. */
  readonly uncompressed?: ReadonlySet<ExactContent>;
  /** From a content to another one whose tail is the same, byte for byte, as `findEqualTails` has it. Default: none. */
  readonly equalTails?: ReadonlyMap<ExactContent, ExactContent>;
  /** Contents with a higher number are stored first; without one they count as 0. Equal ones stay in tree order. */
  readonly priorities?: ReadonlyMap<ExactContent, number>;
  /**
   * The places of an earlier image, as `readSquashfsPlaces` has them. Contents are stored in its order, and its fragments are kept; what
   * is new or has another size goes into fragments that lost a tail, and to the end. Default: none.
   */
  readonly like?: SquashfsPlaces;
}

export interface ResolvedOptions extends Required<Omit<SquashfsOptions, 'stored' | 'like'>> {
  readonly like: SquashfsPlaces | undefined;
  readonly stored: ReadonlySet<StoredPart>;
  /** log2 of the block size. */
  readonly blockLog: number;
}

/** As far as mksquashfs goes. */
const MAX_ALIGNMENT = 64 * 1024 * 1024;
const NO_PRIORITIES: ReadonlyMap<ExactContent, number> = new Map();
const NO_TAILS: ReadonlyMap<ExactContent, ExactContent> = new Map();
const NO_CONTENTS: ReadonlySet<ExactContent> = new Set();
const EVERY_PART: readonly StoredPart[] = ['inodes', 'data', 'fragments', 'xattrs', 'ids'];

/** Options of an image that do not depend on its codec. */
type Shape = Pick<
  SquashfsOptions,
  'blockSize' | 'fragments' | 'tailPacking' | 'padTo' | 'offset' | 'alignTo' | 'priorities'
>;

/** Checks what is given, and fills in the defaults. Throws {@link UsageError} for values that no image can have. */
export function resolveShape(options: Shape) {
  const { blockSize = 128 * 1024, fragments = true, tailPacking = false } = options;
  const blockLog = Math.log2(blockSize);
  if (!Number.isInteger(blockLog) || blockSize < MIN_BLOCK_SIZE || blockSize > MAX_BLOCK_SIZE) {
    throw new UsageError('squashfs.block-size', `${blockSize} cannot be the block size of a squashfs image.`, {
      option: 'blockSize',
      hint: 'Choose a power of two from 4096 to 1048576.',
    });
  }
  if (tailPacking && !fragments) {
    throw new UsageError('squashfs.tails-without-fragments', 'Tail packing needs fragments.', {
      option: 'tailPacking',
      hint: 'Leave one of the two options out.',
    });
  }
  return { blockSize, blockLog, fragments, tailPacking, ...resolvePlacement(options) };
}

/** Fills in the defaults. Throws {@link UsageError} for values that no image can have. */
export function resolveOptions(options: SquashfsOptions): ResolvedOptions {
  const { compression, epoch } = options;
  const shape = resolveShape(options);
  const { blockSize } = shape;
  const dictionarySize = compression.xz?.dictionarySize ?? 0;
  if (dictionarySize > largestDictionary(blockSize)) {
    const message = `A dictionary of ${dictionarySize} bytes is larger than a block of ${blockSize}.`;
    throw new UsageError('squashfs.dictionary-size', message, {
      option: 'dictionarySize',
      hint: 'Choose a larger block size.',
    });
  }
  return {
    compression,
    epoch,
    ...shape,
    exportTable: options.exportTable ?? true,
    sparse: options.sparse ?? true,
    duplicatesShared: options.duplicatesShared ?? false,
    stored: new Set(compression.name === 'none' ? EVERY_PART : (options.stored ?? [])),
    equalTails: options.equalTails ?? NO_TAILS,
    unfragmented: options.unfragmented ?? NO_CONTENTS,
    uncompressed: options.uncompressed ?? NO_CONTENTS,
    like: options.like,
  };
}

function resolvePlacement({ padTo = 4096, offset = 0, alignTo = 1, priorities = NO_PRIORITIES }: Shape) {
  if (!Number.isSafeInteger(padTo) || padTo < 1) {
    throw new UsageError('squashfs.padding', `An image cannot be padded to a multiple of ${padTo} bytes.`, {
      option: 'padTo',
    });
  }
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new UsageError('squashfs.offset', `An image cannot start at byte ${offset}.`, { option: 'offset' });
  }
  if (!Number.isInteger(Math.log2(alignTo)) || alignTo < 1 || alignTo > MAX_ALIGNMENT) {
    throw new UsageError('squashfs.alignment', `Files cannot be aligned to ${alignTo} bytes.`, {
      option: 'alignTo',
      hint: 'Choose a power of two up to 67108864.',
    });
  }
  return { padTo, offset, alignTo, priorities };
}
