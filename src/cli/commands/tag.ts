// isopress tag IMAGE

import { Command, InvalidArgumentError, Option } from 'commander';
import { TAG_STYLES } from '../../format/checkmedia/option-values.js';
import type { TagCommandOptions } from '../actions/tag.js';
import { withExamples } from '../examples.js';
import { addOffsetOption } from '../image-options.js';
import { tagDigestOption } from '../tag-options.js';
import { parseInteger } from '../units.js';
import { addSessionOptions } from '../writer-options.js';

/** Actions that exclude each other. */
const ACTIONS = ['show', 'clean', 'exportTags', 'importSignature', 'exportSignature'];
const othersThan = (action: string) => ACTIONS.filter((other) => other !== action);

export function tagCommand(): Command {
  const command = withExamples(new Command('tag'), 'isopress tag --digest sha256 live.iso')
    .description('add, show or remove the media-check tags of an ISO')
    .argument('<image>', 'ISO file; changed in place')
    .addOption(
      new Option('--style <style>', 'suse: for checkmedia; rh: for checkisomd5').choices(TAG_STYLES).default('suse'),
    )
    .addOption(tagDigestOption('--digest'))
    .addOption(
      new Option('--pad <blocks>', 'blocks of 2 KiB at the end that count as zeros').argParser(
        parseInteger(0, 1_000_000),
      ),
    )
    .option('--check', 'ask the booted medium to check itself (SUSE style)')
    .addOption(
      new Option(
        '--partition <which>',
        'partition with its own digest: auto, none, or START,SECTORS (style suse; default: auto)',
      ).argParser(parsePartition),
    )
    .addOption(
      new Option(
        '--fragments <count>',
        'fragment sums that let a check fail early (default: 0, of style rh 20)',
      ).argParser(parseInteger(0, 60)),
    )
    .addOption(
      new Option(
        '--skip <blocks>',
        'blocks of 2 KiB at the end that are not covered (style rh; default: 15)',
      ).argParser(parseInteger(0, 1_000_000)),
    )
    .option('--supported', 'mark a supported release (style rh)')
    .addOption(new Option('--show', 'print the tags and change nothing').conflicts(othersThan('show')))
    .addOption(new Option('--clean', 'remove the tags').conflicts(othersThan('clean')))
    .addOption(
      new Option('--export-tags <file>', 'write the 512 bytes that a signature signs').conflicts(
        othersThan('exportTags'),
      ),
    )
    .addOption(
      new Option('--import-signature <file>', 'put a detached signature into its block').conflicts(
        othersThan('importSignature'),
      ),
    )
    .addOption(
      new Option('--export-signature <file>', 'write the signature of the image').conflicts(
        othersThan('exportSignature'),
      ),
    );
  return addSessionOptions(addOffsetOption(command)).action(async (image: string, options: TagCommandOptions) => {
    const { tagImage } = await import('../actions/tag.js');
    return tagImage(image, options);
  });
}

/** `64,5384` */
function parsePartition(text: string): TagCommandOptions['partition'] & {} {
  if (text === 'auto' || text === 'none') return text;
  const match = /^(\d{1,10}),(\d{1,10})$/.exec(text);
  if (!match) throw new InvalidArgumentError('It must be auto, none, or START,SECTORS in 512-byte sectors.');
  return { start: Number(match[1]), sectors: Number(match[2]) };
}
