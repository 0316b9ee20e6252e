// Spellings of the classic tools that cost nothing to accept: mksquashfs, mke2fs, xorriso -as mkisofs, mkfs.fat.

type Spelling = string | undefined;

const SPELLINGS: Readonly<Record<string, Readonly<Record<string, Spelling>>>> = {
  squashfs: {
    '-comp': '--compression',
    '-b': '--block-size',
    '-Xcompression-level': '--level',
    '-Xbcj': '--bcj',
    '-Xdict-size': '--dict-size',
    '-Xhc': '--level=12',
    '-no-fragments': '--no-fragments',
    '-no-sparse': '--no-sparse',
    '-no-exports': '--no-export',
    '-exports': undefined,
    '-always-use-fragments': '--tailends',
    '-tailends': '--tailends',
    '-no-tailends': undefined,
    '-no-duplicates': '--no-duplicates',
    '-duplicate-checking': undefined,
    '-noI': '--uncompressed=inodes,ids',
    '-noInodeCompression': '--uncompressed=inodes,ids',
    '-noD': '--uncompressed=data',
    '-noDataCompression': '--uncompressed=data',
    '-noF': '--uncompressed=fragments',
    '-noFragmentCompression': '--uncompressed=fragments',
    '-noX': '--uncompressed=xattrs',
    '-noXattrCompression': '--uncompressed=xattrs',
    '-noId': '--uncompressed=ids',
    '-noIdTableCompression': '--uncompressed=ids',
    '-sort': '--sort',
    '-offset': '--offset',
    '-o': '--offset',
    '-nopad': '--pad=none',
    '-mkfs-time': '--epoch',
    '-quiet': '--quiet',
    '-no-progress': '--progress=none',
    '-no-xattrs': '--no-xattrs',
    '-processors': '--jobs',
    '-e': '--exclude',
    '-ef': '--exclude-from',
    '-all-root': '--owner=root',
    '-noappend': undefined,
  },
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
  const table = SPELLINGS[args.find((arg) => !arg.startsWith('-')) ?? ''];
  if (!table) return [...args];
  return args.flatMap((arg) => {
    if (!Object.hasOwn(table, arg)) return [arg];
    const modern = table[arg];
    return modern === undefined ? [] : [modern];
  });
}
