// Describes an image: the file systems that start in it, its partitions, boot entries and media-check tags.

import { type BootEntryFacts, type PartitionFacts, readBootEntries, readPartitions } from '../disc/index.js';
import { InvalidImageError } from '../errors.js';
import { type ImageTags, readTags, type Tag, type TagStyle } from '../format/checkmedia/index.js';
import { recogniseIso } from '../format/iso9660/index.js';
import type { Source } from '../io/index.js';
import type { FormatFacts } from '../tree/index.js';
import { describeAll } from './formats.js';

/** One file system, and where it is. */
export interface FileSystemFacts extends FormatFacts {
  /** `whole image`, or a partition such as `gpt 2`. */
  readonly where: string;
}

/** The facts found in an image. */
export interface ImageFacts {
  /** Bytes. */
  readonly size: number;
  readonly fileSystems: readonly FileSystemFacts[];
  readonly partitions: readonly PartitionFacts[];
  readonly bootEntries: readonly BootEntryFacts[];
  readonly tagStyle: TagStyle;
  readonly tags: readonly Tag[];
}

/** Looks at the heads of everything in an image. Never throws because of what its bytes are. */
export async function inspectImage(image: Source): Promise<ImageFacts> {
  const partitions = await readPartitions(image);
  const fileSystems = await fileSystemsIn(image, 'whole image');
  for (const { table, number, at, size } of partitions) {
    // A partition that is the image is not described twice.
    if (at === 0 || at + size > image.size || size === 0) continue;
    fileSystems.push(...(await fileSystemsIn(image.slice({ at, length: size }), `${table} ${number}`)));
  }
  const iso = await recogniseIso(image);
  const { style, tags } = iso ? await tagsOf(image) : NO_TAGS;
  const bootEntries = iso ? await readBootEntries(image, iso.bootRecords) : [];
  return { size: image.size, fileSystems, partitions, bootEntries, tagStyle: style, tags };
}

async function fileSystemsIn(image: Source, where: string): Promise<FileSystemFacts[]> {
  return (await describeAll(image)).map(({ kind, ...facts }) => ({ kind, where, ...facts }));
}

const NO_TAGS: ImageTags = { style: 'none', tags: [] };

/** The area for tags belongs to applications: other data in it is not a fault of the image. */
async function tagsOf(image: Source): Promise<ImageTags> {
  try {
    return await readTags(image);
  } catch (error) {
    if (error instanceof InvalidImageError) return NO_TAGS;
    throw error;
  }
}
