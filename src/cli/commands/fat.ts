// isopress fat SOURCE IMAGE

import { Command, Option } from 'commander';
import { type FatOptions, planFat } from '../../format/fat/index.js';
import { parseHex32, parseInteger, parseSize, parseSizeOrAuto } from '../units.js';
import { writeCommand } from '../write-command.js';
import { addWriterOptions, type WriterOptions } from '../writer-options.js';

interface Options extends WriterOptions {
  readonly size: number | 'auto';
  readonly type: 'auto' | '12' | '16' | '32';
  readonly label?: string;
  readonly serial?: number;
  readonly sectorSize: '512' | '4096';
  readonly clusterSize?: number;
  readonly hiddenSectors: number;
}

export function fatCommand(): Command {
  const command = new Command('fat')
    .description('write a FAT12, FAT16 or FAT32 image from a directory tree')
    .argument('<source>', 'directory, tar file, or - for a tar archive on standard input')
    .argument('<image>', 'image file, or - for standard output')
    .addOption(
      new Option('--size <bytes>', 'size of the volume, or auto: what the tree needs')
        .argParser(parseSizeOrAuto)
        .default('auto'),
    )
    .addOption(new Option('--type <bits>', 'FAT type').choices(['auto', '12', '16', '32']).default('auto'))
    .option('-n, --label <text>', 'volume label, up to 11 characters')
    .addOption(new Option('--serial <hex>', 'volume serial number (default: from the seed)').argParser(parseHex32))
    .addOption(new Option('--sector-size <bytes>', 'logical sector size').choices(['512', '4096']).default('512'))
    .addOption(new Option('--cluster-size <bytes>', 'cluster size (default: by size and type)').argParser(parseSize))
    .addOption(
      new Option('--hidden-sectors <n>', 'sectors in front of the volume on its disk')
        .argParser(parseInteger(0, 0xffff_ffff))
        .default(0),
    );
  return addWriterOptions(command).action((source: string, image: string, options: Options) =>
    writeCommand(source, image, options, ({ tree, epoch, seed }) =>
      planFat(tree, fatOptions(options, { epoch, seed })),
    ),
  );
}

const TYPES = { auto: 'auto', '12': 12, '16': 16, '32': 32 } as const;

function fatOptions(options: Options, derived: Pick<FatOptions, 'epoch' | 'seed'>): FatOptions {
  const { size, type, label, serial, sectorSize, clusterSize, hiddenSectors } = options;
  return {
    ...derived,
    size,
    type: TYPES[type],
    sectorSize: sectorSize === '4096' ? 4096 : 512,
    hiddenSectors,
    ...(label === undefined ? {} : { label }),
    ...(serial === undefined ? {} : { serial }),
    ...(clusterSize === undefined ? {} : { clusterSize }),
  };
}
