// The commands and what they have in common.

import { Command } from 'commander';
import { VERSION } from '../version.js';
import type { ClassicReader } from './classic/reader.js';
import { examplesOf } from './examples.js';

/** One command. */
interface CommandRow {
  /** Loads its declaration: arguments and options. Its action, with the formats that this needs, is loaded when it runs. */
  load(): Promise<Command>;
  /** Loads the reader of the options of another program, which comes with the format. */
  classic?(): Promise<ClassicReader>;
  /** Whether IMAGE may be `-`, standard output. */
  readonly writesImage?: true;
}

const COMMANDS: Readonly<Record<string, CommandRow>> = {
  build: { load: async () => (await import('./commands/build.js')).buildCommand() },
  bundle: { load: async () => (await import('./commands/bundle.js')).bundleCommand() },
  ext4: {
    load: async () => (await import('./commands/ext4.js')).ext4Command(),
    classic: async () => (await import('./classic/ext4.js')).classicExt4,
    writesImage: true,
  },
  squashfs: {
    load: async () => (await import('./commands/squashfs.js')).squashfsCommand(),
    classic: async () => (await import('./classic/squashfs.js')).classicSquashfs,
    writesImage: true,
  },
  erofs: {
    load: async () => (await import('./commands/erofs.js')).erofsCommand(),
    classic: async () => (await import('./classic/erofs.js')).classicErofs,
    writesImage: true,
  },
  iso: {
    load: async () => (await import('./commands/iso.js')).isoCommand(),
    classic: async () => (await import('./classic/iso.js')).classicIso,
    writesImage: true,
  },
  fat: {
    load: async () => (await import('./commands/fat.js')).fatCommand(),
    classic: async () => (await import('./classic/fat.js')).classicFat,
    writesImage: true,
  },
  edit: { load: async () => (await import('./commands/edit.js')).editCommand() },
  tag: { load: async () => (await import('./commands/tag.js')).tagCommand() },
  check: { load: async () => (await import('./commands/check.js')).checkCommand() },
  verify: { load: async () => (await import('./commands/verify.js')).verifyCommand() },
  diff: { load: async () => (await import('./commands/diff.js')).diffCommand() },
  cache: { load: async () => (await import('./commands/cache.js')).cacheCommand() },
  matrix: {
    load: async () =>
      (await import('./commands/matrix.js')).matrixCommand(async () =>
        (await import('./commands/build.js')).buildCommand(),
      ),
  },
  key: { load: async () => (await import('./commands/key.js')).keyCommand() },
  info: { load: async () => (await import('./commands/info.js')).infoCommand() },
  ls: { load: async () => (await import('./commands/ls.js')).lsCommand() },
  cat: { load: async () => (await import('./commands/cat.js')).catCommand() },
  extract: { load: async () => (await import('./commands/extract.js')).extractCommand() },
  sbom: { load: async () => (await import('./commands/sbom.js')).sbomCommand(), writesImage: true },
  completion: { load: async () => (await import('./commands/completion.js')).completionCommand(allCommands) },
};

const EXIT_CODES = `
Exit codes:
  0  done, or the check passed              4  environment: tool missing, no space, no permission
  1  a check failed                         5  nothing to check, or not an image of a known kind
  2  wrong usage                           70  a bug in isopress
  3  bad input: description, tree, image   130/143  interrupted/terminated, nothing left behind`;

const VERSION_OPTIONS = ['-V', '--version'];

/** Errors are thrown, and printed in one place. */
const QUIET = { outputError: () => {} };

/** The parser of `args`: with the command they begin with, or with all commands if they do not begin with one. */
export async function program(args: readonly string[]): Promise<Command> {
  const name = args[0] ?? '';
  const asksVersion = VERSION_OPTIONS.includes(name);
  const root = new Command('isopress')
    .description(
      'Presses bootable hybrid live ISOs and writes ext4, squashfs, EROFS, ISO 9660 and FAT images. No root, no loop devices.',
    )
    .version(asksVersion ? await versionText() : VERSION, VERSION_OPTIONS.join(', '), 'print version and engines')
    // After its name a command has these letters for itself: `edit … -V LABEL`.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput(QUIET)
    .helpOption('--help', 'print this help')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXIT_CODES);
  for (const { load } of commandsFor(name)) root.addCommand(withCommonHelp(await load()));
  return root;
}

/** The command of this name. The version needs none of them; anything else, such as help, needs all. */
function commandsFor(name: string): readonly CommandRow[] {
  if (VERSION_OPTIONS.includes(name)) return [];
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
  return Promise.all(Object.values(COMMANDS).map(({ load }) => load()));
}

/** Loads the reader of another program's options for the command that `args` begin with; undefined if it has none. */
export async function classicReaderFor([name = '', ...words]: readonly string[]): Promise<ClassicReader | undefined> {
  // The help of a command needs no format.
  if (!Object.hasOwn(COMMANDS, name) || words[0] === '--help') return undefined;
  return COMMANDS[name]!.classic?.();
}

/** `isopress ext4 TREE - …`, also if the options are wrong. */
export function writesImageToOutput([name = '', ...words]: readonly string[]): boolean {
  return Object.hasOwn(COMMANDS, name) && COMMANDS[name]!.writesImage === true && words.indexOf('-', 1) > 0;
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
