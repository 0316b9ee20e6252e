// isopress ext4 SOURCE IMAGE

import { Command, Option } from 'commander';
import { defined } from '../../bytes/index.js';
import {
  EXT4_PROFILES,
  type Ext4Options,
  type Ext4Profile,
  parseMke2fsOptions,
  planExt4,
  resolveExt4,
} from '../../format/ext4/index.js';
import { withExamples } from '../examples.js';
import { optionValue } from '../input.js';
import { parseInteger, parseSize, parseSizeOrAuto } from '../units.js';
import { writeCommand } from '../write-command.js';
import { addWriterOptions, type WriterOptions } from '../writer-options.js';

interface Options extends WriterOptions {
  readonly size: number | 'auto';
  readonly slack: number;
  readonly label?: string;
  readonly uuid?: string;
  readonly hashSeed?: string;
  readonly blockSize?: number;
  readonly inodeSize?: number;
  readonly inodes?: number;
  readonly inodeRatio?: number;
  readonly reservedPercent?: number;
  readonly journal: boolean;
  readonly journalSize?: number;
  readonly profile?: Ext4Profile;
  readonly features?: string;
  readonly offset?: number;
  readonly mke2fsOptions?: Partial<Ext4Options>;
  /** The options of mke2fs on the command line. */
  readonly classic?: Partial<Ext4Options>;
}

export function ext4Command(): Command {
  const command = withExamples(
    new Command('ext4'),
    'isopress ext4 ./rootfs rootfs.img --label ROOT',
    'tar -c -C rootfs . | isopress ext4 - rootfs.img --size 2G',
  )
    .description('write an ext4 image from a directory tree')
    .argument('<source>', 'directory, tar file, or - for a tar archive on standard input')
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
    .addOption(
      new Option('--block-size <bytes>', '1K to 64K; Linux mounts up to its page size (default: 4K)').argParser(
        parseSize,
      ),
    )
    .addOption(new Option('--inode-size <bytes>', '128, 256, 512 or 1024 (default: 256)').argParser(parseSize))
    .addOption(new Option('--inodes <n>', 'number of inodes').argParser(parseInteger(16, 0xffff_ffff)))
    .addOption(new Option('--inode-ratio <bytes>', 'one inode for this many bytes').argParser(parseSize))
    .addOption(new Option('--reserved-percent <n>', 'blocks reserved for root').argParser(parseInteger(0, 50)))
    .addOption(new Option('--journal-size <bytes>', 'size of the journal').argParser(parseSize))
    .option('--no-journal', 'make no journal')
    .addOption(
      new Option('--profile <name>', 'programs that must read the image (default: boot)').choices(
        Object.keys(EXT4_PROFILES),
      ),
    )
    .option('--features <list>', 'changes to the profile: orphan_file,^resize_inode')
    .addOption(new Option('--offset <bytes>', 'zeros before the file system: its place in a disk').argParser(parseSize))
    .addOption(
      new Option('--mke2fs-options <text>', 'options in the spelling of mkfs.ext4, as in fscreateoptions').argParser(
        (text) => optionValue('mke2fsOptions', () => parseMke2fsOptions(text)),
      ),
    );
  return addWriterOptions(command).action((source: string, image: string, options: Options) =>
    writeCommand(source, image, options, {
      name: 'ext4',
      check: (derived) => resolveExt4(ext4Options(options, derived)),
      plan: ({ tree, epoch, seed }) => planExt4(tree, ext4Options(options, { epoch, seed })),
    }),
  );
}

/** The options as the library has them; those of our own spelling take precedence over the classic ones. */
function ext4Options(options: Options, derived: Pick<Ext4Options, 'epoch' | 'seed'>): Ext4Options {
  const classic = { ...options.mke2fsOptions, ...options.classic };
  const { journal, journalSize, features } = options;
  const blockSize = options.blockSize ?? classic.blockSize ?? 4096;
  const given = defined({
    label: options.label,
    uuid: options.uuid,
    hashSeed: options.hashSeed,
    blockSize: options.blockSize,
    inodeSize: options.inodeSize,
    inodes: options.inodes,
    inodeRatio: options.inodeRatio,
    reservedPercent: options.reservedPercent,
    profile: options.profile,
    offset: options.offset,
    features: features === undefined ? undefined : [classic.features ?? '', features].join(','),
    journal: journal ? journalSize && Math.floor(journalSize / blockSize) : false,
  });
  return { ...classic, ...given, ...derived, size: options.size, slack: options.slack };
}
