// isopress edit IN OUT

import { Command, InvalidArgumentError, Option } from 'commander';
import { SEED_KINDS } from '../../edit/option-values.js';
import type { EditCommandOptions } from '../actions/edit.js';
import { ADDED_BY_ROOT, collectMode, collectOwner } from '../edit-attributes.js';
import { withExamples } from '../examples.js';
import { readWeightRules } from '../iso-options.js';
import { collectPattern } from '../patterns.js';
import { parseSeconds, TIME_HELP } from '../times.js';
import { addSessionOptions } from '../writer-options.js';

const collect = (text: string, list: readonly string[]) => [...list, text];

export function editCommand(): Command {
  const command = withExamples(
    new Command('edit'),
    'isopress edit installer.iso mine.iso --add ./overlay --replace logo.png:/boot/grub/logo.png',
    'isopress edit ubuntu.iso auto.iso --seed nocloud=./seed --kernel-args "+autoinstall -quiet" --timeout 5',
    'isopress edit live.iso mine.iso --inside LiveOS/squashfs.img --add motd:/etc/motd --mode /etc/motd=600',
    "isopress edit installer.iso --remove '/pool/main/l/linux*' --volume-id MINE --plan",
    'isopress edit --in-place mine.iso --kernel-args +console=ttyS0',
  )
    .description('change a finished ISO and keep what makes it boot')
    .argument('<in>', 'ISO file, such as a published installer; without --in-place it is only read')
    .argument('[out]', 'ISO file to write, or - for standard output; none with --in-place, and not needed with --plan');
  addFileOptions(command);
  command.option('-V, --volume-id <text>', 'new label, also where menus find the medium by the old one');
  addMenuOptions(command);
  command
    .addOption(
      new Option('--sort <file>', 'lines of a pattern and a weight: heavier files come first among new data')
        .argParser(readWeightRules)
        .default([], 'tree order'),
    )
    .addOption(
      new Option('--media-check <what>', 'media-check tags: compute again, leave as they are, or remove')
        .choices(['redo', 'keep', 'drop'])
        .default('redo'),
    )
    .addOption(
      new Option(
        '--epoch <time>',
        `time of files that the edit makes: ${TIME_HELP} (default: when the volume was made)`,
      ).argParser(parseSeconds(0, 2 ** 35)),
    )
    .addOption(
      new Option('--loss <mode>', 'what cannot be kept: report it, refuse it, or say nothing')
        .choices(['report', 'error', 'ignore'])
        .default('report'),
    )
    .option('--resettable', 'keep all old bytes on the disc, with a record for a later --reset')
    .option('--reset', 'write the disc as it was before the last edit, byte for byte; that edit had --resettable')
    .option('--in-place', 'change the image itself, so that an interrupted edit can be completed or taken back')
    .option('--recover', 'with --in-place: complete an interrupted edit of the image, or take it back')
    .option('--plan', 'print what would change and write nothing')
    .option('--diff', 'afterwards compare the new image with the old one, and images in them that were written again')
    .option('-f, --force', 'replace an existing image, which may be the one that is read');
  return addSessionOptions(command).action(
    async (input: string, output: string | undefined, options: EditCommandOptions) => {
      const { editImage } = await import('../actions/edit.js');
      return editImage(input, output, options);
    },
  );
}

/** Options about files on the disc, or in an image on it. */
function addFileOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--add <src:dest>',
        'add a file, or the contents of a directory, at DEST (default: in the root directory); may be given again',
      )
        .argParser(collect)
        .default([], 'nothing'),
    )
    .addOption(
      new Option('--replace <src:dest>', 'replace the content of a file of the image; may be given again')
        .argParser(collect)
        .default([], 'nothing'),
    )
    .addOption(
      new Option('--remove <pattern>', 'remove entries that match; a leading / anchors at the root')
        .argParser(collectPattern)
        .default([], 'nothing'),
    )
    .addOption(
      new Option(
        '--mode <path=mode>',
        'change the mode of an entry, or of all that a pattern matches, octal; may be given again',
      )
        .argParser(collectMode)
        .default([], 'nothing'),
    )
    .addOption(
      new Option(
        '--owner <owner>',
        'keep, root, or UID:GID for added entries; PATH=UID:GID for an entry or a pattern, which may be given again',
      )
        .argParser(collectOwner)
        .default(ADDED_BY_ROOT, 'root'),
    )
    .addOption(
      new Option(
        '--inside <image>',
        'change files in this squashfs, ext4 or EROFS image on the disc, such as LiveOS/squashfs.img, or in an image inside it',
      ).argParser(oneImage),
    );
}

/** All changes of an edit are inside the same image: with another one the first would be forgotten. */
function oneImage(image: string, before: string | undefined): string {
  if (before !== undefined && before !== image) {
    throw new InvalidArgumentError(
      `One edit changes one image, and ${before} was given before. Edit the result again.`,
    );
  }
  return image;
}

function parseTimeout(text: string): number | 'never' {
  if (text === 'never') return text;
  if (!/^\d{1,4}$/.test(text) || Number(text) > 3600) {
    throw new InvalidArgumentError('Give a whole number of seconds from 0 to 3600, or never.');
  }
  return Number(text);
}

/** Options about menus, and answers that menus make a system look for. */
function addMenuOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--kernel-args <changes>',
        'kernel arguments to add (+) or remove (-) in every menu: "+console=ttyS0 -quiet"; may be given again',
      )
        .argParser(collect)
        .default([], 'no changes'),
    )
    .option('--default-entry <entry>', 'entry that menus start: a number from 0, or a title, label or identifier')
    .addOption(
      new Option(
        '--timeout <seconds>',
        'seconds until menus start the default entry, or never: they wait for a choice',
      ).argParser(parseTimeout),
    )
    .addOption(
      new Option('--seed <kind=path>', `answers for an installer or a first boot: ${SEED_KINDS.join(', ')}`)
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--initrd-append <directory>', 'add the files of this directory to every initrd that menus load');
}
