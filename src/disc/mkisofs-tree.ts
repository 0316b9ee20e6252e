// The options of mkisofs about texts of the volume and its trees, one row each.

import { fromText } from '../bytes/index.js';
import { ALWAYS, type OptionTable, oneOf, wholeNumber } from '../options/index.js';
import type { Draft } from './mkisofs-draft.js';
import type { DiscOptions, TreeName } from './options.js';

const ONE_OWNER = 'Give user and group together as the owner of all entries.';
const MODES = 'Change the modes of the tree, or state them in a manifest.';
const ODD_NAMES = 'Name the rules for names to relax, or choose level 4.';

const text = (key: TextOption) => (draft: Draft, value: string) => {
  draft.disc[key] = value;
};
type TextOption =
  | 'volumeId'
  | 'systemId'
  | 'volumeSetId'
  | 'publisher'
  | 'preparer'
  | 'applicationId'
  | 'copyrightFile'
  | 'abstractFile'
  | 'bibliographicFile';

const relax = (rule: NonNullable<DiscOptions['relax']>[number]) => (draft: Draft) => {
  draft.relax.add(rule);
};

const hide =
  (...from: readonly TreeName[]) =>
  (draft: Draft, pattern: string) => {
    draft.hide.push({ pattern: fromText(pattern), from });
  };

const hideList =
  (...from: readonly TreeName[]) =>
  (draft: Draft, path: string) => {
    draft.hideFrom.push({ path, from });
  };

/** Texts of the volume. */
export const TEXT_ROWS: OptionTable<Draft> = {
  '-V|-volid ID': text('volumeId'),
  '-A|-appid ID': text('applicationId'),
  '-P|-publisher ID': text('publisher'),
  '-p|-preparer ID': text('preparer'),
  '-sysid ID': text('systemId'),
  '-volset ID': text('volumeSetId'),
  '-copyright FILE': text('copyrightFile'),
  '-abstract FILE': text('abstractFile'),
  '-biblio FILE': text('bibliographicFile'),
  '-volset-size N': (_, value) => void wholeNumber(value, 1, 1),
  '-volset-seqno N': (_, value) => void wholeNumber(value, 1, 1),
};

/** The trees, their names, and the selection of entries. */
export const TREE_ROWS: OptionTable<Draft> = {
  '-R|-rock': ALWAYS,
  '-r|-rational-rock': (draft) => {
    draft.rational = true;
  },
  '--norock': (draft) => {
    draft.disc.rockRidge = 'none';
  },
  '-J|-joliet': (draft) => {
    draft.joliet ||= true;
  },
  '-joliet-long': (draft) => {
    draft.joliet = 'long';
  },
  '-udf': (draft) => {
    draft.disc.udf = '1.02';
  },
  '-iso-level N': (draft, value) => {
    draft.disc.level = Number(oneOf(value, ['1', '2', '3', '4'])) as 1 | 2 | 3 | 4;
  },
  '-l|-full-iso9660-filenames': ALWAYS,
  '-L|-allow-leading-dots|-ldots': ODD_NAMES,
  '-d|-omit-period': relax('omit-period'),
  '-N|-omit-version-number': relax('omit-version'),
  '-allow-lowercase': relax('lowercase'),
  '-allow-multidot': relax('multiple-dots'),
  '-relaxed-filenames': relax('ascii'),
  '-max-iso9660-filenames': relax('long'),
  '-U|-untranslated-filenames': ODD_NAMES,
  '-no-iso-translate': ODD_NAMES,
  '-D|-disable-deep-relocation': (draft) => {
    draft.disc.deep = 'keep';
  },
  '-hide GLOB': hide('iso'),
  '-hide-joliet GLOB': hide('joliet'),
  '-hide-udf GLOB': hide('udf'),
  '-hide-list FILE': hideList('iso'),
  '-hide-joliet-list FILE': hideList('joliet'),
  '-hide-udf-list FILE': hideList('udf'),
  '-m GLOB': (draft, value) => {
    draft.exclude.push(value);
  },
  '-x|-exclude PATH': (draft, value) => {
    draft.exclude.push(value);
  },
  '-exclude-list FILE': (draft, value) => {
    draft.excludeFrom.push(value);
  },
  '-sort FILE': (draft, value) => {
    draft.sort = value;
  },
  '-duplicates-once': (draft) => {
    draft.duplicatesOnce = true;
  },
  '-graft-points': (draft) => {
    draft.graftPoints = true;
  },
  '-follow-links': 'Links are stored as links.',
  '-path-list FILE': 'Name the sources on the command line.',
  '-uid ID': ONE_OWNER,
  '-gid ID': ONE_OWNER,
  '-file-mode|-dir-mode|-new-dir-mode MODE': MODES,
  '-T|-translation-table': 'Rock Ridge has the names of the tree.',
  '-z|-transparent-compression': 'Files are stored as they are.',
};
