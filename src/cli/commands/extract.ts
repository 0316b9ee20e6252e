// isopress extract IMAGE DIRECTORY|- [PATTERN…]

import { Command, Option } from 'commander';
import type { ExtractCommandOptions } from '../actions/extract.js';
import { withExamples } from '../examples.js';
import { addImageOptions, IMAGE_HELP } from '../image-options.js';
import { collectPattern } from '../patterns.js';
import { addSessionOptions, engineOption } from '../writer-options.js';

export function extractCommand(): Command {
  const command = withExamples(
    new Command('extract'),
    'isopress extract live.iso ./disc',
    "isopress extract live.iso/LiveOS/squashfs.img/LiveOS/rootfs.img ./rootfs etc 'usr/lib/*-release'",
    'isopress extract live.iso/LiveOS/squashfs.img - | tar -t',
  )
    .description('extract files of an image into a directory or as a tar archive, without mounting it')
    .argument('<image>', IMAGE_HELP)
    .argument('<directory>', 'a new directory or an empty one; - for a tar archive on standard output')
    .argument('[pattern...]', 'what to extract, with the directories that lead there (default: everything)')
    .addOption(
      new Option('--exclude <pattern>', 'leave out what matches; a leading / anchors at the root')
        .argParser(collectPattern)
        .default([], 'nothing'),
    )
    .addOption(
      new Option('--owner <owner>', 'auto: keep users and groups as the superuser and in an archive, none otherwise')
        .choices(['auto', 'keep', 'none'])
        .default('auto'),
    )
    .option('--no-xattrs', 'leave out extended attributes')
    .option('--keep-going', 'leave out files that cannot be read or made, report them, and end with 3')
    .option('-f, --force', 'extract into a directory that has entries, and replace files of the same name')
    .addOption(engineOption());
  return addSessionOptions(addImageOptions(command)).action(
    async (image: string, target: string, patterns: string[], options: ExtractCommandOptions) => {
      const { extract } = await import('../actions/extract.js');
      return extract(image, target, patterns, options);
    },
  );
}
