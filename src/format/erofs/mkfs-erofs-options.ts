// The options of mkfs.erofs (erofs-utils 1.5 to 1.9) in terms of ours. Options without an equivalent are refused by name.

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
import type { Draft, MkfsErofsOptions } from './mkfs-erofs-draft.js';
import { applyFeature, EXPERIMENTAL, refusedFeature, SMALLER } from './mkfs-erofs-features.js';

const ID = 0xffff_ffff;
const LAST_TIME = 2 ** 35;
const ONE_DEVICE = 'The image is one file.';
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
  const { refused, rest, understood, spelled } = read(words, draft, own);
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
function read(words: readonly string[], draft: Draft, own: OwnWords | undefined): ReturnType<typeof readWords<Draft>> {
  try {
    return readWords(MKFS_EROFS, words, draft, own);
  } catch (error) {
    const refused = refusedFeature(error);
    if (refused) refuseOptions(MKFS_EROFS, [refused]);
    throw error;
  }
}
