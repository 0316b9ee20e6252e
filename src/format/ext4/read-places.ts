// The places of the files of an earlier image: inode numbers and blocks by path, so that a new image can keep them.

import { type ByteString, bytesOf, type Uuid, uuidText } from '../../bytes/index.js';
import { createDigest, type Digest, NAME_UNITS, type Source } from '../../io/index.js';
import { kindOfMode } from '../../tree/index.js';
import type { Extent } from './extent.js';
import { BLOCK_FIELD_SIZE, INLINE_FLAG, JOURNAL_INODE, RESIZE_INODE, ROOT_INODE } from './inode.js';
import type { QuotaKind } from './quota.js';
import { directoryExtents, extentsIn } from './read-blocks.js';
import { inlineNames, type Name, namesIn } from './read-directory.js';
import { type FoundInode, sizeOf, Volume } from './read-volume.js';
import { XattrSource } from './read-xattrs.js';

/** An entry of an earlier image. */
export interface EarlierEntry {
  readonly ino: number;
  readonly isFile: boolean;
  /** Its blocks, in the order of its content. */
  readonly extents: readonly Extent[];
  /** The entries of a directory; empty for anything else. */
  readonly entries: ReadonlyMap<ByteString, EarlierEntry>;
}

/** Blocks that do not belong to an entry. */
export type SystemPlace = 'resize-block' | 'xattr-blocks' | 'journal' | 'orphan-file' | QuotaKind;

/** The places of an earlier image. */
export interface Ext4Places {
  /** Bytes of the file system. */
  readonly size: number;
  /** SHA-256 of all that planning takes from the earlier image, hexadecimal. */
  readonly digest: string;
  /** @internal */
  readonly shape: EarlierShape;
  /** @internal */
  readonly root: EarlierEntry;
  /** @internal */
  readonly system: ReadonlyMap<SystemPlace, readonly Extent[]>;
}

/** The identity of an earlier image, and the values that decide where its metadata is. */
export interface EarlierShape {
  readonly uuid: Uuid;
  readonly hashSeed: Uuid;
  readonly blockSize: number;
  readonly blocks: number;
  readonly blocksPerGroup: number;
  readonly groupsPerFlex: number;
  readonly inodeSize: number;
  readonly inodesPerGroup: number;
  readonly reservedDescriptorBlocks: number;
}

/**
 * Reads where an image has its files. Contents are not read. Throws {@link InvalidImageError} for a damaged image,
 * {@link UnsupportedError} for features that are not read.
 */
export async function readExt4Places(image: Source): Promise<Ext4Places> {
  const volume = await Volume.open(image);
  volume.recount();
  return new PlaceReader(volume).read();
}

interface OpenEntry extends EarlierEntry {
  readonly entries: Map<ByteString, EarlierEntry>;
}

class PlaceReader {
  readonly #volume: Volume;
  readonly #xattrs: XattrSource;
  readonly #digest: Digest = createDigest('sha256');
  readonly #known = new Map<number, OpenEntry>();
  readonly #directories: { readonly entry: OpenEntry; readonly found: FoundInode }[] = [];
  readonly #xattrBlocks = new Set<number>();

  constructor(volume: Volume) {
    this.#volume = volume;
    this.#xattrs = new XattrSource(volume);
  }

  async read(): Promise<Ext4Places> {
    const shape = this.#shape();
    this.#note(shape);
    const root = await this.#entry(ROOT_INODE);
    for (let index = 0; index < this.#directories.length; index++) {
      const { entry, found } = this.#directories[index]!;
      for (const { name, ref } of await this.#names(found)) {
        this.#volume.work.spend(NAME_UNITS);
        const child = await this.#entry(ref);
        entry.entries.set(name, child);
        this.#digest.update(bytesOf(name));
        this.#note({ parent: entry.ino, ino: child.ino, isFile: child.isFile, extents: child.extents });
      }
    }
    const system = await this.#system();
    this.#note([...system]);
    const size = shape.blocks * shape.blockSize;
    return { size, digest: this.#digest.hex(), shape, root, system };
  }

  #shape(): EarlierShape {
    const { superblock: found, blockSize, blocks, inodeSize } = this.#volume;
    return {
      uuid: uuidText(found.uuid),
      hashSeed: uuidText(found.hashSeed),
      blockSize,
      blocks,
      blocksPerGroup: found.blocksPerGroup,
      groupsPerFlex: 2 ** Math.min(found.logGroupsPerFlex, 20),
      inodeSize,
      inodesPerGroup: found.inodesPerGroup,
      reservedDescriptorBlocks: found.reservedDescriptorBlocks,
    };
  }

