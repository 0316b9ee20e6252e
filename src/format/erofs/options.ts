// What can be chosen about an EROFS image; the only place of its defaults and their validation.

import { type ByteString, bytesOf, fromText, isUuid, type Timestamp, type Uuid, uuidBytes } from '../../bytes/index.js';
import { UsageError } from '../../errors.js';
import { deriveUuid } from '../../io/index.js';
import { MAX_BLOCK_LOG, MIN_BLOCK_LOG } from './superblock.js';

/** Form of inodes: each as small as it can be, or all alike. */
export type InodeForm = 'auto' | 'compact' | 'extended';

/** What can be chosen about an EROFS image. */
export interface ErofsOptions {
  /** The time of the image, and of inodes in the compact form. */
  readonly epoch: Timestamp;
  /** What the UUID is derived from. */
  readonly seed: string;
  /** Default derived from the seed. */
  readonly uuid?: Uuid;
  /** At most 16 bytes of UTF-8. Default empty. */
  readonly label?: string;
  /** A power of two from 512 to 65536 bytes; Linux mounts what is no larger than its pages, other than 4096 from 6.4 on. Default 4096. */
  readonly blockSize?: number;
  /**
   * `auto` takes the compact form for entries with the time of the image, `compact` for others as well, which then have that time.
   * Large owners, sizes and link counts need the extended form. Default `auto`.
   */
  readonly inodes?: InodeForm;
  /** Whether the ends of files may follow their inodes. Default true. */
  readonly inlineData?: boolean;
  /** Whether holes that are known take no space where nothing is compressed. Default true. */
  readonly sparse?: boolean;
  /** How many inodes must have an attribute for it to be stored once for all of them; 0 for never. Default 2. */
  readonly sharedXattrs?: number;
}

/** Options checked and complete. */
export interface ResolvedOptions {
  readonly epoch: Timestamp;
  readonly uuid: Uint8Array;
  readonly label: ByteString;
  readonly blockSize: number;
  readonly blockLog: number;
  readonly inodes: InodeForm;
  readonly inlineData: boolean;
  readonly sparse: boolean;
  /** Infinity for never. */
  readonly sharedXattrs: number;
}

const MAX_LABEL = 16;
const INODE_FORMS: readonly string[] = ['auto', 'compact', 'extended'];

/** Fills in the defaults. Throws {@link UsageError} for values that no image can have. */
export function resolveErofs(options: ErofsOptions): ResolvedOptions {
  const { blockSize = 4096, epoch, seed, uuid = deriveUuid(seed, 'erofs uuid'), inodes = 'auto' } = options;
  const blockLog = Math.log2(blockSize);
  if (!Number.isInteger(blockLog) || blockLog < MIN_BLOCK_LOG || blockLog > MAX_BLOCK_LOG) {
    throw bad('blockSize', `${blockSize}`, 'a power of two from 512 to 65536');
  }
  if (!isUuid(uuid)) throw bad('uuid', `"${uuid}"`, 'a UUID');
  const label = fromText(options.label ?? '');
  if (label.length > MAX_LABEL || bytesOf(label).includes(0)) {
    throw bad('label', `"${options.label}"`, `at most ${MAX_LABEL} bytes without NUL`);
  }
  if (!INODE_FORMS.includes(inodes)) throw bad('inodes', `"${inodes}"`, INODE_FORMS.join(', '));
  const { sharedXattrs = 2 } = options;
  if (!Number.isSafeInteger(sharedXattrs) || sharedXattrs < 0) throw bad('sharedXattrs', `${sharedXattrs}`, 'a count');
  return {
    epoch,
    uuid: uuidBytes(uuid),
    label,
    blockSize,
    blockLog,
    inodes,
    inlineData: options.inlineData ?? true,
    sparse: options.sparse ?? true,
    sharedXattrs: sharedXattrs === 0 ? Number.POSITIVE_INFINITY : sharedXattrs,
  };
}

function bad(option: keyof ErofsOptions, value: string, wanted: string): UsageError {
  return new UsageError(`erofs.${codeOf(option)}`, `${value} cannot be the ${option} of an EROFS image.`, {
    option,
    hint: `It has to be ${wanted}.`,
  });
}

/** `blockSize` → `block-size`. */
function codeOf(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
