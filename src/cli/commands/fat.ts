// isopress fat SOURCE IMAGE

import { Command, Option } from 'commander';
import { defined } from '../../bytes/index.js';
import {
  type FatLayout,
  type FatOptions,
  type MkfsFatOptions,
  planFat,
  resolveFatOptions,
} from '../../format/fat/index.js';
import { withExamples } from '../examples.js';
import { parseHex32, parseInteger, parseSize, parseSizeOrAuto } from '../units.js';
import { writeCommand } from '../write-command.js';
import { addWriterOptions, type WriterOptions } from '../writer-options.js';

interface Options extends WriterOptions {
  readonly size: number | 'auto';
  readonly type?: 'auto' | '12' | '16' | '32';
  readonly label?: string;
  readonly serial?: number;
  readonly sectorSize?: '512' | '1024' | '2048' | '4096';
  readonly clusterSize?: number;
  readonly hiddenSectors?: number;
  /** The options of mkfs.fat on the command line. */
  readonly classic?: Omit<MkfsFatOptions, 'rest'>;
}

export function fatCommand(): Command {
  const command = withExamples(new Command('fat'), 'isopress fat ./esp esp.img --label ESP --type 32 --size 64M')
    .description('write a FAT12, FAT16 or FAT32 image from a directory tree')
    .argument('<source>', 'directory, tar file, or - for a tar archive on standard input')
    .argument('<image>', 'image file, or - for standard output')
    .addOption(
      new Option('--size <bytes>', 'size of the volume, or auto: what the tree needs')
        .argParser(parseSizeOrAuto)
        .default('auto'),
    )
    .addOption(new Option('--type <bits>', 'FAT type (default: auto)').choices(['auto', '12', '16', '32']))
    .option('-n, --label <text>', 'volume label, up to 11 characters')
    .addOption(new Option('--serial <hex>', 'volume serial number (default: from the seed)').argParser(parseHex32))
    .addOption(
      new Option('--sector-size <bytes>', 'logical sector size (default: 512)').choices([
        '512',
        '1024',
        '2048',
        '4096',
      ]),
    )
    .addOption(new Option('--cluster-size <bytes>', 'cluster size (default: by size and type)').argParser(parseSize))
    .addOption(
      new Option('--hidden-sectors <n>', 'sectors before the volume on its disk (default: 0)').argParser(
        parseInteger(0, 0xffff_ffff),
      ),
    );
  return addWriterOptions(command).action((source: string, image: string, options: Options) =>
    writeCommand(source, image, options, {
      name: 'fat',
      check: (derived) => resolveFatOptions(fatOptions(options, derived)),
      plan: ({ tree, epoch, seed }) => planFat(tree, fatOptions(options, { epoch, seed })),
      facts: layoutFacts,
    }),
  );
}

/** The decisions about the volume, with numbers instead of entries: the caller has the tree. */
function layoutFacts({ directories, files, labelTime: _, serial, losses, ...facts }: FatLayout): object {
  return {
    format: 'fat',
    ...facts,
    serial: serial.toString(16).padStart(8, '0'),
    size: facts.sectors * facts.sectorSize,
    directories: directories.length,
    files: files.length,
    losses,
  };
}

const TYPES = { auto: 'auto', '12': 12, '16': 16, '32': 32 } as const;

/** The options as the library has them; our own take precedence over those of mkfs.fat. */
function fatOptions(options: Options, derived: Pick<FatOptions, 'epoch' | 'seed'>): FatOptions {
  const { image = {}, sectorsPerCluster } = options.classic ?? {};
  const sectorSize = options.sectorSize === undefined ? image.sectorSize : Number(options.sectorSize);
  const own = defined({
    size: options.size,
    type: options.type && TYPES[options.type],
    sectorSize,
    clusterSize: options.clusterSize ?? (sectorsPerCluster && sectorsPerCluster * (sectorSize ?? 512)),
    hiddenSectors: options.hiddenSectors,
    label: options.label,
    serial: options.serial,
  });
  return { ...image, ...own, ...derived };
}
