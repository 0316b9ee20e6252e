// Opens squashfs images: what their superblock says, and their files as a tree.

import type { EngineChoice } from '../../compress/index.js';
import type { Source } from '../../io/index.js';
import type { Evidence, FileTree } from '../../tree/index.js';
import { readTree } from './read-tree.js';
import { codecName, faultOf, Volume } from './read-volume.js';
import { MAGIC, type Superblock, SuperblockFlag, storedSuperblock, VERSION } from './superblock.js';

/** The facts of a superblock, for people and reports. */
export interface SquashfsFacts {
  /** `gzip`, `xz` …; a number for a codec that has no name. */
  readonly compression: string;
  /** Version of the format: `4.0`. */
  readonly version: string;
  /** Bytes, without the padding after the last table. */
  readonly size: number;
  readonly blockSize: number;
  /** Seconds since 1970. */
  readonly modificationTime: number;
  readonly inodes: number;
  readonly fragments: number;
  readonly ids: number;
  readonly hasXattrs: boolean;
  readonly exportable: boolean;
  /** The superblock is at the end: mksquashfs wrote the image to a pipe, and Linux does not mount it before it is repaired. */
  readonly streamed: boolean;
  /** Parts that the writer did not compress. */
  readonly stored: readonly string[];
}

/** An image opened for reading. */
export interface SquashfsImage {
  readonly facts: SquashfsFacts;
  /**
   * All files; contents are read when they are pulled. Throws {@link InvalidImageError} for a damaged image. The order of
   * entries, their hard links, holes and extended attributes are those of the image.
   */
  tree(): Promise<FileTree>;
}

/**
 * Opens an image of squashfs 4.0, with any codec. Throws {@link InvalidImageError} for an image of another kind or
 * damaged, {@link UnsupportedError} for other versions and codecs. The engine only decodes; every engine gives the same bytes.
 */
export async function openSquashfs(image: Source, engine: EngineChoice = 'auto'): Promise<SquashfsImage> {
  const volume = await Volume.open(image, engine);
  const facts = factsOf(volume.superblock, ((await storedSuperblock(image))?.at ?? 0) > 0);
  return { facts, tree: () => readTree(volume) };
}

/** The facts of an image's superblock; undefined for any image of another kind. */
export async function recogniseSquashfs(image: Source): Promise<SquashfsFacts | undefined> {
  return (await recogniseSuperblock(image))?.facts;
}

/** As {@link recogniseSquashfs}, with the evidence: it is `confirmed` if sizes, counts and tables fit each other and the image. */
export async function recogniseSuperblock(
  image: Source,
): Promise<{ readonly evidence: Evidence; readonly facts: SquashfsFacts } | undefined> {
  const stored = await storedSuperblock(image);
  if (!stored) return undefined;
  const { found, at } = stored;
  if (found.magic !== MAGIC || found.major < 1 || found.major > VERSION.major) return undefined;
  return { evidence: faultOf(found, image.size) ? 'head' : 'confirmed', facts: factsOf(found, at > 0) };
}

function factsOf(found: Superblock, streamed: boolean): SquashfsFacts {
  const { flags } = found;
  const parts = { inodesStored: 'inodes', dataStored: 'data', fragmentsStored: 'fragments', xattrsStored: 'xattrs' };
  const all = { ...parts, idsStored: 'ids' } as const;
  return {
    compression: codecName(found),
    version: `${found.major}.${found.minor}`,
    size: found.bytesUsed,
    blockSize: found.blockSize,
    modificationTime: found.modificationTime,
    inodes: found.inodeCount,
    fragments: found.fragmentCount,
    ids: found.idCount,
    hasXattrs: found.xattrTableAt !== undefined,
    exportable: found.exportTableAt !== undefined,
    streamed,
    stored: Object.entries(all).flatMap(([flag, part]) =>
      (flags & SuperblockFlag[flag as keyof typeof all]) !== 0 ? [part] : [],
    ),
  };
}
