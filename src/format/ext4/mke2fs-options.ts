// The options of mke2fs(8) that make sense for an image, in their own spelling. The others are refused by name.

import {
  ALWAYS,
  BadValue,
  binarySize,
  checkSpelled,
  decimalNumber,
  type ForeignProgram,
  type OptionTable,
  type OwnWords,
  oneOf,
  readWords,
  refusal,
  refuseOptions,
  refuseRest,
  uuidValue,
  wholeNumber,
} from '../../options/index.js';
import { type Ext4Options, resolveExt4 } from './options.js';
import { ERROR_POLICIES, type ErrorPolicy } from './superblock.js';

/** The options that the words request, and the words that are not mke2fs options. */
export interface Mke2fsWords {
  readonly options: Partial<Ext4Options>;
  readonly quiet?: true;
  readonly rest: readonly string[];
}

type Choices = { -readonly [K in keyof Ext4Options]?: Ext4Options[K] };

interface Draft {
  readonly choices: Choices;
  /** Of the journal: its blocks depend on the block size, which may be given later. */
  megabytes?: number;
  quiet?: true;
}

const set =
  <K extends keyof Ext4Options>(key: K, read: (text: string) => NonNullable<Ext4Options[K]>) =>
  ({ choices }: Draft, value: string): void => {
    choices[key] = read(value);
  };

const size = (text: string) => binarySize(text);
const count = (text: string) => wholeNumber(text);
const DEVICE = 'An image is new; it has no bad blocks.';
const NO_TRIAL = 'Print the layout with the option for plans.';

/** Usage types: bytes per inode, and what else mke2fs.conf gives them. */
const USAGE_TYPES: Readonly<Record<string, Partial<Ext4Options>>> = {
  default: {},
  ext4: {},
  small: { inodeRatio: 4096, blockSize: 1024 },
  floppy: { inodeRatio: 8192, blockSize: 1024 },
  big: { inodeRatio: 32_768 },
  huge: { inodeRatio: 65_536 },
  news: { inodeRatio: 4096 },
  largefile: { inodeRatio: 1_048_576 },
  largefile4: { inodeRatio: 4_194_304 },
};

/** The items of `-E`. */
const EXTENDED: OptionTable<Draft> = {
  'stride BLOCKS': set('stride', count),
  'stripe_width|stripe-width BLOCKS': set('stripeWidth', count),
  'offset BYTES': set('offset', size),
  'hash_seed UUID': set('hashSeed', uuidValue),
  // Treatment of the medium, which does not apply to an image file.
  'lazy_itable_init|lazy_journal_init|assume_storage_prezeroed FLAG': ALWAYS,
  'discard|nodiscard': ALWAYS,
  'root_owner UID:GID': 'Set the owner of the root directory in a manifest.',
  'root_perms MODE': 'Set the mode of the root directory in a manifest.',
  'root_selinux LABEL': 'Set the attribute of the root directory in a manifest.',
  no_copy_xattrs: 'Leave out attributes with the option for them.',
  'packed_meta_blocks FLAG': 'Metadata is placed by the groups alone.',
  'resize BLOCKS': 'Room for growth is what the feature resize_inode gives: 1024 times the size.',
  'num_backup_sb N': 'The feature sparse_super2 keeps two copies.',
  test_fs: 'Images are writable.',
  'quotatype TYPES': 'The feature quota counts users and groups, project counts projects.',
  'orphan_file_size BYTES': 'The orphan file has its usual size.',
  'mmp_update_interval SECONDS': 'An image is not mounted from several machines.',
  'encoding|encoding_flags NAME': 'Names are compared byte by byte.',
  'revision N': 'Only revision 1 has the features of ext4.',
  'desc_size BYTES': 'The feature 64bit decides.',
};

/** The items of `-J`. */
const JOURNAL: OptionTable<Draft> = {
  'size MEGABYTES': (draft, value) => {
    draft.megabytes = wholeNumber(value);
  },
  'device PATH': 'The journal is in the image.',
  'fast_commit_size KILOBYTES': 'The journal has no area for fast commits.',
  'location BLOCK': 'The journal is placed by the layout.',
};

