// isopress ls IMAGE [PATH…]

import { Command } from 'commander';
import type { LsCommandOptions } from '../actions/ls.js';
import { withExamples } from '../examples.js';
import { addImageOptions } from '../image-options.js';
import { addSessionOptions } from '../writer-options.js';

export function lsCommand(): Command {
  const command = withExamples(new Command('ls'), 'isopress ls -l live.iso!/LiveOS/squashfs.img')
    .description('list the files in an image, without mounting it')
    .argument('<image>', 'image file; live.iso!/LiveOS/squashfs.img goes inside, disk.img!#1 into a partition')
    .argument('[path...]', 'entries to list (default: those of the top directory)')
    .option('-l, --long', 'modes, owners, sizes, times, and link targets')
    .option('-R, --recursive', 'directories with everything in them');
  return addSessionOptions(addImageOptions(command)).action(
    async (image: string, paths: string[], options: LsCommandOptions) => {
      const { ls } = await import('../actions/ls.js');
      return ls(image, paths, options);
    },
  );
}
