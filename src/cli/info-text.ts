// The facts of an image in words and units, for people. Programs get the keys, by `--json`.

import { displayText, fromText } from '../bytes/index.js';
import { partitionTypeName } from '../disc/index.js';
import type { InvalidImageError } from '../errors.js';
import { type FileSystemFacts, factWords, type ImageFacts, WHOLE_IMAGE } from '../image/index.js';
import { showBytes, showEntries } from './units.js';

/** Number and bytes of the entries of a compressed file system or an archive. */
export interface UnpackedFacts {
  readonly entries: number;
  readonly bytes: number;
}

/** Labels and names of an image may hold anything, but they do not reach the terminal as commands to it. */
const harmless = (line: string) => displayText(fromText(line));

/** One line for each thing in an image, and more below each file system. */
export function infoLines(facts: ImageFacts, unpacked: UnpackedFacts | undefined): string[] {
  const { fileSystems, notRead, partitions, bootEntries, tags } = facts;
  return [
    ...fileSystems.flatMap((found) => fileSystemLines(found, found.where === WHOLE_IMAGE ? unpacked : undefined)),
    ...notRead.map(({ kind, where }) => `  ${kind} in ${where}, which is not read`),
    ...partitions.map(({ table, number, type, name, active, at, size }) => {
      const extra = [...(name ? [`"${name}"`] : []), ...(active ? ['active'] : [])].join(' ');
      return `  ${table} ${number}: ${partitionTypeName(table, type)}, ${showBytes(size)} from byte ${at} ${extra}`.trimEnd();
    }),
    ...bootEntries.map(({ platform, emulation, block, sectors, bootable, id, criteria }, index) => {
      const kind = emulation === 'none' ? '' : `, as ${emulation}`;
      const marks = `${bootable ? '' : ', not bootable'}${id ? `, by "${id}"` : ''}${criteria ? `, criteria ${criteria}` : ''}`;
      return `  boot ${platform}: block ${block}, ${sectors} sectors${kind}${marks}, #boot${index + 1}`;
    }),
    ...tags.map(({ key, value }) => `  tag ${key}${value === undefined ? '' : ` = ${value}`}`),
  ].map(harmless);
}

function fileSystemLines(found: FileSystemFacts, unpacked: UnpackedFacts | undefined): string[] {
  const { kind, where, label, size, extensions = [], details } = found;
  const named = label === undefined || label === '' ? '' : ` "${label}"`;
  const sized = size === undefined ? '' : `, ${showBytes(size)}`;
  const more = extensions.length > 0 ? `, ${extensions.join(', ')}` : '';
  return [
    `  ${kind}${named} in ${where}${sized}${more}`,
    ...factWords(details).map(([name, value]) => `    ${name}: ${value}`),
    ...(unpacked ? [`    unpacked: ${unpackedText(unpacked, size)}`] : []),
  ];
}

function unpackedText({ entries, bytes }: UnpackedFacts, size: number | undefined): string {
  const ratio = size ? `, ${(bytes / size).toFixed(1)} times the size of the image` : '';
  return `${showBytes(bytes)} in ${showEntries(entries)}${ratio}`;
}

/** The file of an image. */
export interface FileFacts {
  /** Forms that the image was in. */
  readonly forms: readonly string[];
  /** Whether a change of it in place was interrupted. */
  readonly unfinished: boolean;
  /** Why its entries cannot be read. */
  readonly fault: InvalidImageError | undefined;
}

/** The first lines: what is wrong with the file before all else, then name and size. */
export function infoHead(name: string, facts: ImageFacts, { forms, unfinished, fault }: FileFacts): string[] {
  return [
    ...(unfinished
      ? [`${name}: UNFINISHED, an edit in place was interrupted or is being made; --recover ends it`]
      : []),
    `${name}: ${damageText(facts, fault)}${showBytes(facts.size)}${forms.map((form) => `, in ${form}`).join('')}`,
  ];
}

function damageText(facts: ImageFacts, fault: InvalidImageError | undefined): string {
  const [cut] = cutShort(facts);
  if (cut) return `CUT SHORT, ${showBytes(cut.size - facts.size)} of ${showBytes(cut.size)} are missing; `;
  if (!fault) return '';
  return fault.code.endsWith('.truncated') ? 'CUT SHORT; ' : 'DAMAGED; ';
}

/** Sentences about damage: one for each file system that continues after the end of the image, else one for the fault of its entries. */
export function damageNotes(facts: ImageFacts, fault: InvalidImageError | undefined): string[] {
  const cut = cutShort(facts);
  if (cut.length === 0) return fault ? [fault.message] : [];
  return cut.map(({ kind, size }) => `The image is cut short: it has ${facts.size} bytes, and its ${kind} ${size}.`);
}

/** File systems that continue after the end of the image. */
function cutShort({ size: limit, fileSystems }: ImageFacts): { readonly kind: string; readonly size: number }[] {
  const whole = fileSystems.filter(({ where }) => where === WHOLE_IMAGE);
  return whole.map(({ kind, size = 0 }) => ({ kind, size })).filter(({ size }) => size > limit);
}
