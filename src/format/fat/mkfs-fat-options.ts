// The options of mkfs.fat (dosfstools 4.2) in terms of ours. Options without an equivalent are refused by name.

import {
  ALWAYS,
  BadValue,
  checkSpelled,
  cNumber,
  type ForeignProgram,
  type OptionTable,
  type OwnWords,
  readWords,
  refuseOptions,
  wholeNumber,
} from '../../options/index.js';
import { type FatOptions, resolveFatOptions } from './options.js';

/** All options in the words. */
export interface MkfsFatOptions {
  readonly image: Partial<FatOptions>;
  /** In place of `image.clusterSize`, which depends on the sector size. */
  readonly sectorsPerCluster?: number;
  /** Operands, and options that mkfs.fat does not have. */
  readonly rest: readonly string[];
}

interface Draft {
  readonly image: { -readonly [K in keyof FatOptions]?: FatOptions[K] };
  sectorsPerCluster?: number;
}

/** Values that a check of options needs in addition to them. */
const STAND_INS = { seed: 'none yet', epoch: { seconds: 0, nanoseconds: 0 } } as const;

const WORD = 0xffff_ffff;
const BAD_BLOCKS = 'An image is new; it has no bad blocks.';

const TABLE: OptionTable<Draft> = {
  '-F SIZE': ({ image }, value) => {
    const type = Number(value);
    if (type !== 12 && type !== 16 && type !== 32) throw new BadValue('12, 16 or 32');
    image.type = type;
  },
  '-n LABEL': ({ image }, value) => {
    image.label = value;
  },
  '-i VOLID': ({ image }, value) => {
    if (!/^[0-9a-f]{1,8}$/i.test(value)) throw new BadValue('up to eight hexadecimal digits');
    image.serial = Number.parseInt(value, 16);
  },
  '-s COUNT': (draft, value) => {
    const sectors = wholeNumber(value, 1, 128);
    if (!Number.isInteger(Math.log2(sectors))) throw new BadValue('a power of two up to 128');
    draft.sectorsPerCluster = sectors;
  },
  '-S SIZE': ({ image }, value) => {
    image.sectorSize = wholeNumber(value);
  },
  '-R COUNT': ({ image }, value) => {
    image.reservedSectors = cNumber(value, 1, 0xffff);
  },
  '-f COUNT': ({ image }, value) => {
    image.tables = wholeNumber(value, 1, 2) as 1 | 2;
  },
  '-r COUNT': ({ image }, value) => {
    image.rootEntries = cNumber(value, 1, 32_767);
  },
  '-h NUMBER': ({ image }, value) => {
    image.hiddenSectors = cNumber(value, 0, WORD);
  },
  '-M TYPE': ({ image }, value) => {
    const media = cNumber(value, 0xf0, 0xff);
    if (media > 0xf0 && media < 0xf8) throw new BadValue('0xf0, or 0xf8 to 0xff');
    image.media = media;
  },
  '-D NUMBER': ({ image }, value) => {
    image.drive = cNumber(value, 0, 0xff);
  },
  '-g HEADS/SECTORS': ({ image }, value) => {
    const match = /^(\d+)\/(\d+)$/.exec(value);
    if (!match) throw new BadValue('HEADS/SECTORS');
    image.heads = wholeNumber(match[1]!, 1, 0xffff);
    image.sectorsPerTrack = wholeNumber(match[2]!, 1, 0xffff);
  },
  '-a': ({ image }) => {
    image.aligned = false;
  },
  '-C|-v|-I|--invariant': ALWAYS,
  '-b SECTOR': (_, value) => {
    if (wholeNumber(value) !== 6) throw new BadValue('6, where readers look for the backup of the boot sector');
  },
  '-A': 'The Atari variant is not written.',
  '--variant TYPE': (_, value) => {
    if (value !== 'standard') throw new BadValue('standard');
  },
  '-c': BAD_BLOCKS,
  '-l FILE': BAD_BLOCKS,
  '-m FILE': 'The boot sector says that the volume holds no boot loader.',
  '--mbr MODE': 'Partition tables belong to discs: use the writer of discs.',
  '--offset SECTOR': 'Put the image into its partition afterwards.',
  '--codepage N': 'Labels have only characters that every code page has.',
};

const MKFS_FAT: ForeignProgram<Draft> = {
  name: 'mkfs.fat',
  code: 'fat.mkfs-fat-option',
  table: TABLE,
  style: 'getopt',
  choices: ({ image }) => image,
};

/**
 * Reads words in mkfs.fat's spelling. Throws `UnsupportedError` `fat.mkfs-fat-option` for an option without a meaning
 * here, `UsageError` for a bad value.
 */
export function parseMkfsFatOptions(words: readonly string[], own?: OwnWords): MkfsFatOptions {
  const draft: Draft = { image: {} };
  const { refused, rest, spelled } = readWords(MKFS_FAT, words, draft, own);
  refuseOptions(MKFS_FAT, refused);
  checkSpelled(MKFS_FAT, spelled, () => resolveFatOptions({ ...draft.image, ...STAND_INS }));
  return { ...draft, rest };
}
