// An opened image: its superblock and its bytes. Every address is checked before it is read.

import { alignDown, defined } from '../../bytes/index.js';
import type { EngineChoice } from '../../compress/index.js';
import { InvalidImageError, type IsopressError, UnsupportedError } from '../../errors.js';
import { bytesAt, type Range, type RangeProvider, type Source, Work } from '../../io/index.js';
import { METABOX_BIT } from './dirent.js';
import { DecodedExtents } from './read-extent.js';
import {
  Compatible,
  checksumLength,
  Incompatible,
  KNOWN_INCOMPATIBLE,
  MAGIC,
  MAX_BLOCK_LOG,
  MIN_BLOCK_LOG,
  SUPERBLOCK_AT,
  type Superblock,
  superblock,
  superblockChecksum,
  superblockExtension,
} from './superblock.js';

/** Bytes read at a time. */
const WINDOW = 64 * 1024;
/** Windows kept: 4 MiB. */
const KEPT_WINDOWS = 64;
/** Nanoseconds of a second. */
const SECOND = 1_000_000_000;

/** The location of an inode. */
export interface InodeRef {
  readonly nid: number;
  /** In the inode of metadata (metabox). */
  readonly isInMetabox: boolean;
}

/** A nid of 64 bits. */
export function inodeRef(low: number, high: number): InodeRef {
  return { nid: (high & ~METABOX_BIT) * 2 ** 32 + low, isInMetabox: (high & METABOX_BIT) !== 0 };
}

/** Opens an inode without a name by its nid. */
export type HiddenOpener = (volume: Volume, nid: number) => Promise<Source>;

/**
 * Addresses count the bytes of the image; those of the metabox, if the image has one, follow its last byte.
 */
export class Volume implements RangeProvider {
  readonly image: Source;
  readonly superblock: Superblock;
  readonly blockSize: number;
  /** Bytes of the file system. */
  readonly size: number;
  /** Bounds the work of reading the tree. */
  readonly work: Work;
  readonly decoded: DecodedExtents;
  readonly #openHidden: HiddenOpener;
  readonly #windows: Windows;
  readonly #metaboxNid: number | undefined;
  #metabox: Source | undefined;
  #metaboxWindows: Windows | undefined;
  #packed: Promise<Source> | undefined;

  private constructor(image: Source, found: CheckedSuperblock, engine: EngineChoice, openHidden: HiddenOpener) {
    this.image = image;
    this.superblock = found.superblock;
    this.blockSize = 2 ** found.superblock.blockLog;
    this.size = blocksOf(found.superblock) * this.blockSize;
    this.work = new Work(this.size, 'erofs.work');
    this.decoded = new DecodedExtents(engine);
    this.#windows = new Windows(image, this.size);
    this.#metaboxNid = found.metaboxNid;
    this.#openHidden = openHidden;
  }

  static async open(image: Source, engine: EngineChoice, openHidden: HiddenOpener): Promise<Volume> {
    const volume = new Volume(image, await readSuperblock(image), engine, openHidden);
    if (volume.#metaboxNid !== undefined) {
      volume.#metabox = await openHidden(volume, volume.#metaboxNid);
      volume.#metaboxWindows = new Windows(volume.#metabox, volume.#metabox.size);
    }
    return volume;
  }

  has(feature: number): boolean {
    return (this.superblock.incompatible & feature) !== 0;
  }

  /** The inode of metadata. */
  get metabox(): Source | undefined {
    return this.#metabox;
  }

