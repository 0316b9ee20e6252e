// The formats whose images can be read. Everything that has to know them derives from this list.

import { arFormat } from '../format/ar/index.js';
import { cpioFormat } from '../format/cpio/index.js';
import { erofsFormat } from '../format/erofs/index.js';
import { ext4Format } from '../format/ext4/index.js';
import { fatFormat } from '../format/fat/index.js';
import { isoFormat } from '../format/iso9660/index.js';
import { squashfsFormat } from '../format/squashfs/index.js';
import { udfFormat } from '../format/udf/index.js';
import { zipFormat } from '../format/zip/index.js';
import type { Source } from '../io/index.js';
import type { FormatFacts, ImageFormat, Recognition } from '../tree/index.js';
import { tarFormat } from './tar-format.js';

/** Of several answers with equal evidence the first in this order wins: the nearer its head is to byte 0, the later it was written. */
export const FORMATS: readonly ImageFormat[] = [
  squashfsFormat,
  erofsFormat,
  ext4Format,
  isoFormat,
  udfFormat,
  fatFormat,
  cpioFormat,
  arFormat,
  zipFormat,
  tarFormat,
];

/** `squashfs, EROFS, ext2 to ext4, ISO 9660, UDF, FAT, cpio, ar, zip and tar` */
export const FORMAT_TITLES: string = FORMATS.map(({ title }) => title)
  .join(', ')
  .replace(/, ([^,]*)$/, ' and $1');

/** The kinds that are archives: nothing but reading every header shows whether one is complete. */
export const ARCHIVE_KINDS: readonly string[] = FORMATS.filter(({ isArchive }) => isArchive).map(({ kind }) => kind);

/** A format that recognised an image, with what it found. */
export interface Recognised {
  readonly format: ImageFormat;
  readonly found: Recognition;
}

/** The answers of all formats, also where another one is better founded. */
export async function allAnswers(image: Source): Promise<Recognised[]> {
  const answers: Recognised[] = [];
  for (const format of FORMATS) {
    const found = await format.recognise(image);
    if (found) answers.push({ format, found });
  }
  return answers;
}

/**
 * The best-founded answers: once one is confirmed, those known by their head alone are remains of what the medium held before.
 * ISO 9660 and UDF of one disc both stay.
 */
export function bestFounded(answers: readonly Recognised[]): Recognised[] {
  const confirmed = answers.filter(({ found }) => found.evidence === 'confirmed');
  return confirmed.length > 0 ? confirmed : [...answers];
}

/** All formats that an image may have, the best-founded ones. */
export async function recogniseAll(image: Source): Promise<Recognised[]> {
  return bestFounded(await allAnswers(image));
}

/** Every file system of an image as facts, in the order of {@link FORMATS}. */
export async function describeAll(image: Source): Promise<FormatFacts[]> {
  return (await recogniseAll(image)).map(({ format, found }) => format.facts(found));
}
