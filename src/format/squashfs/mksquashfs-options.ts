// The options of mksquashfs (squashfs-tools 4.3 to 4.7) in terms of ours. Options without an equivalent are refused by name.

import { defined } from '../../bytes/index.js';
import { CODECS, type CompressionRequest, type SettingValue } from '../../compress/index.js';
import {
  ALWAYS,
  BadValue,
  binarySize,
  checkSpelled,
  decimalNumber,
  type ForeignProgram,
  listOf,
  type OptionTable,
  type OwnWords,
  octalMode,
  oneOf,
  type ReadWords,
  readWords,
  wholeNumber,
} from '../../options/index.js';
import { resolveShape, type SquashfsOptions, type StoredPart } from './options.js';

/** Options of the writer that mksquashfs has as well. */
export type MksquashfsImage = Pick<
  SquashfsOptions,
  'blockSize' | 'fragments' | 'tailPacking' | 'exportTable' | 'sparse' | 'stored' | 'padTo' | 'offset'
>;

/** Attributes for the root directory. */
export interface RootAttributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since 1970. */
  readonly time?: number;
}

/** Changes and selections of the tree. Times are seconds since 1970. */
export interface MksquashfsTree {
  /** Store equal files once. Undefined: the default, which is to do so. */
  readonly duplicates?: boolean;
  readonly xattrs?: boolean;
  /** Read an archive on after its end mark. */
  readonly ignoreZeros?: boolean;
  /** Regular expressions that names of attributes match. */
  readonly xattrsInclude?: string;
  readonly xattrsExclude?: string;
  /** Owner of every entry. */
  readonly uid?: number;
  readonly gid?: number;
  /** Time of every entry. */
  readonly allTime?: number;
  readonly root: RootAttributes;
  /** The image's own time. */
  readonly epoch?: number;
  /** Paths or, with `wildcards`, patterns, as they were given. */
  readonly exclude: readonly string[];
  readonly wildcards: boolean;
  /** Files with lists of them. */
  readonly excludeFiles: readonly string[];
  readonly sortFiles: readonly string[];
  /** Definitions of entries. */
  readonly pseudo: readonly string[];
  readonly pseudoFiles: readonly string[];
  /** The names of all options of this group that were given. */
  readonly given: readonly string[];
}

/** How the program runs; nothing of it changes a byte. */
export interface MksquashfsRun {
  readonly jobs?: number;
  readonly quiet?: boolean;
  readonly progress?: 'none' | 'plain';
  readonly asks?: 'help' | 'version';
}

