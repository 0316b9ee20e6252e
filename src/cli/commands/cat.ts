// isopress cat IMAGE [PATH…]

import { Command } from 'commander';
import type { CatCommandOptions } from '../actions/cat.js';
import { withExamples } from '../examples.js';
import { addImageOptions, IMAGE_HELP } from '../image-options.js';
import { addSessionOptions } from '../writer-options.js';

export function catCommand(): Command {
  const command = withExamples(
    new Command('cat'),
    'isopress cat live.iso/boot/grub/grub.cfg',
    "isopress cat 'disk.img/#1' > partition.img",
  )
    .description('write files in an image to standard output')
    .argument('<image>', IMAGE_HELP)
    .argument('[path...]', 'files in it (default: the one that the image argument leads to)');
  return addSessionOptions(addImageOptions(command)).action(
    async (image: string, paths: string[], options: CatCommandOptions) => {
      const { cat } = await import('../actions/cat.js');
      return cat(image, paths, options);
    },
  );
}
