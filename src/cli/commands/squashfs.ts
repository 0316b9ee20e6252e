// isopress squashfs SOURCE IMAGE

import { Command } from 'commander';
import type { SquashfsCommandOptions } from '../actions/squashfs.js';
import { addCacheOption } from '../cache-options.js';
import { withExamples } from '../examples.js';
import { addLikeOption } from '../like-option.js';
import { addSquashfsOptions } from '../squashfs-options.js';
import { addWriterOptions, SOURCE_HELP } from '../writer-options.js';

export function squashfsCommand(): Command {
  const command = addSquashfsOptions(
    withExamples(new Command('squashfs'), 'isopress squashfs ./rootfs rootfs.squashfs --compression zstd --level 19')
      .description('write a squashfs image from a directory tree')
      .argument('<source>', SOURCE_HELP)
      .argument('<image>', 'image file'),
  );
  addLikeOption(addCacheOption(command, 'compressed blocks'));
  return addWriterOptions(command).action(async (source: string, image: string, options: SquashfsCommandOptions) => {
    const { writeSquashfs } = await import('../actions/squashfs.js');
    return writeSquashfs(source, image, options);
  });
}
