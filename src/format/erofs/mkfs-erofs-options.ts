// The options of mkfs.erofs (erofs-utils 1.5 to 1.9) in terms of ours. Options without an equivalent are refused by name.

import type { ClusterRequest } from '../../compress/index.js';
import {
  ALWAYS,
  BadValue,
  binarySize,
  type ForeignProgram,
  type OptionTable,
  type OwnWords,
  oneOf,
  readWords,
  refuseOptions,
  uuidValue,
  wholeNumber,
} from '../../options/index.js';
import { parseMkfsErofsCompression } from './mkfs-erofs-compression.js';
import type { ErofsOptions } from './options.js';

/** Changes to the source tree. */
export interface MkfsErofsTree {
  readonly uid?: number;
  readonly gid?: number;
  readonly uidOffset?: number;
  readonly gidOffset?: number;
  /** Seconds since 1970 for every entry. */
  readonly allTime?: number;
  /** Every entry has the time of the image. */
  readonly imageTime?: boolean;
  /** Paths from the root of the source, unchanged. */
  readonly exclude: readonly string[];
  readonly xattrs?: boolean;
}

/** The parsed options. */
export interface MkfsErofsOptions {
  /** Without `compression`, which takes an engine. */
  readonly image: Partial<Omit<ErofsOptions, 'compression'>>;
  readonly compression: ClusterRequest | undefined;
  readonly tree: MkfsErofsTree;
  /** Seconds since 1970. */
  readonly epoch: number | undefined;
  readonly jobs: number | undefined;
  readonly quiet: boolean;
  /** Names of the options that change the tree. */
  readonly ofTree: readonly string[];
  /** By which option of mkfs.erofs an option of the image was set: `clusterSize` by `-C`. */
  readonly spelled: ReadonlyMap<string, string>;
  /** Operands, and options that mkfs.erofs does not have. */
  readonly rest: readonly string[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The state of the parser. */
export interface Draft {
  readonly image: Writable<MkfsErofsOptions['image']>;
  readonly tree: Writable<Omit<MkfsErofsTree, 'exclude'>>;
  readonly exclude: string[];
  compression?: ClusterRequest;
  epoch?: number;
  forAll: boolean;
  jobs?: number;
  quiet: boolean;
}

const ID = 0xffff_ffff;
const LAST_TIME = 2 ** 35;
const ONE_DEVICE = 'The image is one file.';
const SMALLER = 'It only makes images smaller, for newer kernels.';
const EXPERIMENTAL = 'Only some kernels read it, as an experiment.';
const LISTS = 'Every file is compressed alike.';
const REMOTE = 'Fetch it first, and give it as the source.';
const WHOLE = 'Images are written whole.';
const LABELS = 'Set security.selinux with a manifest.';

const TABLE: OptionTable<Draft> = {
  '-b SIZE': ({ image }, value) => {
    image.blockSize = binarySize(value);
  },
  '-C SIZE': ({ image }, value) => {
    image.clusterSize = binarySize(value);
  },
  '-d LEVEL': (draft, value) => {
    draft.quiet = wholeNumber(value, 0, 9) === 0;
  },
  '-E FEATURES': (draft, value) => {
    for (const feature of value.split(',')) applyFeature(draft, feature);
  },
  '-L LABEL': ({ image }, value) => {
    image.label = value;
  },
  '-T TIME': (draft, value) => {
    draft.epoch = wholeNumber(value, 0, LAST_TIME);
  },
  '-U UUID': ({ image }, value) => {
    image.uuid = uuidValue(value);
  },
  '--chunksize SIZE': ({ image }, value) => {
    image.chunkSize = binarySize(value);
  },
  '-x TOLERANCE': ({ image, tree }, value) => {
    if (!/^-?\d{1,6}$/.test(value)) throw new BadValue('a whole number');
    if (value.startsWith('-')) tree.xattrs = false;
    // An attribute is shared when more inodes than these have it.
    else image.sharedXattrs = Number(value) + 1;
  },
  '-z COMPRESSION': (draft, value) => {
    draft.compression = parseMkfsErofsCompression(value);
  },
  '--all-root': ({ tree }) => {
    Object.assign(tree, { uid: 0, gid: 0 });
  },
  '--all-time': (draft) => {
    draft.forAll = true;
  },
  '--mkfs-time': (draft) => {
    draft.forAll = false;
  },
  '--ignore-mtime': ({ tree }) => {
    tree.imageTime = true;
  },
  '--force-uid UID': ({ tree }, value) => {
    tree.uid = wholeNumber(value, 0, ID);
  },
  '--force-gid GID': ({ tree }, value) => {
    tree.gid = wholeNumber(value, 0, ID);
  },
  '--uid-offset N': ({ tree }, value) => {
    tree.uidOffset = wholeNumber(value, 0, ID);
  },
  '--gid-offset N': ({ tree }, value) => {
    tree.gidOffset = wholeNumber(value, 0, ID);
  },
  '--exclude-path PATH': ({ exclude }, value) => {
    exclude.push(value);
  },
  '--workers N': (draft, value) => {
    draft.jobs = wholeNumber(value, 1, 1024);
  },
  '--quiet': (draft) => {
    draft.quiet = true;
  },
  '--tar MODE': (_, value) => {
    if (value !== 'f') throw new BadValue('f: images hold the data of their files');
  },
  '--sort ORDER': (_, value) => {
    oneOf(value, ['path']);
  },
  '--clean MODE': (_, value) => {
    oneOf(value, ['data']);
  },
  '--preserve-mtime|--ungzip|--unxz': ALWAYS,
  '--mount-point PATH|--async-queue-limit N': ALWAYS,
  '--exclude-regex EXPRESSION': 'Give patterns instead of expressions.',
  '--compress-hints FILE': LISTS,
  '--max-extent-bytes SIZE': LISTS,
  '--zD VALUE': EXPERIMENTAL,
  '--MZ VALUE': EXPERIMENTAL,
  '-m SIZE': EXPERIMENTAL,
  '--zfeature-bits BITS': EXPERIMENTAL,
  '--xattr-prefix PREFIX': SMALLER,
  '--xattr-inode-digest NAME': 'Files have no attributes but their own.',
  '--root-xattr-isize SIZE': 'Attributes take only the space that they need.',
  '--blobdev FILE': ONE_DEVICE,
  '--vmdk-desc FILE': ONE_DEVICE,
  '--dsunit BLOCKS': 'Data starts at multiples of the block size anyway.',
  '--fsalignblks BLOCKS': 'Pad the image afterwards.',
  '--offset BYTES': 'Copy the image to its place afterwards.',
  '--file-contexts FILE': LABELS,
  '--incremental MODE': WHOLE,
  '--hard-dereference': 'Hard links stay hard links.',
  '--aufs': 'Whiteouts are ordinary entries.',
  '--ovlfs-strip VALUE': 'Whiteouts are ordinary entries.',
  '--gzinfo FILE': WHOLE,
  '--s3 ENDPOINT': REMOTE,
  '--oci MODE': REMOTE,
};

const OF_TREE: ReadonlySet<string> = new Set([
  '-T',
  '-x',
  '--all-root',
  '--all-time',
  '--ignore-mtime',
  '--force-uid',
  '--force-gid',
  '--uid-offset',
  '--gid-offset',
  '--exclude-path',
]);

type Feature = ((draft: Draft) => void) | typeof ALWAYS | string;

/** Values of `-E`. */
const FEATURES: Readonly<Record<string, Feature>> = {
  'force-inode-compact': ({ image }) => {
    image.inodes = 'compact';
  },
  'force-inode-extended': ({ image }) => {
    image.inodes = 'extended';
  },
  noinline_data: ({ image }) => {
    image.inlineData = false;
  },
  inline_data: ALWAYS,
  '^noinline_data': ALWAYS,
  'legacy-compress': 'Images are for Linux 5.4 and newer.',
  ztailpacking: ({ image }) => {
    image.tailPacking = true;
  },
  fragments: ({ image }) => {
    image.fragments ??= 'ends';
  },
  'all-fragments': ({ image }) => {
    image.fragments = 'all';
  },
  dedupe: ({ image }) => {
    image.dedupe = true;
  },
  'fragdedupe=off': ALWAYS,
  'fragdedupe=inode': ALWAYS,
  fragdedupe: 'Equal files are stored once, but not equal parts of small ones.',
  '48bit': EXPERIMENTAL,
  nosbcrc: 'Superblocks have a checksum.',
  'xattr-name-filter': 'Kernels find attributes without it.',
  '^xattr-name-filter': ALWAYS,
  'plain-xattr-prefixes': SMALLER,
  'force-chunk-indexes': 'Chunks have addresses of 4 bytes.',
  'force-inode-blockmap': ALWAYS,
};

function applyFeature(draft: Draft, word: string): void {
  const name = word.split('=')[0]!;
  const feature = FEATURES[word] ?? FEATURES[name];
  if (feature === undefined) throw new BadValue(`a list of ${Object.keys(FEATURES).join(', ')}`);
  if (typeof feature === 'string') throw new RefusedFeature(name, feature);
  if (feature !== ALWAYS) feature(draft);
}

class RefusedFeature extends Error {
  constructor(
    readonly feature: string,
    readonly instead: string,
  ) {
    super(feature);
  }
}

export const MKFS_EROFS: ForeignProgram<Draft> = {
  name: 'mkfs.erofs',
  code: 'erofs.mkfs-erofs-option',
  table: TABLE,
  style: 'getopt',
  choices: ({ image, compression }) => ({
    ...{ ...image, compression: compression?.name, level: compression?.level },
    dictionarySize: compression?.dictionarySize,
  }),
};

/**
 * Reads words in mkfs.erofs's spelling. Throws `UnsupportedError` `erofs.mkfs-erofs-option` for an option without a meaning
 * here, `UsageError` for a bad value.
 */
export function parseMkfsErofsOptions(words: readonly string[], own?: OwnWords): MkfsErofsOptions {
  const draft: Draft = { image: {}, tree: {}, exclude: [], forAll: true, quiet: false };
  const { refused, rest, understood, spelled } = withFeatures(() => readWords(MKFS_EROFS, words, draft, own));
  refuseOptions(MKFS_EROFS, refused);
  const { image, compression, epoch, jobs, quiet, exclude } = draft;
  const ofTree = understood.filter((name) => OF_TREE.has(name));
  const allTime = draft.forAll && epoch !== undefined ? { allTime: epoch } : {};
  return {
    image,
    compression,
    tree: { ...draft.tree, ...allTime, exclude },
    epoch,
    jobs,
    quiet,
    ofTree,
    spelled,
    rest,
  };
}

/** A value of `-E` is refused like an option. */
function withFeatures<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RefusedFeature) {
      refuseOptions(MKFS_EROFS, [{ option: `-E ${error.feature}`, instead: error.instead }]);
    }
    throw error;
  }
}
