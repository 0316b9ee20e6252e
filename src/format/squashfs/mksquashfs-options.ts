// The options of mksquashfs (squashfs-tools 4.3 to 4.7) in terms of ours. Options without an equivalent are refused by name.

import { defined } from '../../bytes/index.js';
import {
  ALWAYS,
  checkSpelled,
  type ForeignProgram,
  type OptionTable,
  type OwnWords,
  readWords,
  wholeNumber,
} from '../../options/index.js';
import { Draft, type MksquashfsOptions } from './mksquashfs-draft.js';
import { COMPRESSION, IMAGE } from './mksquashfs-image.js';
import { ATTRIBUTES, ENTRIES } from './mksquashfs-tree.js';
import { resolveShape } from './options.js';

export type { MksquashfsOptions } from './mksquashfs-draft.js';

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
