// isopress squashfs SOURCE IMAGE

import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { byteStringOf } from '../../bytes/index.js';
import { chooseCompression } from '../../compress/index.js';
import { InvalidInputError } from '../../errors.js';
import { planSquashfs, type StoredPart } from '../../format/squashfs/index.js';
import { contentPriorities, readSortList, type SortRule, shareDuplicates } from '../../tree/index.js';
import { addCompressionOptions, type CompressionOptions, compressionSettings } from '../compression-options.js';
import { parseSize } from '../units.js';
import { writeCommand } from '../write-command.js';
import { addWriterOptions, type WriterOptions } from '../writer-options.js';

interface Options extends WriterOptions, CompressionOptions {
  readonly blockSize: number;
  readonly fragments: boolean;
  readonly tailends: boolean;
  readonly duplicates: boolean;
  readonly sparse: boolean;
  readonly export: boolean;
  readonly uncompressed: readonly StoredPart[];
  readonly sort: readonly SortRule[];
  readonly align: number;
  readonly offset: number;
  readonly pad: number;
}

const PARTS: readonly StoredPart[] = ['inodes', 'data', 'fragments', 'xattrs', 'ids'];

export function squashfsCommand(): Command {
  const command = new Command('squashfs')
    .description('write a squashfs image from a directory tree')
    .argument('<source>', 'directory, tar file, or - for a tar archive on standard input')
    .argument('<image>', 'image file');
  addCompressionOptions(command, { what: 'compressor', name: 'gzip', bcj: 'none' })
    .addOption(
      new Option('-b, --block-size <bytes>', 'data block size, a power of two from 4K to 1M')
        .argParser(parseSize)
        .default(131072, '128K'),
    )
    .option('--no-fragments', 'give every tail a block of its own')
    .option('--tailends', 'put the tails of files larger than a block into fragments too', false)
    .option('--no-duplicates', 'store equal files as often as they occur')
    .option('--no-sparse', 'store blocks of zeros')
    .option('--no-export', 'leave out the table that NFS exports need');
  return addWriterOptions(addPlacementOptions(command)).action((source: string, image: string, options: Options) =>
    writeCommand(source, image, options, async ({ tree: given, epoch }, { run }) => {
      const { compression: name = 'gzip', engine } = options;
      const compression = chooseCompression({ name, engine, ...compressionSettings(options) });
      const tree = options.duplicates ? await shareDuplicates(given, run) : given;
      return planSquashfs(tree, {
        compression,
        epoch,
        blockSize: options.blockSize,
        fragments: options.fragments,
        tailPacking: options.tailends,
        sparse: options.sparse,
        exportTable: options.export,
        stored: options.uncompressed,
        priorities: contentPriorities(tree, options.sort),
        alignTo: options.align,
        offset: options.offset,
        padTo: options.pad,
      });
    }),
  );
}

/** What is compressed at all, and where in the image it lies. */
function addPlacementOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--uncompressed <parts>', `leave parts uncompressed: ${PARTS.join(', ')}, with commas between`)
        .argParser(parseParts)
        .default([], 'none'),
    )
    .addOption(
      new Option('--sort <file>', 'which files come first: a path and a priority per line, the highest first')
        .argParser(sortRulesOf)
        .default([], 'tree order'),
    )
    .addOption(
      new Option('--align <bytes>', 'start files at multiples of this, a power of two').argParser(parseSize).default(1),
    )
    .addOption(
      new Option('--offset <bytes>', 'leave this much room in front of the image').argParser(parseSize).default(0),
    )
    .addOption(
      new Option('--pad <bytes>', 'pad the image to a multiple of this, or none')
        .argParser(parsePad)
        .default(4096, '4K'),
    );
}

/** Adds up when the option is given several times, as the separate switches of mksquashfs do. */
function parseParts(text: string, earlier: readonly StoredPart[]): StoredPart[] {
  const asked = text.split(',').map((part) => part.trim());
  const unknown = asked.find((part) => !PARTS.includes(part as StoredPart));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${PARTS.join(', ')}.`);
  return [...earlier, ...(asked as StoredPart[])];
}

function sortRulesOf(path: string, earlier: readonly SortRule[]): SortRule[] {
  let text: Uint8Array;
  try {
    text = readFileSync(path);
  } catch (error) {
    throw new InvalidInputError('cli.sort', `The sort file ${path} cannot be read.`, { path, cause: error });
  }
  return [...earlier, ...readSortList(byteStringOf(text))];
}

function parsePad(text: string): number {
  return text === 'none' ? 1 : parseSize(text);
}
