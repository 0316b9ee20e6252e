// The options every writer shares: one row each, with its default, in the order of the help page.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ByteString } from '../bytes/index.js';
import { ENGINES } from '../compress/option-values.js';
import type { EngineChoice } from '../native/index.js';
import type { Platform } from '../source/index.js';
import { parsePlatform } from '../source/option-values.js';
import type { Ownership } from '../tree/index.js';
import { type IdMap, parseIdRange } from '../tree/option-values.js';
import { type ManifestOptions, manifestOf, mtreeOf } from './manifest-options.js';
import type { ProgressStyle } from './output/progress.js';
import { collectPattern, readPatterns } from './patterns.js';
import type { SessionOptions } from './session.js';
import { parseSeconds, TIME_HELP } from './times.js';
import { parseInteger } from './units.js';

/** Parsed values of the options of a tree. */
export interface TreeOptions extends ManifestOptions {
  readonly exclude: readonly ByteString[];
  readonly excludeFrom: readonly ByteString[];
  /** Sources over the first one. */
  readonly add: readonly string[];
  readonly ignoreZeros: boolean;
  readonly platform?: Platform;
  readonly owner: Ownership;
  /** `auto`: from the subordinate numbers of this user. */
  readonly idMap: readonly (IdMap | 'auto')[];
  readonly storedOwners?: boolean;
  /** Path of a state of fakeroot. */
  readonly fakerootState?: string;
  readonly xattrs: boolean;
  readonly epoch?: number;
  readonly clampMtime?: boolean;
}

/** Parsed values of the shared options. */
export interface WriterOptions extends SessionOptions, TreeOptions {
  readonly seed?: string;
  readonly engine: EngineChoice;
  readonly loss: 'report' | 'error' | 'ignore';
  readonly plan?: boolean;
  readonly force?: boolean;
}

/** Help of the argument SOURCE. */
export const SOURCE_HELP =
  'directory, archive, image or container image (oci:DIR:TAG), or - for a tar archive on standard input';

const PROGRESS: readonly ('auto' | ProgressStyle)[] = ['auto', 'bar', 'plain', 'json', 'none'];

/** Options of every command, writers or not. */
export function addSessionOptions(command: Command): Command {
  return command
    .optionsGroup('Report and progress:')
    .addOption(
      new Option('-j, --jobs <n>', 'parallel jobs; never changes a byte (default: all cores)').argParser(
        parseInteger(1, 1024),
      ),
    )
    .addOption(
      new Option('--progress <style>', 'style of progress; json: one object per line for progress, notes and errors')
        .choices(PROGRESS)
        .default('auto'),
    )
    .option('--json', 'print the report as JSON on standard output')
    .option('--quiet', 'print errors and losses only')
    .option('--verbose', 'print details: what external tools print, the digest of the image');
}

/** Options of every command that writes an image from a tree. */
export function addWriterOptions(command: Command): Command {
  addTreeOptions(command.optionsGroup('Options of all writers:'))
    .option('--seed <text>', 'source of UUIDs and serials (default: a digest of the tree)')
    .addOption(engineOption())
    .addOption(
      new Option('--loss <mode>', 'metadata that a format cannot store: report it, refuse it, or say nothing')
        .choices(['report', 'error', 'ignore'])
        .default('report'),
    )
    .option('--plan', 'print the layout and write nothing')
    .option('-f, --force', 'replace an existing image');
  return addSessionOptions(command);
}

/** Options that decide how a tree is read, and what is changed in it. */
export function addTreeOptions(command: Command): Command {
  const collectFile = (path: string, list: readonly ByteString[]) => [...list, ...readPatterns(path)];
  return command
    .addOption(
      new Option('--exclude <pattern>', 'leave out entries that match; a leading / anchors at the root')
        .argParser(collectPattern)
        .default([], 'nothing'),
    )
    .addOption(
      new Option('--exclude-from <file>', 'exclude patterns, one per line').argParser(collectFile).default([], 'none'),
    )
    .addOption(
      new Option('--owner <owner>', 'keep, root, or UID:GID for every entry').argParser(parseOwner).default('keep'),
    )
    .addOption(
      new Option(
        '--id-map <map>',
        'u:CONTAINER:HOST:COUNT, g:… or b:… for both, or auto for subordinate numbers of this user',
      )
        .argParser(collectIdMap)
        .default([], 'none'),
    )
    .option('--stored-owners', 'owners, modes and devices from attributes of rootless containers')
    .option('--fakeroot-state <file>', 'owners, modes and devices from a file of fakeroot -s')
    .addOption(
      new Option('--mtree <file>', 'entries of an mtree specification, as of a manifest; may be given again')
        .argParser(mtreeOf)
        .default([], 'none'),
    )
    .addOption(
      new Option('--manifest <file>', 'entries to add, change or remove, one per line; may be given again')
        .argParser(manifestOf)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--add <source>',
        'another source over the first, or SOURCE=>/DIR below a directory; may be given again',
      )
        .argParser((source: string, list: readonly string[]) => [...list, source])
        .default([], 'none'),
    )
    .option('--ignore-zeros', 'read several archives from one file, as tar does with this option', false)
    .addOption(platformOption())
    .option('--no-xattrs', 'do not read extended attributes')
    .addOption(
      new Option(
        '--epoch <time>',
        `time for everything that needs one: ${TIME_HELP} (default: SOURCE_DATE_EPOCH, otherwise the newest mtime)`,
      ).argParser(parseSeconds(0, 2 ** 35)),
    )
    .option('--clamp-mtime', 'lower file times later than the epoch to the epoch');
}

/** The engine, by its name. */
export function engineOption(): Option {
  const help =
    'engine for compression and attributes: the codec core natively or portably, or a library for the codecs it has';
  return new Option('--engine <engine>', help).choices(ENGINES).default('auto');
}

/** The platform of a container image. */
function platformOption(): Option {
  const help = 'image of an OCI index to read, as linux/arm64 (default: for this machine)';
  return new Option('--platform <os/arch>', help).argParser(parsePlatformOption);
}

/** Exclude patterns of both options together. */
export function excludePatterns(options: Pick<TreeOptions, 'exclude' | 'excludeFrom'>): ByteString[] {
  return [...options.exclude, ...options.excludeFrom];
}

function collectIdMap(text: string, list: readonly (IdMap | 'auto')[]): (IdMap | 'auto')[] {
  const map = text === 'auto' ? text : parseIdRange(text);
  if (!map)
    throw new InvalidArgumentError(
      'Give u:CONTAINER:HOST:COUNT, g:CONTAINER:HOST:COUNT, b:CONTAINER:HOST:COUNT or auto.',
    );
  return [...list, map];
}

function parsePlatformOption(text: string): Platform {
  const platform = parsePlatform(text);
  if (!platform) throw new InvalidArgumentError('Give OS/ARCH or OS/ARCH/VARIANT, such as linux/arm64.');
  return platform;
}

/** `keep`, `root`, `1000:100`. */
export function parseOwner(text: string): Ownership {
  if (text === 'keep') return 'keep';
  const match = text === 'root' ? ['', '0', '0'] : /^(\d+):(\d+)$/.exec(text);
  const [uid, gid] = [Number(match?.[1]), Number(match?.[2])];
  if (!(uid <= 0xffff_ffff && gid <= 0xffff_ffff)) throw new InvalidArgumentError('Give keep, root or UID:GID.');
  return { uid, gid };
}