  /** First address of the metabox. Throws {@link InvalidImageError} if the image has none. */
  metaboxAddress(offset: number): number {
    if (!this.#metabox) throw damaged('metabox', 'Metadata refers to the metabox, but the image has none.');
    return this.size + offset;
  }

  /** Bytes at an address. Valid until the next call. */
  async bytes(at: number, length: number): Promise<Uint8Array> {
    if (at < this.size || !this.#metaboxWindows) return this.#windows.bytes(at, length);
    return this.#metaboxWindows.bytes(at - this.size, length);
  }

  data({ at, length }: Range): Source {
    if (at < this.size || !this.#metabox) {
      checkPlace(at, length, this.size);
      return this.image.slice({ at, length });
    }
    checkPlace(at - this.size, length, this.#metabox.size);
    return this.#metabox.slice({ at: at - this.size, length });
  }

  /** The inode of fragments (packed inode). */
  packed(): Promise<Source> {
    const { packedNid } = this.superblock;
    if (!this.has(Incompatible.fragments) || packedNid === 0) {
      throw damaged('fragment', 'A file has a fragment, but the image has no inode of fragments.');
    }
    this.#packed ??= this.#openHidden(this, packedNid);
    return this.#packed;
  }
}

/** The last windows of equal size that were read. */
class Windows {
  readonly #source: Pick<Source, 'read'>;
  readonly #size: number;
  readonly #kept = new Map<number, Promise<Uint8Array>>();

  constructor(source: Pick<Source, 'read'>, size: number) {
    this.#source = source;
    this.#size = size;
  }

  async bytes(at: number, length: number): Promise<Uint8Array> {
    checkPlace(at, length, this.#size);
    const first = alignDown(at, WINDOW);
    if (at + length <= first + WINDOW) return (await this.#window(first)).subarray(at - first, at - first + length);
    const bytes = new Uint8Array(length);
    if (length > WINDOW) await this.#source.read(at, bytes);
    else {
      const head = (await this.#window(first)).subarray(at - first);
      bytes.set(head);
      bytes.set((await this.#window(first + WINDOW)).subarray(0, length - head.length), head.length);
    }
    return bytes;
  }

  #window(at: number): Promise<Uint8Array> {
    const known = this.#kept.get(at);
    if (known) return known;
    const made = this.#read(at);
    if (this.#kept.size >= KEPT_WINDOWS) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(at, made);
    return made;
  }

  async #read(at: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.min(WINDOW, this.#size - at));
    await this.#source.read(at, bytes);
    return bytes;
  }
}

function checkPlace(at: number, length: number, size: number): void {
  if (at >= 0 && at + length <= size) return;
  throw damaged('out-of-range', `Bytes ${at} to ${at + length} are outside the image.`, Math.max(0, at));
}

/** A valid superblock. */
interface CheckedSuperblock {
  readonly superblock: Superblock;
  readonly metaboxNid?: number;
}

async function readSuperblock(image: Source): Promise<CheckedSuperblock> {
  const found = await findSuperblock(image);
  if (!found) throw damaged('magic', 'This is not an EROFS image.', 0);
  const fault = faultOf(found, image.size);
  if (fault) throw fault;
  if ((found.compatible & Compatible.checksum) !== 0 && !(await isSealed(image, found))) {
    throw damaged('checksum', 'The checksum of the superblock is wrong.', SUPERBLOCK_AT);
  }
  if ((found.incompatible & Incompatible.metabox) === 0) return { superblock: found };
  const extension = new Uint8Array(superblockExtension.size);
  if (found.extraSlots === 0) throw damaged('metabox', 'The superblock is too short for its features.', SUPERBLOCK_AT);
  await image.slice({ at: SUPERBLOCK_AT + superblock.size, length: extension.length }).read(0, extension);
  return { superblock: found, metaboxNid: superblockExtension.decode(extension).metaboxNid };
}

/** The superblock of an image; undefined for an image of another kind. */
export async function findSuperblock(image: Source): Promise<Superblock | undefined> {
  const bytes = await bytesAt(image, SUPERBLOCK_AT, superblock.size);
  if (!bytes) return undefined;
  const found = superblock.decode(bytes);
  return found.magic === MAGIC ? found : undefined;
}

/** Whether the checksum of a superblock with a valid block size is right. */
export async function isSealed(image: Source, { blockLog, checksum }: Superblock): Promise<boolean> {
  const bytes = await bytesAt(image, SUPERBLOCK_AT, checksumLength(blockLog));
  return bytes !== undefined && superblockChecksum(bytes, blockLog) === checksum;
}

/** Blocks of the image. */
export function blocksOf(found: Superblock): number {
  return found.blocks + (hasWideRoot(found) ? found.rootNid * 2 ** 32 : 0);
}

/** The root. */
export function rootOf(found: Superblock): InodeRef {
  return hasWideRoot(found) ? inodeRef(found.wideRootNid, found.wideRootHigh) : inodeRef(found.rootNid, 0);
}

function hasWideRoot({ incompatible, wideRootNid, wideRootHigh }: Superblock): boolean {
  return (incompatible & Incompatible.wide) !== 0 && (wideRootNid !== 0 || wideRootHigh !== 0);
}

/** The error of a superblock in an image of `imageSize` bytes; undefined if it is valid. */
export function faultOf(found: Superblock, imageSize: number): IsopressError | undefined {
  const unknown = found.incompatible & ~KNOWN_INCOMPATIBLE;
  if (unknown !== 0) {
    return new UnsupportedError('erofs.feature', `Features 0x${(unknown >>> 0).toString(16)} of EROFS are not read.`);
  }
  if (found.blockLog < MIN_BLOCK_LOG || found.blockLog > MAX_BLOCK_LOG || found.directoryBlockLog !== 0) {
    return damaged('block-size', `2^${found.blockLog} is not the block size of an EROFS image.`, SUPERBLOCK_AT);
  }
  if ((found.incompatible & Incompatible.devices) !== 0 && found.extraDevices > 0) {
    const { extraDevices: count } = found;
    return new UnsupportedError(
      'erofs.devices',
      `The data of this EROFS image is on ${count} more device${count === 1 ? '' : 's'}, which ${count === 1 ? 'is' : 'are'} not read.`,
    );
  }
  const size = blocksOf(found) * 2 ** found.blockLog;
  if (size > imageSize) return damaged('truncated', `The image has ${imageSize} bytes of ${size}.`, imageSize);
  if (found.epochNanoseconds >= SECOND) return damaged('time', 'Its time has more than a second of nanoseconds.');
  return undefined;
}

/** An error of the image. */
export function damaged(code: string, message: string, at?: number): InvalidImageError {
  return new InvalidImageError(`erofs.${code}`, message, defined({ at }));
}
