// The options of mksquashfs in terms of ours. What has no equal here is refused by name, never ignored.

import { UsageError } from '../errors.js';
import { readInput } from './input.js';
import { excludesOf } from './mksquashfs-patterns.js';

/** Another name, other words, words to drop behind an option that asks for what we do anyway, or what to do instead. */
type Rule = string | readonly string[] | { readonly drop: number } | { readonly instead: string };

const NOTHING: readonly string[] = [];
const MEMORY = { drop: 1 } as const;
const MANIFEST = { instead: 'State it per entry with --manifest.' } as const;
const ONE_SOURCE = { instead: 'Prepare one directory, or lay entries over it with --manifest.' } as const;
const NO_APPEND = { instead: 'Images are written anew; nothing is appended.' } as const;
const ACTIONS = {
  instead: 'Use --exclude, --unfragmented, --stored, --align, --sort or --manifest.',
} as const;
const MODES = { instead: 'Change the modes of the tree, or state them with --manifest.' } as const;

const RULES: Readonly<Record<string, Rule>> = {
  '-comp': '--compression',
  '-b': '--block-size',
  '-Xcompression-level': '--level',
  '-Xwindow-size': '--window-size',
  '-Xstrategy': '--strategies',
  '-Xbcj': '--bcj',
  '-Xdict-size': '--dict-size',
  '-Xhc': ['--level=12'],
  '-Xalgorithm': { instead: 'lzo is written in one way only, with blocks 6 % larger than by lzo1x_999.' },
  '-no-compression': ['--uncompressed=inodes,data,fragments,xattrs,ids'],
  '-noI': ['--uncompressed=inodes,ids'],
  '-noInodeCompression': ['--uncompressed=inodes,ids'],
  '-noD': ['--uncompressed=data'],
  '-noDataCompression': ['--uncompressed=data'],
  '-noF': ['--uncompressed=fragments'],
  '-noFragmentCompression': ['--uncompressed=fragments'],
  '-noX': ['--uncompressed=xattrs'],
  '-noXattrCompression': ['--uncompressed=xattrs'],
  '-noId': ['--uncompressed=ids'],
  '-noIdTableCompression': ['--uncompressed=ids'],
  '-no-fragments': ['--no-fragments'],
  '-always-use-fragments': ['--tailends'],
  '-tailends': ['--tailends'],
  '-no-tailends': NOTHING,
  '-no-duplicates': ['--no-duplicates'],
  '-duplicate-checking': NOTHING,
  '-no-sparse': ['--no-sparse'],
  '-no-exports': ['--no-export'],
  '-exports': NOTHING,
  '-no-hardlinks': { instead: 'Hard links are kept as they are.' },
  '-ignore-zeros': ['--ignore-zeros'],
  '-xattrs': NOTHING,
  '-no-xattrs': ['--no-xattrs'],
  '-xattrs-include': '--xattrs-include',
  '-xattrs-exclude': '--xattrs-exclude',
  '-xattrs-add': MANIFEST,
  '-all-root': ['--owner=root'],
  '-root-owned': ['--owner=root'],
  '-force-uid': '--force-uid',
  '-force-gid': '--force-gid',
  '-uid-gid-offset': { instead: 'Change the owners of the tree, or use --force-uid and --force-gid.' },
  '-force-file-mode': MODES,
  '-force-dir-mode': MODES,
  '-root-mode': '--root-mode',
  '-root-uid': '--root-uid',
  '-root-gid': '--root-gid',
  '-root-time': '--root-time',
  '-default-mode': MANIFEST,
  '-default-uid': MANIFEST,
  '-default-gid': MANIFEST,
  '-pseudo-override': MANIFEST,
  '-mkfs-time': '--epoch',
  '-fstime': '--epoch',
  '-all-time': '--all-time',
  '-inode-time': '--all-time',
  '-reproducible': NOTHING,
  '-not-reproducible': { instead: 'Images are always reproducible.' },
  '-nopad': ['--pad=none'],
  '-offset': '--offset',
  '-o': '--offset',
  '-sort': '--sort',
  '-p': '--pseudo',
  '-pf': '--pseudo-file',
  '-pd': { instead: 'Write the definition with the mode of a directory yourself, with -p.' },
  '-regex': { instead: 'Use globs: -wildcards, or --exclude.' },
  '-max-depth': { instead: 'Use --exclude.' },
  '-one-file-system': { instead: 'Use --exclude for what is mounted below.' },
  '-one-file-system-x': { instead: 'Use --exclude for what is mounted below.' },
  '-keep-as-directory': ONE_SOURCE,
  '-no-strip': ONE_SOURCE,
  '-tarstyle': ONE_SOURCE,
  '-cpiostyle': ONE_SOURCE,
  '-cpiostyle0': ONE_SOURCE,
  '-root-becomes': ONE_SOURCE,
  '-tar': { instead: 'Name the archive as the source.' },
  '-action': ACTIONS,
  '-action-file': ACTIONS,
  '-log-action': ACTIONS,
  '-log-action-file': ACTIONS,
  '-true-action': ACTIONS,
  '-true-action-file': ACTIONS,
  '-false-action': ACTIONS,
  '-false-action-file': ACTIONS,
  '-verbose-action': ACTIONS,
  '-verbose-action-file': ACTIONS,
  '-noappend': NOTHING,
  '-recover': NO_APPEND,
  '-recovery-path': NO_APPEND,
  '-no-recovery': NOTHING,
  '-stream': { instead: 'Name a file: the superblock comes first and is known last.' },
  '-quiet': ['--quiet'],
  '-progress': NOTHING,
  '-no-progress': ['--progress=none'],
  '-percentage': ['--progress=plain'],
  '-info': NOTHING,
  '-processors': '--jobs',
  '-mem': MEMORY,
  '-mem-percent': MEMORY,
  '-mem-default': NOTHING,
  '-read-queue': MEMORY,
  '-write-queue': MEMORY,
  '-fragment-queue': MEMORY,
  '-small-readers': MEMORY,
  '-large-readers': MEMORY,
  '-exit-on-error': NOTHING,
  '-throttle': { instead: 'Run it under nice and ionice.' },
  '-limit': { instead: 'Run it under nice and ionice.' },
  '-version': ['--version'],
  '-help': ['--help'],
};

