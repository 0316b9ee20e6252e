// The commands and what they have in common.

import { Command } from 'commander';
import { VERSION } from '../index.js';
import { buildCommand } from './commands/build.js';
import { checkCommand } from './commands/check.js';
import { ext4Command } from './commands/ext4.js';
import { fatCommand } from './commands/fat.js';
import { infoCommand } from './commands/info.js';
import { isoCommand } from './commands/iso.js';
import { squashfsCommand } from './commands/squashfs.js';
import { tagCommand } from './commands/tag.js';
import { engineSummary } from './engines.js';

const EXIT_CODES = `
Exit codes:
  0  done, or the check passed          4  environment: tool missing, no space, no permission
  1  a check failed                     5  nothing to check
  2  wrong usage                       70  a bug in isopress
  3  bad input: description, tree      130/143  interrupted/terminated, nothing left behind`;

export function program(): Command {
  const root = new Command('isopress')
    .description(
      'Presses bootable hybrid live ISOs and writes ext4, squashfs, ISO 9660 and FAT images. No root, no loop devices.',
    )
    .version(`isopress ${VERSION}\n${engineSummary()}`, '-V, --version', 'print version and engines')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXIT_CODES);
  for (const command of [
    buildCommand,
    ext4Command,
    squashfsCommand,
    isoCommand,
    fatCommand,
    tagCommand,
    checkCommand,
    infoCommand,
  ]) {
    root.addCommand(command().exitOverride());
  }
  return root;
}
