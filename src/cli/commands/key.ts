// isopress key SOURCE…

import { Command } from 'commander';
import type { KeyCommandOptions } from '../actions/key.js';
import { withExamples } from '../examples.js';
import { addSessionOptions, addTreeOptions, engineOption, SOURCE_HELP } from '../writer-options.js';

export function keyCommand(): Command {
  const command = withExamples(
    new Command('key'),
    'isopress key ./rootfs rootfs.tar',
    'isopress key live.iso/LiveOS/squashfs.img',
  )
    .description('print a digest over names, attributes and contents of trees: equal trees have equal keys')
    .argument('<source...>', SOURCE_HELP);
  addTreeOptions(command).addOption(engineOption());
  return addSessionOptions(command).action(async (sources: string[], options: KeyCommandOptions) => {
    const { key } = await import('../actions/key.js');
    return key(sources, options);
  });
}
