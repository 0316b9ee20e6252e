// Options of an ext4 image; the only place of its defaults and their validation.

import {
  type ByteString,
  bytesOf,
  defined,
  displayText,
  fromTextOrBytes,
  isUuid,
  type Timestamp,
  type Uuid,
  uuidBytes,
} from '../../bytes/index.js';
import { option, UsageError, wording } from '../../errors.js';
import { deriveUuid } from '../../io/index.js';
import { chooseFeatures } from './feature-choice.js';
import { type Ext4Profile, type FeatureName, PROFILES } from './features.js';
import { MAX_JOURNAL_BLOCKS, MIN_JOURNAL_BLOCKS } from './journal.js';
import type { Ext4Places } from './read-places.js';
import { ERROR_POLICIES, type ErrorPolicy, MOUNT_OPTIONS } from './superblock.js';

/** Options of an ext2, ext3 or ext4 image. */
export interface Ext4Options {
  /** Bytes of the file system, or `auto`: exactly what the tree needs, plus `slack`. Default `auto`. */
  readonly size?: number | 'auto';
  /** Free bytes that an automatic size leaves. Default 0. */
  readonly slack?: number;
  /** At most 16 bytes: text as UTF-8, or any bytes. Default empty. */
  readonly label?: string | Uint8Array;
  /** Default derived from the seed. */
  readonly uuid?: Uuid;
  /** Seed of directory hashes. Default derived from the seed. */
  readonly hashSeed?: Uuid;
  /** Source of derived identities. */
  readonly seed: string;
  /** Time for everything that is not an entry of the tree: creation of the file system, lost+found. */
  readonly epoch: Timestamp;
  /** The initial features, by the programs that must read the image. Default `boot`. */
  readonly profile?: Ext4Profile;
  /** Changes to the profile as mke2fs spells them: `orphan_file,^resize_inode`. Default empty. */
  readonly features?: string;
  /** A journal; a number gives its length in blocks. Default by the features, with the length mke2fs would give it. */
  readonly journal?: boolean | number;
  /** Share of the blocks kept for root, 0…50. Default 5. */
  readonly reservedPercent?: number;
  /** Minimum number of inodes. Default by `inodeRatio`, and never fewer than the tree needs. */
  readonly inodes?: number;
  /** Bytes of the image per inode; with an automatic size, bytes of the slack. Default 16384. */
  readonly inodeRatio?: number;
  /** 128, 256, 512 or 1024 bytes; those of 128 keep whole seconds to 2038. Default 256. */
  readonly inodeSize?: number;
  /** A power of two from 1024 to 65536 bytes; Linux mounts blocks up to its page size. Default 4096 at every size. */
  readonly blockSize?: number;
  /** Blocks of a group, a multiple of 8. Default and at most eight times the block size, and 65528. */
  readonly blocksPerGroup?: number;
  /** Groups whose metadata is together, a power of two. Default 16, or fewer where they do not fit. */
  readonly groupsPerFlex?: number;
  /** Hash indexes for directories of more than one block. Default by the features. */
  readonly dirIndex?: boolean;
  /** Keep room in the descriptor table, so that the file system can grow while mounted. Default by the features. */
  readonly growable?: boolean;
  /** Recorded as last mounted here; at most 64 bytes. Default empty. */
  readonly lastMounted?: string | Uint8Array;
  /** Action of the kernel when it finds an error. Default `continue`. */
  readonly errors?: ErrorPolicy;
  /** Default mount options as tune2fs spells them, `^name` removes. Default `user_xattr,acl`. */
  readonly mountOptions?: string;
  /** Further mount options as text, at most 63 bytes. Default empty. */
  readonly extendedMountOptions?: string | Uint8Array;
  /** RAID chunk in blocks. Default 0: none. */
  readonly stride?: number;
  /** RAID stripe in blocks. Default 0: none. */
  readonly stripeWidth?: number;
  /** Bytes of zeros before the file system: its place in a disk image. Default 0. */
  readonly offset?: number;
  /**
   * The places of an earlier image, as `readExt4Places` has them. Every entry keeps its inode number, and its blocks if it does not need
   * more of them; anything else goes into gaps and to the end. An automatic size is at least that of the earlier image. UUID, hash seed,
   * and sizes of blocks, inodes and groups are those of the earlier image unless they are given. Default: none.
   */
  readonly like?: Ext4Places;
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
  /** As requested; an image too small for a journal has none. */
  readonly features: ReadonlySet<FeatureName>;
  readonly journal: boolean | number;
  readonly reservedPercent: number;
  readonly inodes: number;
  readonly inodeRatio: number;
  readonly inodeSize: number;
  readonly blockSize: number;
  readonly blocksPerGroup: number;
  readonly groupsPerFlex: number;
  readonly errors: ErrorPolicy;
  /** As bits of the superblock. */
  readonly mountOptions: number;
  readonly extendedMountOptions: ByteString;
  readonly stride: number;
  readonly stripeWidth: number;
  readonly offset: number;
  readonly like: Ext4Places | undefined;
}