/** The arguments of `isopress squashfs` without what only mksquashfs knows. Throws for options that have no equal here. */
export function translateMksquashfs(args: readonly string[]): string[] {
  const excludesAt = args.indexOf('-e');
  // Everything behind -e is to be left out.
  const options = excludesAt < 0 ? args : args.slice(0, excludesAt);
  const excluded = excludesAt < 0 ? [] : args.slice(excludesAt + 1);
  const asGlobs = options.includes('-wildcards');
  const source = options.filter((arg) => !arg.startsWith('-'))[1] ?? '';
  const result: string[] = [];
  for (let at = 0; at < options.length; at++) {
    const arg = options[at]!;
    if (arg === '-wildcards') continue;
    if (arg === '-ef') {
      excluded.push(...linesOf(options[++at]));
      continue;
    }
    const rule = Object.hasOwn(RULES, arg) ? RULES[arg]! : arg;
    if (typeof rule === 'string') {
      result.push(rule);
      // The value stays as it is, even where it looks like an option.
      if (rule !== arg && at + 1 < options.length) result.push(options[++at]!);
    } else if ('drop' in rule) at += rule.drop;
    else if ('instead' in rule) throw refused(arg, rule.instead);
    else result.push(...rule);
  }
  return [
    ...result,
    ...excluded.flatMap((path) => excludesOf(path, source, asGlobs)).map((pattern) => `--exclude=${pattern}`),
  ];
}

function linesOf(path = ''): string[] {
  const lines = new TextDecoder().decode(readInput(path)).split('\n');
  const used = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  // A backslash at the start keeps a "#" from starting a comment, and is dropped before anything else too.
  return used.map((line) => line.replace(/^\\/, ''));
}

function refused(option: string, hint: string): UsageError {
  return new UsageError('usage.mksquashfs-option', `${option} of mksquashfs has no equal here.`, { hint });
}
