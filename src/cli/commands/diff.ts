// isopress diff A B

import { Command, Option } from 'commander';
import type { DiffCommandOptions } from '../actions/diff.js';
import { withExamples } from '../examples.js';
import { collectPattern } from '../patterns.js';
import { addSessionOptions } from '../writer-options.js';

export function diffCommand(): Command {
  const command = withExamples(
    new Command('diff'),
    'isopress diff old.iso new.iso',
    'isopress diff live.iso/LiveOS/squashfs.img/LiveOS/rootfs.img ./root',
  )
    .description('compare two images, parts of images, directories or tar archives, entry by entry')
    .argument('<a>', 'image, directory or archive; a path after an image goes on inside')
    .argument('<b>', 'the same')
    .addOption(
      new Option('--exclude <pattern>', 'leave out what matches; a leading / anchors at the root')
        .argParser(collectPattern)
        .default([], 'nothing'),
    )
    .option(
      '--files-only',
      'of whole images, compare the files, and no sizes, labels, partitions, boot entries and tags',
    );
  return addSessionOptions(command).action(async (a: string, b: string, options: DiffCommandOptions) => {
    const { diff } = await import('../actions/diff.js');
    return diff(a, b, options);
  });
}