const BLOCK_SIZES = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];
/** 16 bits count the free blocks of a group in narrow descriptors. */
const MOST_BLOCKS_PER_GROUP = 65_528;
const LEAST_BLOCKS_PER_GROUP = 256;
const SAFE = Number.MAX_SAFE_INTEGER;
const WORD = 0xffff_ffff;

/** Fills in the defaults. Throws {@link InvalidInputError} that names an invalid option. */
export function resolveExt4(given: Ext4Options): ResolvedOptions {
  const options = { ...shapeOf(given.like), ...defined(given) };
  const { size = 'auto', seed, epoch } = options;
  if (size !== 'auto') inRange('size', size, 1, SAFE);
  const blockSize = oneOf('blockSize', options.blockSize ?? 4096, BLOCK_SIZES);
  const inodeSize = oneOf('inodeSize', options.inodeSize ?? 256, [128, 256, 512, 1024]);
  const reservedPercent = options.reservedPercent ?? 5;
  if (!(reservedPercent >= 0 && reservedPercent <= 50)) bad('reservedPercent', `${reservedPercent}`, 'from 0 to 50');
  const features = featuresOf(options, inodeSize);
  const mostPerGroup = Math.min(blockSize * 8, MOST_BLOCKS_PER_GROUP);
  const blocksPerGroup = inRange(
    'blocksPerGroup',
    options.blocksPerGroup ?? mostPerGroup,
    LEAST_BLOCKS_PER_GROUP,
    mostPerGroup,
  );
  if (blocksPerGroup % 8 !== 0) bad('blocksPerGroup', `${blocksPerGroup}`, 'a multiple of 8');
  return {
    size,
    slack: inRange('slack', options.slack ?? 0, 0, SAFE),
    label: shortText('label', options.label ?? '', 16),
    lastMounted: shortText('lastMounted', options.lastMounted ?? '', 64),
    uuid: identity('uuid', options.uuid ?? deriveUuid(seed, 'ext4 uuid')),
    hashSeed: uuidBytes(identity('hashSeed', options.hashSeed ?? deriveUuid(seed, 'ext4 hash seed'))),
    epoch,
    features,
    journal: features.has('has_journal') && (options.journal ?? true),
    reservedPercent,
    inodes: inRange('inodes', options.inodes ?? 0, 0, WORD),
    inodeRatio: inRange('inodeRatio', options.inodeRatio ?? 16_384, 1024, 2 ** 26),
    inodeSize,
    blockSize,
    blocksPerGroup,
    groupsPerFlex: flexOf(options, features),
    errors: errorPolicy(options.errors ?? 'continue'),
    mountOptions: mountOptionBits(options.mountOptions ?? ''),
    extendedMountOptions: shortText('extendedMountOptions', options.extendedMountOptions ?? '', 63),
    stride: inRange('stride', options.stride ?? 0, 0, 0xffff),
    stripeWidth: inRange('stripeWidth', options.stripeWidth ?? 0, 0, WORD),
    offset: inRange('offset', options.offset ?? 0, 0, SAFE),
    like: options.like,
  };
}

