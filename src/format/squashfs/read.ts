// Opens squashfs images: what their superblock says, and their files as a tree.

import type { EngineChoice } from '../../compress/index.js';
import type { Source } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { readTree } from './read-tree.js';
import { codecOf, readSuperblock, Volume } from './read-volume.js';
import { MAGIC, type Superblock, SuperblockFlag } from './superblock.js';

/** What a superblock says, for people and reports. */
export interface SquashfsFacts {
  readonly compression: ReturnType<typeof codecOf>;
  /** Bytes, without the padding behind the last table. */
  readonly size: number;
  readonly blockSize: number;
  /** Seconds since 1970. */
  readonly modificationTime: number;
  readonly inodes: number;
  readonly fragments: number;
  readonly ids: number;
  readonly hasXattrs: boolean;
  readonly exportable: boolean;
  /** Parts that the writer was told not to compress. */
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
 * Opens an image of squashfs 4.0, whichever codec it has. Throws {@link InvalidImageError} for an image that is none or
 * damaged, {@link UnsupportedError} for other versions and codecs. The engine decodes; it changes no byte of the result.
 */
export async function openSquashfs(image: Source, engine: EngineChoice = 'auto'): Promise<SquashfsImage> {
  const volume = await Volume.open(image, engine);
  return { facts: factsOf(volume.superblock), tree: () => readTree(volume) };
}

/** What the superblock of an image says; undefined for an image of another kind. */
export async function recogniseSquashfs(image: Source): Promise<SquashfsFacts | undefined> {
  if (image.size < 4) return undefined;
  const magic = new Uint8Array(4);
  await image.read(0, magic);
  if (new DataView(magic.buffer).getUint32(0, true) !== MAGIC) return undefined;
  return factsOf(await readSuperblock(image));
}

function factsOf(found: Superblock): SquashfsFacts {
  const { flags } = found;
  const parts = { inodesStored: 'inodes', dataStored: 'data', fragmentsStored: 'fragments', xattrsStored: 'xattrs' };
  const all = { ...parts, idsStored: 'ids' } as const;
  return {
    compression: codecOf(found),
    size: found.bytesUsed,
    blockSize: found.blockSize,
    modificationTime: found.modificationTime,
    inodes: found.inodeCount,
    fragments: found.fragmentCount,
    ids: found.idCount,
    hasXattrs: found.xattrTableAt !== undefined,
    exportable: found.exportTableAt !== undefined,
    stored: Object.entries(all).flatMap(([flag, part]) =>
      (flags & SuperblockFlag[flag as keyof typeof all]) !== 0 ? [part] : [],
    ),
  };
}
