// The commands and what they have in common.

import { Command } from 'commander';
import { VERSION } from '../version.js';
import { examplesOf } from './examples.js';

/**
 * Each command's declaration is loaded when it is asked for. A declaration has arguments and options; what the command does,
 * and the formats that this needs, are loaded by its action.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  build: async () => (await import('./commands/build.js')).buildCommand(),
  bundle: async () => (await import('./commands/bundle.js')).bundleCommand(),
  ext4: async () => (await import('./commands/ext4.js')).ext4Command(),
  squashfs: async () => (await import('./commands/squashfs.js')).squashfsCommand(),
  erofs: async () => (await import('./commands/erofs.js')).erofsCommand(),
  iso: async () => (await import('./commands/iso.js')).isoCommand(),
  fat: async () => (await import('./commands/fat.js')).fatCommand(),
  tag: async () => (await import('./commands/tag.js')).tagCommand(),
  check: async () => (await import('./commands/check.js')).checkCommand(),
  verify: async () => (await import('./commands/verify.js')).verifyCommand(),
  diff: async () => (await import('./commands/diff.js')).diffCommand(),
  info: async () => (await import('./commands/info.js')).infoCommand(),
  ls: async () => (await import('./commands/ls.js')).lsCommand(),
  cat: async () => (await import('./commands/cat.js')).catCommand(),
  extract: async () => (await import('./commands/extract.js')).extractCommand(),
  completion: async () => (await import('./commands/completion.js')).completionCommand(allCommands),
};

const EXIT_CODES = `
Exit codes:
  0  done, or the check passed          4  environment: tool missing, no space, no permission
  1  a check failed                     5  nothing to check
  2  wrong usage                       70  a bug in isopress
  3  bad input: description, tree      130/143  interrupted/terminated, nothing left behind`;

/** Errors are thrown, and printed in one place. */
const QUIET = { outputError: () => {} };

/** The parser of `args`: with the command they begin with, or with all commands if they do not begin with one. */
export async function program(args: readonly string[]): Promise<Command> {
  const asksVersion = args.includes('-V') || args.includes('--version');
  const root = new Command('isopress')
    .description(
      'Presses bootable hybrid live ISOs and writes ext4, squashfs, EROFS, ISO 9660 and FAT images. No root, no loop devices.',
    )
    .version(asksVersion ? await versionText() : VERSION, '-V, --version', 'print version and engines')
    .exitOverride()
    .configureOutput(QUIET)
    .helpOption('--help', 'print this help')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXIT_CODES);
  const name = args[0] ?? '';
  for (const load of commandsFor(name)) root.addCommand(withCommonHelp(await load()));
  return root;
}

/** The command of this name. The version needs none of them; anything else, such as help, needs all. */
function commandsFor(name: string): readonly (() => Promise<Command>)[] {
  if (name === '-V' || name === '--version') return [];
  return Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : Object.values(COMMANDS);
}

/** Version and engines, for bug reports. The engines are loaded only for this. */
async function versionText(): Promise<string> {
  const { engineSummary } = await import('./engines.js');
  return `isopress ${VERSION}\n${engineSummary()}`;
}

/** `-h` has other meanings in some commands; alone it still asks for help. */
function withCommonHelp(command: Command): Command {
  const examples = examplesOf(command).map((line) => `  ${line}`);
  return command
    .exitOverride()
    .configureOutput(QUIET)
    .helpOption('--help', 'print this help')
    .addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
}

/** Every command with its options: for manual pages and completion. */
export async function allCommands(): Promise<readonly Command[]> {
  return Promise.all(Object.values(COMMANDS).map((load) => load()));
}

/** `isopress -h` and `isopress ls -h` can only ask for help. */
export function askedForHelp(args: readonly string[]): string[] {
  return args.length <= 2 && args.at(-1) === '-h' ? [...args.slice(0, -1), '--help'] : [...args];
}

/**
 * Moves every option with an optional value to the end unless one of its values follows: the next word is the image
 * (`--udf out.iso`), and the parser would take it as the value.
 */
export function settleOptionalValues({ commands }: Command, args: readonly string[]): string[] {
  const optional = commands.flatMap(({ options }) => options.filter((option) => option.optional));
  const isAlone = (word: string, next: string | undefined) => {
    const option = optional.find(({ long, short }) => word === long || word === short);
    return option !== undefined && next !== undefined && !option.argChoices?.includes(next);
  };
  const end = args.indexOf('--');
  const words = end < 0 ? args : args.slice(0, end);
  const alone = words.filter((word, i) => isAlone(word, words[i + 1]));
  const others = words.filter((word, i) => !isAlone(word, words[i + 1]));
  return [...others, ...alone, ...args.slice(words.length)];
}
