// Spellings of xorriso -as mkisofs that cost nothing to accept.

const SPELLINGS: Readonly<Record<string, string | undefined>> = {
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
};

/** The arguments with classic options of discs replaced; options that mean what we always do are dropped. */
export function translateClassicSpelling(args: readonly string[]): string[] {
  const command = args.find((arg) => !arg.startsWith('-')) ?? '';
  if (command !== 'iso') return [...args];
  return args.flatMap((arg) => {
    if (!Object.hasOwn(SPELLINGS, arg)) return [arg];
    const modern = SPELLINGS[arg];
    return modern === undefined ? [] : [modern];
  });
}
