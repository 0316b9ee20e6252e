// isopress info IMAGE

import { Command } from 'commander';
import type { InfoCommandOptions } from '../actions/info.js';
import { withExamples } from '../examples.js';
import { addOffsetOption, IMAGE_HELP } from '../image-options.js';
import { addSessionOptions } from '../writer-options.js';

export function infoCommand(): Command {
  const command = withExamples(
    new Command('info'),
    'isopress info live.iso',
    'isopress info live.iso/LiveOS/squashfs.img disk.qcow2',
    'isopress info --html live.html live.iso',
  )
    .description('describe an image: file systems, partitions, boot entries, media-check tags')
    .argument('<image...>', IMAGE_HELP)
    .option(
      '--html <file>',
      'also write a page about the image: its bytes to scale, what takes the space, its packages',
    )
    .option('-f, --force', 'replace an existing page');
  return addSessionOptions(addOffsetOption(command)).action(async (images: string[], options: InfoCommandOptions) => {
    const { info } = await import('../actions/info.js');
    return info(images, options);
  });
}
