// Describes an image: the file systems that start in it, its partitions, boot entries and media-check tags.

import {
  type BootEntryFacts,
  type PartitionFacts,
  readApplePartitions,
  readBootEntries,
  readPartitions,
} from '../disc/index.js';
import { InvalidImageError } from '../errors.js';
import { type ImageTags, readTags, type Tag, type TagStyle } from '../format/checkmedia/index.js';
import { type IsoFound, isoFormat } from '../format/iso9660/index.js';
import type { Source } from '../io/index.js';
import { appleKind, type FormatFacts, otherKind } from '../tree/index.js';
import { allAnswers, bestFounded, type Recognised, recogniseAll } from './formats.js';

/** One file system, and where it is. */
export interface FileSystemFacts extends FormatFacts {
  /** `whole image`, or a partition such as `gpt 2`. */
  readonly where: string;
}

/** A format that is recognised by its first bytes and not read. */
export interface OtherFacts {
  /** With its article: `a btrfs file system`. */
  readonly kind: string;
  /** `whole image`, or a partition such as `gpt 2` or `apm 3`. */
  readonly where: string;
}

/** The facts found in an image. */
export interface ImageFacts {
  /** Bytes. */
  readonly size: number;
  readonly fileSystems: readonly FileSystemFacts[];
  /** Content that cannot be read: unknown kinds of images and of partitions, and HFS next to ISO 9660. */
  readonly notRead: readonly OtherFacts[];
  readonly partitions: readonly PartitionFacts[];
  readonly bootEntries: readonly BootEntryFacts[];
  readonly tagStyle: TagStyle;
  readonly tags: readonly Tag[];
}

/** Looks at the heads of everything in an image. Never throws because of what its bytes are. */
export async function inspectImage(image: Source): Promise<ImageFacts> {
  const partitions = await readPartitions(image);
  // Asked once: with every answer the search for further sessions would be repeated.
  const answers = await allAnswers(image);
  const fileSystems = described(bestFounded(answers), WHOLE_IMAGE);
  const notRead = fileSystems.length > 0 || partitions.length > 0 ? [] : await othersIn(image, WHOLE_IMAGE);
  for (const { table, number, at, size } of partitions) {
    // A partition that is the image is not described twice.
    if (at === 0 || at + size > image.size || size === 0) continue;
    const [partition, where] = [image.slice({ at, length: size }), `${table} ${number}`];
    const found = described(await recogniseAll(partition), where);
    fileSystems.push(...found);
    if (found.length === 0) notRead.push(...(await othersIn(partition, where)));
  }
  const iso = answers.find(isIso)?.found.volume;
  if (iso) notRead.push(...(await appleVolumes(image)));
  const { style, tags } = iso ? await tagsOf(image) : NO_TAGS;
  const bootEntries = iso ? await readBootEntries(image, iso.bootRecords) : [];
  return { size: image.size, fileSystems, notRead, partitions, bootEntries, tagStyle: style, tags };
}

/** Where a file system is that has the image for itself. */
export const WHOLE_IMAGE = 'whole image';

async function othersIn(image: Source, where: string): Promise<OtherFacts[]> {
  const kind = await otherKind(image);
  return kind === undefined ? [] : [{ kind, where }];
}

/** Volumes of Apple's systems on a disc: one that begins where the disc does, and those that Apple's partition map lists. */
async function appleVolumes(image: Source): Promise<OtherFacts[]> {
  const whole = await appleKind(image);
  const found: OtherFacts[] = whole === undefined ? [] : [{ kind: whole, where: WHOLE_IMAGE }];
  for (const { number, at, size } of await readApplePartitions(image)) {
    if (at === 0 || size === 0 || at + size > image.size) continue;
    const kind = await appleKind(image.slice({ at, length: size }));
    if (kind !== undefined) found.push({ kind, where: `apm ${number}` });
  }
  return found;
}

function isIso(answer: Recognised): answer is Recognised & { readonly found: IsoFound } {
  return answer.format.kind === isoFormat.kind;
}

function described(answers: readonly Recognised[], where: string): FileSystemFacts[] {
  return answers.map(({ format, found }) => {
    const { kind, ...facts } = format.facts(found);
    return { kind, where, ...facts };
  });
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
