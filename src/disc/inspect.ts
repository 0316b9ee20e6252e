// What an image is: the file systems that start in it, its partitions, boot entries and media-check tags.

import type { Timestamp } from '../bytes/index.js';
import { InvalidImageError } from '../errors.js';
import { type ImageTags, readTags, type Tag, type TagStyle } from '../format/checkmedia/index.js';
import { recogniseFat } from '../format/fat/index.js';
import { recogniseIso } from '../format/iso9660/index.js';
import { recogniseUdf } from '../format/udf/index.js';
import type { Range, Source } from '../io/index.js';
import { type BootEntryFacts, readBootEntries } from './inspect-boot.js';
import { type PartitionFacts, readPartitions } from './inspect-partitions.js';

/** One file system. */
export interface FileSystemFacts {
  /** `iso9660`, `udf`, `fat12`, `fat16`, `fat32`, `ext4`, `squashfs` */
  readonly kind: string;
  /** Where it was looked for: `whole image`, or a partition such as `gpt 2`. */
  readonly where: string;
  readonly label?: string;
  /** Bytes. */
  readonly size?: number;
  readonly extensions?: readonly string[];
  /** Whatever else its head says. */
  readonly details: Readonly<Record<string, string | number>>;
}

export interface ImageFacts {
  /** Bytes. */
  readonly size: number;
  readonly fileSystems: readonly FileSystemFacts[];
  readonly partitions: readonly PartitionFacts[];
  readonly bootEntries: readonly BootEntryFacts[];
  readonly tagStyle: TagStyle;
  readonly tags: readonly Tag[];
}

/** Tells a file system of one kind from all others; undefined for those. */
export type Recogniser = (image: Source) => Promise<Omit<FileSystemFacts, 'where'> | undefined>;

/**
 * Looks at the heads of everything in an image; `others` recognise file systems that no disc is made of, ext4 for one.
 * Throws {@link InvalidImageError} where a head is damaged.
 */
export async function inspectImage(image: Source, others: readonly Recogniser[] = []): Promise<ImageFacts> {
  const partitions = await readPartitions(image);
  const fileSystemsIn = (part: Source, where: string) => recogniseAll(part, where, [...KINDS, ...others]);
  const fileSystems = await fileSystemsIn(image, 'whole image');
  for (const { table, number, at, size } of partitions) {
    // A partition that is the image is not told twice.
    if (at === 0 || at + size > image.size || size === 0) continue;
    fileSystems.push(...(await fileSystemsIn(image.slice({ at, length: size } satisfies Range), `${table} ${number}`)));
  }
  const iso = await recogniseIso(image);
  const { style, tags } = iso ? await tagsOf(image) : NO_TAGS;
  const bootEntries = iso ? await readBootEntries(image, iso.bootRecords) : [];
  return { size: image.size, fileSystems, partitions, bootEntries, tagStyle: style, tags };
}

const NO_TAGS: ImageTags = { style: 'none', tags: [] };

/** The area for tags belongs to applications: what others keep there is no fault of the image. */
async function tagsOf(image: Source): Promise<ImageTags> {
  try {
    return await readTags(image);
  } catch (error) {
    if (error instanceof InvalidImageError) return NO_TAGS;
    throw error;
  }
}

async function recogniseAll(image: Source, where: string, kinds: readonly Recogniser[]): Promise<FileSystemFacts[]> {
  const found = await Promise.all(kinds.map((kind) => kind(image)));
  return found.filter((facts) => facts !== undefined).map((facts) => ({ ...facts, where }));
}

type Found = Omit<FileSystemFacts, 'where'> | undefined;

async function isoFacts(image: Source): Promise<Found> {
  const iso = await recogniseIso(image);
  if (!iso) return undefined;
  const { volumeId: label, size, extensions, created, modified, bootRecords: _, ...texts } = iso;
  const times = { created: dateText(created), modified: dateText(modified) };
  return { kind: 'iso9660', label, size, extensions, details: given({ ...texts, ...times }) };
}

async function udfFacts(image: Source): Promise<Found> {
  const udf = await recogniseUdf(image);
  if (!udf) return undefined;
  const { label, partitionSize: size, revision, blockSize, volumeSetId } = udf;
  return {
    kind: 'udf',
    label,
    size,
    details: given({ revision, blockSize, volumeSetId, recorded: dateText(udf.recorded) }),
  };
}

const HEAD = 2048;

/** FAT is known by its first two KiB. */
async function fatFacts(image: Source): Promise<Found> {
  if (image.size < HEAD) return undefined;
  const head = new Uint8Array(HEAD);
  await image.read(0, head);
  const fat = recogniseFat(head);
  if (!fat) return undefined;
  const { type, label, size, serial, sectorSize, clusterSize } = fat;
  return {
    kind: `fat${type}`,
    label,
    size,
    details: { serial: serial.toString(16).padStart(8, '0'), sectorSize, clusterSize },
  };
}

const KINDS: readonly Recogniser[] = [isoFacts, udfFacts, fatFacts];

/** `2023-11-14T22:13:20.000Z` */
function dateText(time: Timestamp | undefined): string | undefined {
  const date = new Date((time?.seconds ?? Number.NaN) * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function given(values: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  const present = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(present) as Record<string, string | number>;
}
