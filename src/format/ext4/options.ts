// What can be chosen about an ext4 image; the only place of its defaults and their validation.

import { type ByteString, bytesOf, fromText, isUuid, type Timestamp, type Uuid, uuidBytes } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { deriveUuid } from '../../io/index.js';
import { MAX_JOURNAL_BLOCKS, MIN_JOURNAL_BLOCKS } from './journal.js';

export interface Ext4Options {
  /** Bytes of the image, or `auto`: exactly what the tree needs, plus `slack`. Default `auto`. */
  readonly size?: number | 'auto';
  /** Free bytes that an automatic size leaves. Default 0. */
  readonly slack?: number;
  /** At most 16 bytes of UTF-8. Default empty. */
  readonly label?: string;
  /** Default derived from the seed. */
  readonly uuid?: Uuid;
  /** Seed of directory hashes. Default derived from the seed. */
  readonly hashSeed?: Uuid;
  /** What identities are derived from. */
  readonly seed: string;
  /** Every time that no entry of the tree gives: creation of the file system, lost+found. */
  readonly epoch: Timestamp;
  /** A journal; a number gives its length in blocks. Default true: the length mke2fs would give it. */
  readonly journal?: boolean | number;
  /** Share of the blocks kept for root, 0…50. Default 5. */
  readonly reservedPercent?: number;
  /** At least so many inodes. Default by `inodeRatio`, and never fewer than the tree needs. */
  readonly inodes?: number;
  /** Bytes of the image per inode; with an automatic size, bytes of the slack. Default 16384. */
  readonly inodeRatio?: number;
  /** 256, 512 or 1024 bytes. Default 256. */
  readonly inodeSize?: number;
  /** 1024, 2048 or 4096 bytes. Default 4096 at every size. */
  readonly blockSize?: number;
  /** Hash indexes for directories of more than one block. Default true. */
  readonly dirIndex?: boolean;
  /** Keep room in the descriptor table, so that the file system can grow while mounted. Default true. */
  readonly growable?: boolean;
  /** Recorded as last mounted here; at most 64 bytes. Default empty. */
  readonly lastMounted?: string;
}

/** Options checked and complete. */
export interface ResolvedOptions {
  readonly size: number | 'auto';
  readonly slack: number;
  readonly label: ByteString;
  readonly lastMounted: ByteString;
  readonly uuid: Uuid;
  readonly hashSeed: Uint8Array;
  readonly epoch: Timestamp;
  readonly journal: boolean | number;
  readonly reservedPercent: number;
  readonly inodes: number;
  readonly inodeRatio: number;
  readonly inodeSize: number;
  readonly blockSize: number;
  readonly dirIndex: boolean;
  readonly growable: boolean;
}

/** Fills in the defaults. Throws {@link InvalidInputError} naming the option that cannot be. */
export function resolveExt4(options: Ext4Options): ResolvedOptions {
  const { size = 'auto', journal = true, seed, epoch } = options;
  if (size !== 'auto') inRange('size', size, 1, Number.MAX_SAFE_INTEGER);
  if (typeof journal === 'number') inRange('journal', journal, MIN_JOURNAL_BLOCKS, MAX_JOURNAL_BLOCKS);
  const blockSize = oneOf('blockSize', options.blockSize ?? 4096, [1024, 2048, 4096]);
  const reservedPercent = options.reservedPercent ?? 5;
  if (!(reservedPercent >= 0 && reservedPercent <= 50)) bad('reservedPercent', `${reservedPercent}`, 'from 0 to 50');
  return {
    size,
    slack: inRange('slack', options.slack ?? 0, 0, Number.MAX_SAFE_INTEGER),
    label: shortText('label', options.label ?? '', 16),
    lastMounted: shortText('lastMounted', options.lastMounted ?? '', 64),
    uuid: identity('uuid', options.uuid ?? deriveUuid(seed, 'ext4 uuid')),
    hashSeed: uuidBytes(identity('hashSeed', options.hashSeed ?? deriveUuid(seed, 'ext4 hash seed'))),
    epoch,
    journal,
    reservedPercent,
    inodes: inRange('inodes', options.inodes ?? 0, 0, 0xffff_ffff),
    inodeRatio: inRange('inodeRatio', options.inodeRatio ?? 16_384, 1024, 2 ** 26),
    inodeSize: oneOf('inodeSize', options.inodeSize ?? 256, [256, 512, 1024]),
    blockSize,
    dirIndex: options.dirIndex ?? true,
    growable: options.growable ?? true,
  };
}

function inRange(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    bad(name, `${value}`, `a whole number from ${min} to ${max}`);
  return value;
}

function oneOf(name: string, value: number, allowed: readonly number[]): number {
  if (!allowed.includes(value)) bad(name, `${value}`, `one of ${allowed.join(', ')}`);
  return value;
}

function shortText(name: string, text: string, limit: number): ByteString {
  const value = fromText(text);
  if (bytesOf(value).includes(0) || value.length > limit) bad(name, `"${text}"`, `at most ${limit} bytes without NUL`);
  return value;
}

function identity(name: string, value: Uuid): Uuid {
  if (!isUuid(value)) bad(name, `"${value}"`, 'a UUID');
  return value.toLowerCase();
}

function bad(name: string, given: string, expected: string): never {
  throw new InvalidInputError(
    `ext4.option-${name.toLowerCase()}`,
    `The ext4 option ${name} must be ${expected}, not ${given}.`,
  );
}
