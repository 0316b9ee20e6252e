// isopress ls IMAGE [PATH…]

import { Command, Option } from 'commander';
import type { LsCommandOptions } from '../actions/ls.js';
import { withExamples } from '../examples.js';
import { addImageOptions, IMAGE_HELP } from '../image-options.js';
import { addSessionOptions } from '../writer-options.js';

export function lsCommand(): Command {
  const command = withExamples(
    new Command('ls'),
    'isopress ls -l live.iso/LiveOS/squashfs.img',
    "isopress ls -lh live.iso 'boot/*'",
    'isopress ls --tree live.iso/boot/grub',
  )
    .description('list the files in an image, without mounting it')
    .argument('<image>', IMAGE_HELP)
    .argument('[path...]', 'entries to list, or patterns (default: those of the top directory)')
    .option('-l, --long', 'modes, links, owners, sizes, times in UTC, and link targets')
    .option('-a, --all', 'the directory too, as "."; names with a leading dot are always listed')
    .option('-d, --directory', 'directories themselves, not what is in them')
    .option('-h, --human-readable', 'sizes with units, such as 1.5M')
    .option('-n, --numeric', "numbers of users and groups, not the names in the image's etc/passwd and etc/group")
    .addOption(new Option('-t, --by-time', 'newest first').conflicts('bySize'))
    .option('-S, --by-size', 'largest first')
    .option('-r, --reverse', 'in reverse order')
    .option('-R, --recursive', 'directories with everything in them')
    .option('-1, --one', 'one entry per line, as always')
    .option('--tree', 'everything as a tree')
    .option('-Z, --context', 'SELinux labels')
    .option('--xattrs', 'extended attributes with their values');
  return addSessionOptions(addImageOptions(command)).action(
    async (image: string, paths: string[], options: LsCommandOptions) => {
      const { ls } = await import('../actions/ls.js');
      return ls(image, paths, options);
    },
  );
}
