// Runs `isopress info`: describes an image.

import { displayText, fromText } from '../../bytes/index.js';
import { EXIT } from '../../errors.js';
import { type FileSystemFacts, type ImageFacts, inspectImage } from '../../image/index.js';
import { shownArgument } from '../argument-bytes.js';
import type { ImageOptions } from '../image-options.js';
import { withImage } from '../inside.js';
import { openSession, type SessionOptions } from '../session.js';
import { showBytes } from '../units.js';

/** Parsed values of the command's options. */
export type InfoCommandOptions = SessionOptions & Pick<ImageOptions, 'offset'>;

/** Reports the file systems, partitions, boot entries and tags of the image. */
export async function info(image: string, options: InfoCommandOptions): Promise<void> {
  const session = openSession(options);
  try {
    const facts = await withImage(image, options, inspectImage);
    const isKnown = facts.fileSystems.length > 0 || facts.partitions.length > 0;
    const shown = isKnown || facts.notRead.length > 0 ? textOf(facts) : ['  not an image this program knows'];
    if (!isKnown) process.exitCode = EXIT.nothingToCheck;
    for (const text of cutShort(facts)) session.note(text);
    session.result('info', { image: shownArgument(image), ...facts }, [
      `${image}: ${showBytes(facts.size)}`,
      ...shown.map(harmless),
    ]);
  } finally {
    session.close();
  }
}

/** A sentence for each file system that continues after the end of the image. Only heads are read, so nothing else shows it. */
function cutShort({ size, fileSystems }: ImageFacts): string[] {
  return fileSystems
    .filter((found) => found.where === 'whole image' && found.size !== undefined && found.size > size)
    .map((found) => `The image is cut short: it has ${size} bytes, and its ${found.kind} ${found.size}.`);
}

/** Labels and names of an image may hold anything, but they do not reach the terminal as commands to it. */
const harmless = (line: string) => displayText(fromText(line));

function textOf({ fileSystems, notRead, partitions, bootEntries, tags }: ImageFacts): string[] {
  return [
    ...fileSystems.flatMap(fileSystemLines),
    ...notRead.map(({ kind, where }) => `  ${kind} in ${where}, which is not read`),
    ...partitions.map(({ table, number, type, name, active, at, size }) => {
      const extra = [...(name ? [`"${name}"`] : []), ...(active ? ['active'] : [])].join(' ');
      return `  ${table} ${number}: type ${type}, ${showBytes(size)} from byte ${at} ${extra}`.trimEnd();
    }),
    ...bootEntries.map(({ platform, emulation, block, sectors, bootable, id, criteria }) => {
      const kind = emulation === 'none' ? '' : `, as ${emulation}`;
      const marks = `${bootable ? '' : ', not bootable'}${id ? `, by "${id}"` : ''}${criteria ? `, criteria ${criteria}` : ''}`;
      return `  boot ${platform}: block ${block}, ${sectors} sectors${kind}${marks}`;
    }),
    ...tags.map(({ key, value }) => `  tag ${key}${value === undefined ? '' : ` = ${value}`}`),
  ];
}

function fileSystemLines({ kind, where, label, size, extensions = [], details }: FileSystemFacts): string[] {
  const named = label === undefined || label === '' ? '' : ` "${label}"`;
  const sized = size === undefined ? '' : `, ${showBytes(size)}`;
  const more = extensions.length > 0 ? `, ${extensions.join(', ')}` : '';
  return [
    `  ${kind}${named} in ${where}${sized}${more}`,
    ...Object.entries(details).map(([key, value]) => `    ${key}: ${value}`),
  ];
}