const TABLE: OptionTable<Draft> = {
  '-b SIZE': set('blockSize', size),
  '-I BYTES': set('inodeSize', count),
  '-N INODES': set('inodes', count),
  '-i BYTES': set('inodeRatio', size),
  '-m PERCENT': set('reservedPercent', decimalNumber),
  '-L LABEL': set('label', String),
  '-U UUID': set('uuid', uuidValue),
  '-M PATH': set('lastMounted', String),
  '-e POLICY': set('errors', (text) => oneOf(text, Object.keys(ERROR_POLICIES) as ErrorPolicy[])),
  '-g BLOCKS': set('blocksPerGroup', count),
  '-G GROUPS': set('groupsPerFlex', count),
  '-j': ({ choices }) => {
    choices.journal = true;
  },
  '-O FEATURES': ({ choices }, value) => {
    choices.features = [choices.features ?? '', value].join(',');
  },
  '-E ITEMS': (draft, value) => readItems('-E', EXTENDED, draft, value),
  '-J ITEMS': (draft, value) => readItems('-J', JOURNAL, draft, value),
  '-T TYPES': ({ choices }, value) => {
    for (const type of value.split(',')) Object.assign(choices, usageType(type));
  },
  '-t TYPE': (_, value) => {
    if (value !== 'ext4') throw refusal(MKE2FS, { option: `-t ${value}`, instead: 'Only ext4 is written.' });
  },
  '-o SYSTEM': (_, value) => {
    if (!/^(linux|0)$/i.test(value)) throw new BadValue('Linux');
  },
  '-r REVISION': (_, value) => {
    if (value !== '1') throw new BadValue('1');
  },
  '-q': (draft) => {
    draft.quiet = true;
  },
  '-v|-F|-D': ALWAYS,
  '-c': DEVICE,
  '-l FILE': DEVICE,
  '-C BYTES': 'Space is given out in single blocks (no bigalloc).',
  '-d SOURCE': 'The source is an argument.',
  '-f BYTES': 'Linux has never supported fragments.',
  '-n': NO_TRIAL,
  '-S': 'An image is written whole.',
  '-V': 'Ask for the version of this program.',
  '-z FILE': 'Images are new files; there is nothing to undo.',
};

/** Values that a check of options needs in addition to them. */
const STAND_INS = { seed: 'none yet', epoch: { seconds: 0, nanoseconds: 0 } } as const;

const MKE2FS: ForeignProgram<Draft> = {
  name: 'mke2fs',
  code: 'ext4.mke2fs-option',
  table: TABLE,
  style: 'getopt',
  choices: ({ choices }) => choices,
};

/**
 * Reads options in mke2fs's spelling from the words of a command line. Throws `UnsupportedError` `ext4.mke2fs-option`
 * for an option without a meaning here, `UsageError` for a bad value or a contradiction of features.
 */
export function readMke2fsWords(words: readonly string[], own?: OwnWords): Mke2fsWords {
  const draft: Draft = { choices: {} };
  const { refused, rest, spelled } = readWords(MKE2FS, words, draft, own);
  refuseOptions(MKE2FS, refused);
  const { choices, megabytes, quiet } = draft;
  if (megabytes !== undefined) choices.journal = Math.floor((megabytes * 2 ** 20) / (choices.blockSize ?? 4096));
  // Checked here, where the option is known, and not when the image is planned.
  checkSpelled(MKE2FS, spelled, () => resolveExt4({ ...choices, ...STAND_INS }));
  return { options: choices, rest, ...(quiet ? { quiet } : {}) };
}

/** Reads one text of options, `-b 4096 -O ^has_journal`, with quotes as in a shell. Throws as {@link readMke2fsWords}. */
export function parseMke2fsOptions(text: string): Partial<Ext4Options> {
  const { options, rest } = readMke2fsWords(splitWords(text));
  refuseRest(MKE2FS, rest);
  return options;
}

/** `name=value,name`: each item by its row. An item without its optional value has none there. */
function readItems(option: string, table: OptionTable<Draft>, draft: Draft, text: string): void {
  const program = { ...MKE2FS, name: `${MKE2FS.name} ${option}`, table, style: 'words' as const };
  const takesValue = (name: string) =>
    Object.keys(table).some((spelling) => spelling.includes(' ') && spelling.split(' ')[0]!.split('|').includes(name));
  for (const item of text.split(',')) {
    const [name = '', ...value] = item.split('=');
    const words = value.length > 0 || takesValue(name) ? [name, value.join('=')] : [name];
    const { refused, rest } = readWords(program, words, draft);
    refuseOptions(program, refused);
    refuseRest(program, rest);
  }
}

function usageType(type: string): Partial<Ext4Options> {
  if (Object.hasOwn(USAGE_TYPES, type)) return USAGE_TYPES[type]!;
  const instead = `Choose among ${Object.keys(USAGE_TYPES).join(', ')}.`;
  throw refusal(MKE2FS, { option: `-T ${type}`, instead });
}

function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}
