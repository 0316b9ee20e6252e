// isopress check IMAGE

import { Command } from 'commander';
import type { CheckCommandOptions } from '../actions/check.js';
import { withExamples } from '../examples.js';
import { addOffsetOption } from '../image-options.js';
import { addSessionOptions } from '../writer-options.js';

export function checkCommand(): Command {
  const command = withExamples(new Command('check'), 'isopress check live.iso')
    .description('verify the media-check digests of an ISO, SUSE and Red Hat style')
    .argument('<image>', 'ISO file, or the device that it was written to');
  return addSessionOptions(addOffsetOption(command)).action(async (image: string, options: CheckCommandOptions) => {
    const { check } = await import('../actions/check.js');
    return check(image, options);
  });
}