/** All that the words ask for. Nothing is set that they do not name. */
export interface MksquashfsOptions extends Pick<ReadWords, 'refused' | 'rest'> {
  readonly image: MksquashfsImage;
  readonly compression: Partial<CompressionRequest>;
  /** xz: the dictionary as a share of the block in percent, in place of `compression.dictionarySize`. */
  readonly dictionaryPercent?: number;
  readonly tree: MksquashfsTree;
  readonly run: MksquashfsRun;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

class Draft {
  readonly image: Writable<MksquashfsImage> = {};
  readonly compression: Writable<Partial<CompressionRequest>> = {};
  readonly tree: Writable<Omit<MksquashfsTree, 'root' | 'given'>> = {
    exclude: [],
    wildcards: false,
    excludeFiles: [],
    sortFiles: [],
    pseudo: [],
    pseudoFiles: [],
  };
  readonly root: Writable<RootAttributes> = {};
  readonly run: Writable<MksquashfsRun> = {};
  dictionaryPercent?: number;
}

const WORD = 0xffff_ffff;

const store =
  (...parts: readonly StoredPart[]) =>
  ({ image }: Draft): void => {
    image.stored = [...new Set([...(image.stored ?? []), ...parts])];
  };

/** mksquashfs's names for settings of codecs, by their keys in a request. */
const CODEC_OPTIONS: Readonly<Record<string, string>> = {
  windowBits: '-Xwindow-size N',
  strategies: '-Xstrategy NAMES',
  bcj: '-Xbcj FILTERS',
  dictionarySize: '-Xdict-size SIZE',
};

function codecOptions(): [spelling: string, meaning: (draft: Draft, value: string) => void][] {
  return CODECS.flatMap(({ settings }) => settings).flatMap(({ key, value: kind }) =>
    Object.hasOwn(CODEC_OPTIONS, key) ? [[CODEC_OPTIONS[key]!, settingOf(key, kind)]] : [],
  );
}

function settingOf(key: string, kind: SettingValue) {
  return (draft: Draft, value: string): void => {
    const set = (read: unknown) => Object.assign(draft.compression, { [key]: read });
    if (kind.kind === 'integer') set(wholeNumber(value, kind.least, kind.most));
    else if (kind.kind === 'names') set(listOf(value, kind.names));
    else if (kind.kind === 'size') setSize(draft, value, set);
  };
}

/** Bytes, or a share of the block. Of two the later counts. */
function setSize(draft: Draft, value: string, set: (bytes: number | undefined) => void): void {
  delete draft.dictionaryPercent;
  delete draft.compression.dictionarySize;
  if (value.endsWith('%')) draft.dictionaryPercent = percentage(value.slice(0, -1));
  else set(binarySize(value));
}

const COMPRESSION: OptionTable<Draft> = {
  '-comp NAME': ({ compression }, value) => {
    compression.name = oneOf(
      value,
      CODECS.map(({ name }) => name),
    );
  },
  '-Xcompression-level N': ({ compression }, value) => {
    compression.level = wholeNumber(value);
  },
  ...Object.fromEntries(codecOptions()),
  '-Xhc': ({ compression }) => {
    compression.level = 12;
  },
  '-Xalgorithm NAME': 'lzo has only one level here, whose blocks are 6 % larger than those of lzo1x_999.',
};

const IMAGE: OptionTable<Draft> = {
  '-b SIZE': ({ image }, value) => {
    image.blockSize = binarySize(value);
  },
  '-no-compression': store('inodes', 'data', 'fragments', 'xattrs', 'ids'),
  '-noI|-noInodeCompression': store('inodes', 'ids'),
  '-noD|-noDataCompression': store('data'),
  '-noF|-noFragmentCompression': store('fragments'),
  '-noX|-noXattrCompression': store('xattrs'),
  '-noId|-noIdTableCompression': store('ids'),
  '-no-fragments': ({ image }) => {
    image.fragments = false;
  },
  '-tailends|-always-use-fragments': ({ image }) => {
    image.tailPacking = true;
  },
  '-no-tailends': ({ image }) => {
    image.tailPacking = false;
  },
  '-no-sparse': ({ image }) => {
    image.sparse = false;
  },
  '-no-exports': ({ image }) => {
    image.exportTable = false;
  },
  '-exports': ({ image }) => {
    image.exportTable = true;
  },
  '-nopad': ({ image }) => {
    image.padTo = 1;
  },
  '-offset|-o BYTES': ({ image }, value) => {
    image.offset = binarySize(value);
  },
  '-noappend': ALWAYS,
  '-reproducible': ALWAYS,
  '-not-reproducible': 'Images are always reproducible.',
  '-recover FILE': 'Images are new files; nothing is appended.',
  '-recovery-path DIR': 'Images are new files; nothing is appended.',
  '-no-recovery': ALWAYS,
  '-root-becomes NAME': 'Images are new files; nothing is appended.',
  '-stream': 'Name a file: the superblock comes first and is known only at the end.',
};

const ONE_SOURCE = 'Prepare one directory, or lay entries over it with a manifest.';
const MODES = 'Change the modes of the tree, or state them in a manifest.';
const PER_ENTRY = 'State it per entry in a manifest.';
const ACTIONS = 'Use the options for excludes, unfragmented and stored files, alignment and order, or a manifest.';
const MOUNTS = 'Exclude mounted directories.';

const id = (value: string) => wholeNumber(value, 0, WORD);

const ATTRIBUTES: OptionTable<Draft> = {
  '-all-root|-root-owned': ({ tree }) => {
    tree.uid = 0;
    tree.gid = 0;
  },
  '-force-uid UID': ({ tree }, value) => {
    tree.uid = id(value);
  },
  '-force-gid GID': ({ tree }, value) => {
    tree.gid = id(value);
  },
  '-uid-gid-offset N': 'Change the owners of the tree, or give every entry one owner.',
  '-force-file-mode MODE': MODES,
  '-force-dir-mode MODE': MODES,
  '-root-mode MODE': ({ root }, value) => {
    root.mode = octalMode(value);
  },
  '-root-uid UID': ({ root }, value) => {
    root.uid = id(value);
  },
  '-root-gid GID': ({ root }, value) => {
    root.gid = id(value);
  },
  '-root-time SECONDS': ({ root }, value) => {
    root.time = wholeNumber(value, 0, WORD);
  },
  '-all-time|-inode-time SECONDS': ({ tree }, value) => {
    tree.allTime = wholeNumber(value, 0, WORD);
  },
  '-mkfs-time|-fstime SECONDS': ({ tree }, value) => {
    tree.epoch = wholeNumber(value, 0, WORD);
  },
  '-default-mode MODE': PER_ENTRY,
  '-default-uid UID': PER_ENTRY,
  '-default-gid GID': PER_ENTRY,
  '-pseudo-override': PER_ENTRY,
  '-pseudo-dir|-pd DEFINITION': 'Define the directories one by one, with -p.',
  '-no-xattrs': ({ tree }) => {
    tree.xattrs = false;
  },
  '-xattrs-include REGEX': ({ tree }, value) => {
    tree.xattrsInclude = regularExpression(value);
  },
  '-xattrs-exclude REGEX': ({ tree }, value) => {
    tree.xattrsExclude = regularExpression(value);
  },
  '-xattrs-add NAME=VALUE': PER_ENTRY,
};

const add =
  (list: 'exclude' | 'excludeFiles' | 'sortFiles' | 'pseudo' | 'pseudoFiles') =>
  ({ tree }: Draft, value: string): void => {
    tree[list] = [...tree[list], value];
  };

const ENTRIES: OptionTable<Draft> = {
  '-no-duplicates': ({ tree }) => {
    tree.duplicates = false;
  },
  '-ignore-zeros': ({ tree }) => {
    tree.ignoreZeros = true;
  },
  '-no-hardlinks': 'Hard links are kept as they are.',
  '-e PATHS…': add('exclude'),
  '-ef FILE': add('excludeFiles'),
  '-wildcards': ({ tree }) => {
    tree.wildcards = true;
  },
  '-regex': 'Use globs: -wildcards.',
  '-sort FILE': add('sortFiles'),
  '-p DEFINITION': add('pseudo'),
  '-pf FILE': add('pseudoFiles'),
  '-max-depth N': 'Exclude deeper directories.',
  '-one-file-system': MOUNTS,
  '-one-file-system-x': MOUNTS,
  '-keep-as-directory': ONE_SOURCE,
  '-no-strip|-tarstyle': ONE_SOURCE,
  '-cpiostyle': ONE_SOURCE,
  '-cpiostyle0': ONE_SOURCE,
  '-tar': 'Name the archive as the source.',
  '-action|-log-action|-true-action|-false-action|-verbose-action ACTION': ACTIONS,
  '-action-file|-log-action-file|-true-action-file|-false-action-file|-verbose-action-file FILE': ACTIONS,
};

const RUN: OptionTable<Draft> = {
  '-xattrs': ALWAYS,
  '-duplicate-checking': ALWAYS,
  '-processors N': ({ run }, value) => {
    run.jobs = wholeNumber(value, 1, 1024);
  },
  '-quiet': ({ run }) => {
    run.quiet = true;
  },
  '-no-progress': ({ run }) => {
    run.progress = 'none';
  },
  '-percentage': ({ run }) => {
    run.progress = 'plain';
  },
  '-progress|-info|-exit-on-error|-mem-default': ALWAYS,
  '-info-file FILE': 'List the finished image instead.',
  '-mem|-mem-percent|-read-queue|-write-queue|-fragment-queue|-small-readers|-large-readers SIZE': ALWAYS,
  '-throttle|-limit PERCENT': 'Run the program under nice and ionice.',
  '-version': ({ run }) => {
    run.asks = 'version';
  },
  '-help|-Xhelp': ({ run }) => {
    run.asks = 'help';
  },
};

const TREE: OptionTable<Draft> = { ...ATTRIBUTES, ...ENTRIES };
const TREE_NAMES = new Set(Object.keys(TREE).flatMap((spelling) => spelling.split(' ')[0]!.split('|')));

/** The program as tables. */
export const MKSQUASHFS: ForeignProgram<Draft> = {
  name: 'mksquashfs',
  code: 'squashfs.mksquashfs-option',
  table: { ...COMPRESSION, ...IMAGE, ...TREE, ...RUN },
  style: 'words',
  choices: ({ image }) => image,
};

/**
 * Reads words in mksquashfs's spelling. Known but unsupported options are in `refused`; operands and words that
 * mksquashfs does not have are in `rest`. Throws `UsageError` `squashfs.mksquashfs-option` for a bad value.
 */
export function parseMksquashfsOptions(words: readonly string[], own?: OwnWords): MksquashfsOptions {
  const draft = new Draft();
  const { refused, rest, understood, spelled } = readWords(MKSQUASHFS, words, draft, own);
  checkSpelled(MKSQUASHFS, spelled, () => resolveShape(draft.image));
  const { image, compression, tree, root, run, dictionaryPercent } = draft;
  return {
    image,
    compression,
    ...defined({ dictionaryPercent }),
    tree: { ...tree, root, given: understood.filter((name) => TREE_NAMES.has(name)) },
    run,
    refused,
    rest,
  };
}

function percentage(text: string): number {
  const value = decimalNumber(text);
  if (value > 0 && value <= 100) return value;
  throw new BadValue('a share of the block up to 100%');
}

function regularExpression(text: string): string {
  try {
    return new RegExp(text).source;
  } catch {
    throw new BadValue('a regular expression');
  }
}