/** The options that an image takes from the one that it is to be like. */
function shapeOf(like: Ext4Places | undefined) {
  if (!like) return {};
  const { uuid, hashSeed, blockSize, blocksPerGroup, groupsPerFlex, inodeSize } = like.shape;
  const isWritten = blocksPerGroup <= MOST_BLOCKS_PER_GROUP && blocksPerGroup >= LEAST_BLOCKS_PER_GROUP;
  return { uuid, hashSeed, blockSize, groupsPerFlex, inodeSize, ...(isWritten ? { blocksPerGroup } : {}) };
}

/** Profile and list, then the three options that are features too. */
function featuresOf(options: Ext4Options, inodeSize: number): Set<FeatureName> {
  const { profile = 'boot', features: list = '', journal } = options;
  if (!Object.hasOwn(PROFILES, profile)) bad('profile', `"${profile}"`, `one of ${Object.keys(PROFILES).join(', ')}`);
  if (typeof journal === 'number') inRange('journal', journal, MIN_JOURNAL_BLOCKS, MAX_JOURNAL_BLOCKS);
  const switches: readonly (readonly [string, boolean | undefined])[] = [
    ['has_journal', journal === undefined ? undefined : journal !== false],
    ['dir_index', options.dirIndex],
    ['resize_inode', options.growable],
  ];
  const changes = switches.flatMap(([name, on]) => (on === undefined ? [] : [on ? name : `^${name}`]));
  const features = chooseFeatures(profile, [list, ...changes].join(','));
  if (inodeSize === 128) {
    for (const name of ['project', 'inline_data'] as const) {
      if (features.has(name)) bad('inodeSize', '128', `256 or more with ${name}`);
    }
  }
  return features;
}

function flexOf({ groupsPerFlex }: Ext4Options, features: ReadonlySet<FeatureName>): number {
  if (!features.has('flex_bg')) return 1;
  const value = inRange('groupsPerFlex', groupsPerFlex ?? 16, 1, 2 ** 20);
  if (!Number.isInteger(Math.log2(value))) bad('groupsPerFlex', `${value}`, 'a power of two');
  return value;
}

function errorPolicy(value: ErrorPolicy): ErrorPolicy {
  if (!Object.hasOwn(ERROR_POLICIES, value)) {
    bad('errors', `"${value}"`, `one of ${Object.keys(ERROR_POLICIES).join(', ')}`);
  }
  return value;
}

function mountOptionBits(list: string): number {
  let bits = MOUNT_OPTIONS['user_xattr']! | MOUNT_OPTIONS['acl']!;
  for (const item of list.split(/[\s,]+/).filter((text) => text !== '')) {
    const name = item.replace(/^\^/, '');
    const bit = Object.hasOwn(MOUNT_OPTIONS, name) ? MOUNT_OPTIONS[name] : undefined;
    if (bit === undefined) bad('mountOptions', `"${item}"`, `among ${Object.keys(MOUNT_OPTIONS).join(', ')}`);
    bits = item.startsWith('^') ? bits & ~bit : bits | bit;
  }
  return bits;
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

function shortText(name: string, text: string | Uint8Array, limit: number): ByteString {
  const value = fromTextOrBytes(text);
  if (bytesOf(value).includes(0) || value.length > limit)
    bad(name, `"${displayText(value)}"`, `at most ${limit} bytes without NUL`);
  return value;
}

function identity(name: string, value: Uuid): Uuid {
  if (!isUuid(value)) bad(name, `"${value}"`, 'a UUID');
  return value.toLowerCase();
}

function bad(name: string, given: string, expected: string): never {
  throw new UsageError(
    `ext4.option-${name.toLowerCase()}`,
    wording`${option(name)} must be ${expected}, not ${given}.`,
    {
      option: name,
    },
  );
}
