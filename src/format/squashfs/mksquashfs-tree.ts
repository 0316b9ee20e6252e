// The options of mksquashfs for the tree, one row each.

import { BadValue, type OptionTable, octalMode, wholeNumber } from '../../options/index.js';
import type { Draft } from './mksquashfs-draft.js';

const WORD = 0xffff_ffff;

const ONE_SOURCE = 'Prepare one directory, or lay entries over it with a manifest.';
const MODES = 'Change the modes of the tree, or state them in a manifest.';
const PER_ENTRY = 'State it per entry in a manifest.';
const ACTIONS = 'Use the options for excludes, unfragmented and stored files, alignment and order, or a manifest.';
const MOUNTS = 'Exclude mounted directories.';

const id = (value: string) => wholeNumber(value, 0, WORD);

/** Options for attributes of entries. */
export const ATTRIBUTES: OptionTable<Draft> = {
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

/** Options that select and add entries. */
export const ENTRIES: OptionTable<Draft> = {
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

function regularExpression(text: string): string {
  try {
    return new RegExp(text).source;
  } catch {
    throw new BadValue('a regular expression');
  }
}
