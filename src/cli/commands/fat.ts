// isopress fat SOURCE IMAGE

import { Command, Option } from 'commander';
import type { FatCommandOptions } from '../actions/fat.js';
import { withExamples } from '../examples.js';
import { parseHex32, parseInteger, parseSize, parseSizeOrAuto } from '../units.js';
import { addWriterOptions, SOURCE_HELP } from '../writer-options.js';

export function fatCommand(): Command {
  const command = withExamples(new Command('fat'), 'isopress fat ./esp esp.img --label ESP --type 32 --size 64M')
    .description('write a FAT12, FAT16 or FAT32 image from a directory tree')
    .argument('<source>', SOURCE_HELP)
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
  return addWriterOptions(command).action(async (source: string, image: string, options: FatCommandOptions) => {
    const { writeFat } = await import('../actions/fat.js');
    return writeFat(source, image, options);
  });
}
