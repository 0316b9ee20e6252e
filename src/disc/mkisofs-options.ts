// The options of mkisofs, as genisoimage and `xorriso -as mkisofs` read them, in terms of ours. Options without an equal are
// refused by name. Files that options name are read by the caller.

import { defined } from '../bytes/index.js';
import { InvalidInputError, UnsupportedError } from '../errors.js';
import {
  ALWAYS,
  BadValue,
  type ForeignProgram,
  type OptionTable,
  type OwnWords,
  oneOf,
  readWords,
  refuseOptions,
  wholeNumber,
} from '../options/index.js';
import type { BootOptions } from './boot-options.js';
import { BOOT_ROWS, bootOf, isEfiPartition } from './mkisofs-boot.js';
import { type Draft, newDraft } from './mkisofs-draft.js';
import { TEXT_ROWS, TREE_ROWS } from './mkisofs-tree.js';
import type { DiscOptions, TreeName } from './options.js';

/** Files of the system that mkisofs options name. */
export interface MkisofsFiles {
  /** Boot code of the MBR. */
  readonly mbr?: string;
  /** Image of the EFI system partition. */
  readonly appendedEsp?: string;
  /** Globs and weights, one per line. */
  readonly sort?: string;
  /** Patterns to exclude, one per line. */
  readonly excludeFrom: readonly string[];
  /** Patterns to hide, one per line. */
  readonly hideFrom: readonly { readonly path: string; readonly from: readonly TreeName[] }[];
}

/** All options in the words. */
export interface MkisofsOptions {
  readonly disc: Partial<DiscOptions> & { readonly boot: BootOptions };
  readonly files: MkisofsFiles;
  /** Where the image goes, if the words say it. */
  readonly output?: string;
  /** Owners and modes for everyone (`-r`). */
  readonly rational: boolean;
  readonly duplicatesOnce: boolean;
  readonly exclude: readonly string[];
  /** Operands are `path in the image=source`. */
  readonly graftPoints: boolean;
  readonly quiet: boolean;
  /** By which option of mkisofs an option of a disc was set: `volumeId` by `-V`. */
  readonly spelled: ReadonlyMap<string, string>;
  /** Operands, and options that mkisofs does not have. */
  readonly rest: readonly string[];
}

/** Blocks that mkisofs adds at the end, for drives that read ahead. */
const USUAL_PAD = 150;
const ONE_SESSION = 'An image has one session and is written completely.';
const NO_HFS = 'HFS and HFS+ are not written.';
const NO_JIGDO = 'Templates for jigdo are not written.';
const NO_CHECKSUMS = 'Use a media-check tag for digests in the image.';

const RUN_ROWS: OptionTable<Draft> = {
  '-as PROGRAM': (draft, value) => {
    oneOf(value, ['mkisofs', 'genisofs', 'genisoimage', 'xorrisofs']);
    draft.whole = true;
  },
  '-o|-output FILE': (draft, value) => {
    draft.output = value;
    draft.whole = true;
  },
  '-quiet': (draft) => {
    draft.quiet = true;
  },
  '-v|-verbose|-gui|-no-cache-inodes|-cache-inodes|-no-rr|-no-split-symlink-components|-no-split-symlink-fields':
    ALWAYS,
  '-pad': (draft) => {
    draft.pad = USUAL_PAD;
  },
  '-no-pad': (draft) => {
    draft.pad = 0;
  },
  '-padding BLOCKS': (draft, value) => {
    draft.pad = wholeNumber(value, 0, 1_000_000);
  },
  '-input-charset|-output-charset CHARSET': (_, value) => {
    if (!/^utf-?8$/i.test(value)) throw new BadValue('utf-8, since names are taken as they are');
  },
  '-M|-prev-session|-dev FILE': ONE_SESSION,
  '-C|-cdrecord-params NUMBERS': ONE_SESSION,
  '-hfs|-apple|-hfsplus|-hybrid|-mac-name|-g|-probe|-netatalk': NO_HFS,
  '-map|-magic|-hfs-volid|-hfs-bless|-part|-boot-hfs-file FILE': NO_HFS,
  '-jigdo-jigdo|-jigdo-template|-jigdo-map|-jigdo-exclude|-jigdo-force-md5|-md5-list VALUE': NO_JIGDO,
  '--md5|--for_backup': NO_CHECKSUMS,
  '--emul-toc|--no-emul-toc': ONE_SESSION,
  '-print-size': 'The plan of an image states its size.',
};

const MKISOFS: ForeignProgram<Draft> = {
  name: 'mkisofs',
  code: 'disc.mkisofs-option',
  table: { ...TEXT_ROWS, ...TREE_ROWS, ...RUN_ROWS, ...BOOT_ROWS },
  style: 'words',
  choices: ({ disc, joliet, pad: padBlocks, relax, mbr, partitionTable, partitionOffset, catalog }) => ({
    ...{ ...disc, joliet, padBlocks, relax: relax.size, mbr, partitionTable, partitionOffset, catalogPath: catalog },
  }),
};

/**
 * Reads words in the spelling of mkisofs. With `-o` or `-as mkisofs` the defaults are those of mkisofs too: Joliet only with `-J`,
 * and 150 blocks of padding. Throws `UnsupportedError` `disc.mkisofs-option` for an option without a meaning here,
 * `InvalidInputError` for a bad value.
 */
export function parseMkisofsOptions(words: readonly string[], own?: OwnWords): MkisofsOptions {
  const draft = newDraft();
  const { refused, rest, spelled } = readWords(MKISOFS, takePartitions(words, draft), draft, own);
  refuseOptions(MKISOFS, refused);
  const { disc, whole, joliet, pad, hide, relax, sort, output } = draft;
  const { boot, mbr, appendedEsp, ...bootDisc } = bootOf(draft);
  const padBlocks = pad ?? (whole ? USUAL_PAD : undefined);
  return {
    disc: {
      ...disc,
      ...bootDisc,
      boot,
      ...(whole || joliet ? { joliet } : {}),
      ...(relax.size === 0 ? {} : { relax: [...relax] }),
      ...defined({ padBlocks }),
      hide,
    },
    files: { excludeFrom: draft.excludeFrom, hideFrom: draft.hideFrom, ...defined({ mbr, appendedEsp, sort }) },
    ...defined({ output }),
    rational: draft.rational,
    duplicatesOnce: draft.duplicatesOnce,
    exclude: draft.exclude,
    graftPoints: draft.graftPoints,
    quiet: draft.quiet,
    spelled,
    rest,
  };
}

/** Takes `-append_partition`, the only option of three values, out of the words. */
function takePartitions(words: readonly string[], draft: Draft): readonly string[] {
  const at = words.indexOf('-append_partition');
  if (at < 0) return words;
  const [number = '', type = '', file] = words.slice(at + 1, at + 4);
  if (file === undefined) throw new InvalidInputError(MKISOFS.code, '-append_partition needs number, type and file.');
  if (number !== '2' || !isEfiPartition(type)) {
    throw new UnsupportedError(MKISOFS.code, `-append_partition ${number} ${type} of mkisofs is not supported.`, {
      hint: 'Partition 2 can be appended, with the type 0xef of an EFI system partition.',
    });
  }
  draft.appendedEsp = file;
  return takePartitions([...words.slice(0, at), ...words.slice(at + 4)], draft);
}