  #note(facts: unknown): void {
    this.#digest.update(Buffer.from(`\0${JSON.stringify(facts)}\n`));
  }

  async #entry(ino: number): Promise<OpenEntry> {
    const known = this.#known.get(ino);
    if (known) return known;
    const found = await this.#volume.inode(ino);
    const { mode, xattrBlockLow, xattrBlockHigh } = found.fields;
    const kind = kindOfMode(mode);
    if (xattrBlockLow > 0) this.#xattrBlocks.add(xattrBlockLow + xattrBlockHigh * 2 ** 32);
    const entry = { ino, isFile: kind === 'file', extents: await this.#extents(found, kind), entries: new Map() };
    this.#known.set(ino, entry);
    if (kind === 'directory') this.#directories.push({ entry, found });
    return entry;
  }

  async #extents(found: FoundInode, kind: ReturnType<typeof kindOfMode>): Promise<readonly Extent[]> {
    if ((found.fields.flags & INLINE_FLAG) !== 0) return NO_EXTENTS;
    const size = sizeOf(found);
    if (kind === 'directory') return directoryExtents(this.#volume, found, size);
    const isStored = kind === 'file' || (kind === 'symlink' && size >= BLOCK_FIELD_SIZE);
    return isStored && size > 0 ? extentsIn(this.#volume, found, size) : NO_EXTENTS;
  }

  async #names(found: FoundInode): Promise<Name[]> {
    if ((found.fields.flags & INLINE_FLAG) === 0) return namesIn(this.#volume, found, sizeOf(found));
    return inlineNames(found, (await this.#xattrs.of(found)).inlineData ?? new Uint8Array(0));
  }

  async #system(): Promise<Map<SystemPlace, readonly Extent[]>> {
    const { superblock, features } = this.#volume;
    const places = new Map<SystemPlace, readonly Extent[]>();
    const inodes: readonly (readonly [SystemPlace, number])[] = [
      ['journal', superblock.journalDevice === 0 && features.has('has_journal') ? JOURNAL_INODE : 0],
      ['user-quota', superblock.userQuotaInode],
      ['group-quota', superblock.groupQuotaInode],
      ['project-quota', superblock.projectQuotaInode],
      ['orphan-file', superblock.orphanFileInode],
    ];
    for (const [place, ino] of inodes) {
      if (ino === 0) continue;
      const found = await this.#volume.inode(ino);
      places.set(place, await extentsIn(this.#volume, found, sizeOf(found)));
    }
    if (features.has('resize_inode')) {
      const { block } = (await this.#volume.inode(RESIZE_INODE)).fields;
      const number = new DataView(block.buffer, block.byteOffset).getUint32(DOUBLE_INDIRECT * 4, true);
      if (number > 0) places.set('resize-block', [{ logical: 0, block: number, length: 1 }]);
    }
    const first = lowestOf(this.#xattrBlocks);
    let length = 0;
    while (this.#xattrBlocks.has(first + length)) length++;
    if (length > 0) places.set('xattr-blocks', [{ logical: 0, block: first, length }]);
    return places;
  }
}

const NO_EXTENTS: readonly Extent[] = [];
/** The fourteenth block number of an inode without extents. */
const DOUBLE_INDIRECT = 13;

function lowestOf(numbers: ReadonlySet<number>): number {
  let lowest = Number.MAX_SAFE_INTEGER;
  for (const number of numbers) lowest = Math.min(lowest, number);
  return lowest;
}
