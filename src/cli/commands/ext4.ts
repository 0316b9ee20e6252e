// isopress ext4 SOURCE IMAGE

import { Command, Option } from 'commander';
import { type Ext4Options, planExt4 } from '../../index.js';
import { parseInteger, parseSize, parseSizeOrAuto } from '../units.js';
import { writeCommand } from '../write-command.js';
import { addWriterOptions, type WriterOptions } from '../writer-options.js';

interface Options extends WriterOptions {
  readonly size: number | 'auto';
  readonly slack: number;
  readonly label?: string;
  readonly uuid?: string;
  readonly hashSeed?: string;
  readonly inodes?: number;
  readonly inodeRatio?: number;
  readonly reservedPercent?: number;
  readonly journal: boolean;
  readonly journalSize?: number;
}

export function ext4Command(): Command {
  const command = new Command('ext4')
    .description('write an ext4 image from a directory tree')
    .argument('<source>', 'directory')
    .argument('<image>', 'image file, or - for standard output')
    .addOption(
      new Option('--size <bytes>', 'size of the file system, or auto: what the tree needs, plus --slack')
        .argParser(parseSizeOrAuto)
        .default('auto'),
    )
    .addOption(
      new Option('--slack <bytes>', 'free space that an automatic size leaves').argParser(parseSize).default(0),
    )
    .option('-L, --label <text>', 'volume label, up to 16 bytes')
    .option('--uuid <uuid>', 'file system UUID (default: from the seed)')
    .option('--hash-seed <uuid>', 'seed of the directory hash (default: from the seed)')
    .addOption(new Option('--inodes <n>', 'number of inodes').argParser(parseInteger(16, 0xffff_ffff)))
    .addOption(new Option('--inode-ratio <bytes>', 'one inode for this many bytes').argParser(parseSize))
    .addOption(new Option('--reserved-percent <n>', 'blocks reserved for root').argParser(parseInteger(0, 50)))
    .addOption(new Option('--journal-size <bytes>', 'size of the journal').argParser(parseSize))
    .option('--no-journal', 'make no journal');
  return addWriterOptions(command).action((source: string, image: string, options: Options) =>
    writeCommand(source, image, options, ({ tree, epoch, seed }) =>
      planExt4(tree, ext4Options(options, { epoch, seed })),
    ),
  );
}

function ext4Options(options: Options, derived: Pick<Ext4Options, 'epoch' | 'seed'>): Ext4Options {
  const { size, slack, label, uuid, hashSeed, inodes, inodeRatio, reservedPercent, journal, journalSize } = options;
  return {
    ...derived,
    size,
    slack,
    ...(label === undefined ? {} : { label }),
    ...(uuid === undefined ? {} : { uuid }),
    ...(hashSeed === undefined ? {} : { hashSeed }),
    ...(inodes === undefined ? {} : { inodes }),
    ...(inodeRatio === undefined ? {} : { inodeRatio }),
    ...(reservedPercent === undefined ? {} : { reservedPercent }),
    journal: journal && journalSize !== undefined ? journalSize / 4096 : journal,
  };
}
