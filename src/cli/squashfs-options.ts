// The options of `isopress squashfs`: one row each, in groups.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { byteStringOf } from '../bytes/index.js';
import type { StoredPart } from '../format/squashfs/index.js';
import type { SortRule } from '../tree/index.js';
import { readSortList } from '../tree/option-values.js';
import { addCompressionOptions } from './compression-options.js';
import { readInput } from './input.js';
import { pseudoDefinitionOf, pseudoFileOf } from './manifest-options.js';
import { collectPattern } from './patterns.js';
import { parseSeconds } from './times.js';
import { parseInteger, parseSize } from './units.js';

const PARTS: readonly StoredPart[] = ['inodes', 'data', 'fragments', 'xattrs', 'ids'];
const parseId = parseInteger(0, 0xffff_ffff);
const parseTime = parseSeconds(0, 2 ** 35);

export function addSquashfsOptions(command: Command): Command {
  addCompressionOptions(command, { what: 'compressor', name: 'gzip', bcj: 'none' });
  addDataOptions(command);
  addPlacementOptions(command);
  return addAttributeOptions(command);
}

function addDataOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-b, --block-size <bytes>', 'data block size, a power of two from 4K to 1M')
        .argParser(parseSize)
        .default(131072, '128K'),
    )
    .option('--no-fragments', 'store every tail in a separate block')
    .option('--tailends', 'put the tails of files larger than a block into fragments too', false)
    .option('--no-duplicates', 'store equal files as often as they occur')
    .option('--no-sparse', 'store blocks of zeros')
    .option('--no-export', 'leave out the table for NFS exports')
    .addOption(
      new Option('--uncompressed <parts>', `leave parts uncompressed: ${PARTS.join(', ')}, separated by commas`)
        .argParser(parseParts)
        .default([], 'none'),
    )
    .addOption(
      new Option('--unfragmented <pattern>', 'store files that match in separate blocks; may be given again')
        .argParser(collectPattern)
        .default([], 'none'),
    )
    .addOption(
      new Option('--stored <pattern>', 'store the data of files that match uncompressed; may be given again')
        .argParser(collectPattern)
        .default([], 'none'),
    );
}

/** Where in the image the data is. */
function addPlacementOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--sort <file>', 'which files come first: a path and a priority per line, the highest first')
        .argParser(sortRulesOf)
        .default([], 'tree order'),
    )
    .addOption(
      new Option('--align <bytes>', 'start files at multiples of this, a power of two').argParser(parseSize).default(1),
    )
    .addOption(new Option('--offset <bytes>', 'leave this much space before the image').argParser(parseSize).default(0))
    .addOption(
      new Option('--pad <bytes>', 'pad the image to a multiple of this, or none')
        .argParser(parsePad)
        .default(4096, '4K'),
    );
}

function addAttributeOptions(command: Command): Command {
  return command
    .addOption(new Option('--force-uid <uid>', 'user of every entry (default: its own)').argParser(parseId))
    .addOption(new Option('--force-gid <gid>', 'group of every entry (default: its own)').argParser(parseId))
    .addOption(new Option('--all-time <time>', 'time of every entry (default: its own)').argParser(parseTime))
    .addOption(new Option('--root-mode <mode>', 'mode of the root directory, octal').argParser(parseMode))
    .addOption(new Option('--root-uid <uid>', 'user of the root directory').argParser(parseId))
    .addOption(new Option('--root-gid <gid>', 'group of the root directory').argParser(parseId))
    .addOption(new Option('--root-time <time>', 'time of the root directory').argParser(parseTime))
    .addOption(new Option('--xattrs-include <regexp>', 'keep attributes whose name matches').argParser(parseRegExp))
    .addOption(new Option('--xattrs-exclude <regexp>', 'leave out attributes that match').argParser(parseRegExp))
    .addOption(
      new Option('--pseudo <definition>', 'an entry as mksquashfs -p defines it; may be given again').argParser(
        pseudoDefinitionOf,
      ),
    )
    .addOption(
      new Option('--pseudo-file <file>', 'a file of such definitions, one per line; may be given again').argParser(
        pseudoFileOf,
      ),
    );
}

/** Adds up when the option is given several times, as the separate switches of mksquashfs do. */
function parseParts(text: string, earlier: readonly StoredPart[]): StoredPart[] {
  const asked = text.split(',').map((part) => part.trim());
  const unknown = asked.find((part) => !PARTS.includes(part as StoredPart));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is not one of ${PARTS.join(', ')}.`);
  return [...earlier, ...(asked as StoredPart[])];
}

export function sortRulesOf(path: string, earlier: readonly SortRule[]): SortRule[] {
  return [...earlier, ...readSortList(byteStringOf(readInput(path)))];
}

function parsePad(text: string): number {
  return text === 'none' ? 1 : parseSize(text);
}

function parseMode(text: string): number {
  if (!/^[0-7]{1,4}$/.test(text)) throw new InvalidArgumentError('Give octal digits up to 7777.');
  return Number.parseInt(text, 8);
}

function parseRegExp(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new InvalidArgumentError('That is not a regular expression.');
  }
}
