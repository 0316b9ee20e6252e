// The commands and what they have in common.

import { Command } from 'commander';
import { VERSION } from '../version.js';

/** Each command's module is loaded when it is asked for: loading them all takes longer than packing a small tree. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  build: async () => (await import('./commands/build.js')).buildCommand(),
  bundle: async () => (await import('./commands/bundle.js')).bundleCommand(),
  ext4: async () => (await import('./commands/ext4.js')).ext4Command(),
  squashfs: async () => (await import('./commands/squashfs.js')).squashfsCommand(),
  iso: async () => (await import('./commands/iso.js')).isoCommand(),
  fat: async () => (await import('./commands/fat.js')).fatCommand(),
  tag: async () => (await import('./commands/tag.js')).tagCommand(),
  check: async () => (await import('./commands/check.js')).checkCommand(),
  info: async () => (await import('./commands/info.js')).infoCommand(),
  ls: async () => (await import('./commands/ls.js')).lsCommand(),
  cat: async () => (await import('./commands/cat.js')).catCommand(),
};

const EXIT_CODES = `
Exit codes:
  0  done, or the check passed          4  environment: tool missing, no space, no permission
  1  a check failed                     5  nothing to check
  2  wrong usage                       70  a bug in isopress
  3  bad input: description, tree      130/143  interrupted/terminated, nothing left behind`;

/** The parser of `args`: with the one command they begin with, or with all of them where they begin with none. */
export async function program(args: readonly string[]): Promise<Command> {
  const asksVersion = args.includes('-V') || args.includes('--version');
  const root = new Command('isopress')
    .description(
      'Presses bootable hybrid live ISOs and writes ext4, squashfs, ISO 9660 and FAT images. No root, no loop devices.',
    )
    .version(asksVersion ? await versionText() : VERSION, '-V, --version', 'print version and engines')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXIT_CODES);
  const name = args[0] ?? '';
  const asked = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  for (const load of asked ? [asked] : Object.values(COMMANDS)) root.addCommand((await load()).exitOverride());
  return root;
}

/** Version and engines; asked for by bug reports, and not worth loading the engines for otherwise. */
async function versionText(): Promise<string> {
  const { engineSummary } = await import('./engines.js');
  return `isopress ${VERSION}\n${engineSummary()}`;
}
