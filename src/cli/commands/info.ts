// isopress info IMAGE

import { Command } from 'commander';
import { displayText, fromText } from '../../bytes/index.js';
import { EXIT } from '../../errors.js';
import { type FileSystemFacts, type ImageFacts, inspectImage } from '../../image/index.js';
import { openFileSource } from '../../io/index.js';
import { openSession, type SessionOptions } from '../session.js';
import { showBytes } from '../units.js';
import { addSessionOptions } from '../writer-options.js';

export function infoCommand(): Command {
  const command = new Command('info')
    .description('tell what an image is: file systems, partitions, boot entries, media-check tags')
    .argument('<image>', 'image file');
  return addSessionOptions(command).action(async (image: string, options: SessionOptions) => {
    const session = openSession(options);
    const source = await openFileSource(fromText(image));
    try {
      const facts = await inspectImage(source);
      const isKnown = facts.fileSystems.length > 0 || facts.partitions.length > 0;
      if (!isKnown) process.exitCode = EXIT.nothingToCheck;
      session.result({ image, ...facts }, [
        `${image}: ${showBytes(facts.size)}`,
        ...(isKnown ? textOf(facts).map(harmless) : ['  not an image this program knows']),
      ]);
    } finally {
      await source.close();
      session.close();
    }
  });
}

/** Labels and names of an image may hold anything, but they do not reach the terminal as commands to it. */
const harmless = (line: string) => displayText(fromText(line));

function textOf({ fileSystems, partitions, bootEntries, tags }: ImageFacts): string[] {
  return [
    ...fileSystems.flatMap(fileSystemLines),
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
