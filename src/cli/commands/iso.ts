// isopress iso SOURCE IMAGE

import { Command } from 'commander';
import type { IsoCommandOptions } from '../actions/iso.js';
import { withExamples } from '../examples.js';
import { addIsoOptions } from '../iso-options.js';
import { classicSpelling } from '../option-words.js';
import { addWriterOptions, SOURCE_HELP } from '../writer-options.js';

export function isoCommand(): Command {
  const command = withExamples(
    new Command('iso'),
    'isopress iso ./tree data.iso --volume-id DATA',
    'isopress iso ./tree boot.iso --layout grub --bios-boot boot/eltorito.img --efi-boot boot/efi.img',
  )
    .description('write an ISO 9660 image with Rock Ridge, Joliet and UDF from a directory tree, bootable if asked')
    .argument('<source>', SOURCE_HELP)
    .argument('<image>', 'image file, or - for standard output');
  return addWriterOptions(addIsoOptions(command)).action(
    async (source: string, image: string, options: IsoCommandOptions) => {
      const { writeIso } = await import('../actions/iso.js');
      return writeIso(source, image, options, classicSpelling(command, options.spelled));
    },
  );
}
