// Spellings of the classic tools that cost nothing to accept: mke2fs, xorriso -as mkisofs, mkfs.fat, and mksquashfs.

import { translateMksquashfs } from './mksquashfs-spelling.js';

type Spelling = string | undefined;

const SPELLINGS: Readonly<Record<string, Readonly<Record<string, Spelling>>>> = {
  ext4: {
    '-L': '--label',
    '-U': '--uuid',
    '-b': '--block-size',
    '-I': '--inode-size',
    '-N': '--inodes',
    '-i': '--inode-ratio',
    '-m': '--reserved-percent',
    '-O': '--features',
    '-q': '--quiet',
  },
  iso: {
    '-V': '--volume-id',
    '-volid': '--volume-id',
    '-publisher': '--publisher',
    '-p': '--preparer',
    '-A': '--application-id',
    '-sysid': '--system-id',
    '-volset': '--volume-set-id',
    '-J': '--joliet',
    '-joliet': '--joliet',
    '-joliet-long': '--joliet=long',
    '-iso-level': '--level',
    '-udf': '--udf',
    '-hide-joliet': '--hide-joliet',
    '-hide-udf': '--hide-udf',
    '-sort': '--sort',
    '-duplicates-once': '--duplicates-once',
    '-copyright': '--copyright-file',
    '-abstract': '--abstract-file',
    '-biblio': '--bibliographic-file',
    '-R': undefined,
    '-partition_offset': '--partition-offset',
  },
  fat: { '-n': '--label', '-F': '--type', '-i': '--serial', '-S': '--sector-size', '-h': '--hidden-sectors' },
};

/** The arguments with classic options replaced; options that mean what we always do are dropped. */
export function translateClassicSpelling(args: readonly string[]): string[] {
  const command = args.find((arg) => !arg.startsWith('-')) ?? '';
  if (command === 'squashfs') return translateMksquashfs(args);
  const table = SPELLINGS[command];
  if (!table) return [...args];
  return args.flatMap((arg) => {
    if (!Object.hasOwn(table, arg)) return [arg];
    const modern = table[arg];
    return modern === undefined ? [] : [modern];
  });
}
