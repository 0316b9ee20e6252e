// Opens EROFS images: the facts of their superblock, and their files as a tree.

import { type ByteString, type Timestamp, timestamp, type Uuid, uuidText } from '../../bytes/index.js';
import type { EngineChoice } from '../../compress/index.js';
import { bytesAt, type Source } from '../../io/index.js';
import { type Evidence, type FileTree, TYPE_BITS, TYPE_MASK } from '../../tree/index.js';
import { ALGORITHM_NAMES } from './compression-config.js';
import { INODE_UNIT } from './inode.js';
import { contentOf } from './read-content.js';
import { readInode } from './read-inode.js';
import { readTree } from './read-tree.js';
import { blocksOf, faultOf, findSuperblock, isSealed, rootOf, Volume } from './read-volume.js';
import { Compatible, Incompatible, MAX_BLOCK_LOG, MIN_BLOCK_LOG, type Superblock } from './superblock.js';

/** The facts of a superblock, for people and reports. */
export interface ErofsFacts {
  readonly label: ByteString;
  readonly uuid: Uuid;
  /** Bytes of the file system. */
  readonly size: number;
  readonly features: readonly string[];
  readonly blockSize: number;
  readonly inodes: number;
  /** When it was made; the time of all files without one. */
  readonly created: Timestamp;
  /** Algorithms that files may have: `lz4`, `lzma`, `deflate`, `zstd`. */
  readonly compression: readonly string[];
}

/** An image opened for reading. */
export interface ErofsImage {
  readonly facts: ErofsFacts;
  /** All files; contents are read when they are pulled. Throws {@link InvalidImageError} for a damaged image. */
  tree(): Promise<FileTree>;
}

/**
 * Opens an EROFS image of any compression. Throws {@link InvalidImageError} if this is not an EROFS image or it is damaged, {@link UnsupportedError}
 * for features that are not read, data on more than one device among them. The engine only decodes; every engine gives the same bytes.
 */
export async function openErofs(image: Source, engine: EngineChoice = 'auto'): Promise<ErofsImage> {
  const volume = await openVolume(image, engine);
  return { facts: factsOf(volume.superblock), tree: () => readTree(volume) };
}

/** The volume alone. */
export function openVolume(image: Source, engine: EngineChoice): Promise<Volume> {
  return Volume.open(image, engine, async (opened, nid) =>
    contentOf(opened, await readInode(opened, { nid, isInMetabox: false })),
  );
}

/** The facts of the superblock; undefined for any other bytes. */
export async function recogniseErofs(image: Source): Promise<ErofsFacts | undefined> {
  return (await recogniseSuperblock(image))?.facts;
}

/** As {@link recogniseErofs}, with the evidence: it is `confirmed` if the checksum is right, or without one if the root is a directory. */
export async function recogniseSuperblock(
  image: Source,
): Promise<{ readonly evidence: Evidence; readonly facts: ErofsFacts } | undefined> {
  const found = await findSuperblock(image);
  if (!found || found.blockLog < MIN_BLOCK_LOG || found.blockLog > MAX_BLOCK_LOG) return undefined;
  const hasChecksum = (found.compatible & Compatible.checksum) !== 0;
  const isSound = hasChecksum ? await isSealed(image, found) : await hasRoot(image, found);
  const evidence = isSound && !faultOf(found, image.size) ? 'confirmed' : 'head';
  return { evidence, facts: factsOf(found) };
}

async function hasRoot(image: Source, found: Superblock): Promise<boolean> {
  const { nid, isInMetabox } = rootOf(found);
  if (isInMetabox) return false;
  const modeAt = found.metaBlock * 2 ** found.blockLog + nid * INODE_UNIT + 4;
  const bytes = await bytesAt(image, modeAt, 2);
  return bytes !== undefined && ((bytes[0]! | (bytes[1]! << 8)) & TYPE_MASK) === TYPE_BITS.directory;
}

/** Features by the names that dump.erofs has for them; of bits with two meanings, both. */
const FEATURES: readonly (readonly ['compatible' | 'incompatible', number, string])[] = [
  ['compatible', Compatible.checksum, 'sb_csum'],
  ['compatible', Compatible.modificationTime, 'mtime'],
  ['compatible', Compatible.xattrFilter, 'xattr_filter'],
  ['compatible', Compatible.sharedXattrsInMetabox, 'shared_ea_in_metabox'],
  ['compatible', Compatible.plainXattrPrefixes, 'plain_xattr_pfx'],
  ['compatible', Compatible.pageSharing, 'ishare_xattrs'],
  ['incompatible', Incompatible.zeroPadding, 'lz4_0padding'],
  ['incompatible', Incompatible.compressionConfigs, 'compr_cfgs'],
  ['incompatible', Incompatible.bigClusters, 'big_pcluster'],
  ['incompatible', Incompatible.chunks, 'chunked_file'],
  ['incompatible', Incompatible.devices, 'device_table'],
  ['incompatible', Incompatible.tailPacking, 'ztailpacking'],
  ['incompatible', Incompatible.fragments, 'fragments'],
  ['incompatible', Incompatible.dedupe, 'dedupe'],
  ['incompatible', Incompatible.xattrPrefixes, 'xattr_prefixes'],
  ['incompatible', Incompatible.wide, '48bit'],
  ['incompatible', Incompatible.metabox, 'metabox'],
];

/** The facts of a superblock. */
export function factsOf(found: Superblock): ErofsFacts {
  return {
    label: found.label,
    uuid: uuidText(found.uuid),
    size: blocksOf(found) * 2 ** found.blockLog,
    features: FEATURES.filter(([set, bit]) => (found[set] & bit) !== 0).map(([, , name]) => name),
    blockSize: 2 ** found.blockLog,
    inodes: found.inodes,
    created: timestamp(found.epoch + found.buildTime, found.epochNanoseconds),
    compression: compressionOf(found),
  };
}

/** Images without configurations have LZ4 or nothing. */
function compressionOf({ incompatible, algorithms }: Superblock): string[] {
  if ((incompatible & Incompatible.compressionConfigs) !== 0) {
    return ALGORITHM_NAMES.filter((_, bit) => ((algorithms >> bit) & 1) !== 0);
  }
  return (incompatible & Incompatible.zeroPadding) !== 0 || algorithms !== 0 ? ['lz4'] : [];
}
