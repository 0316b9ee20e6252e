// The options of mkfs.ext4 that make sense for an image, in their classic spelling; every other one is refused by name.
// mke2fs(8) documents them.

import { isUuid } from '../../bytes/index.js';
import { UnsupportedError, UsageError } from '../../errors.js';
import { chooseFeatures } from './feature-choice.js';
import type { Ext4Options } from './options.js';
import type { ErrorPolicy } from './superblock.js';

type Choices = { -readonly [K in keyof Ext4Options]?: Ext4Options[K] };
type Reader = (choices: Choices, value: string, journal: { megabytes?: number }) => void;

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

/** What lies in `-E`. */
const EXTENDED: Readonly<Record<string, Reader>> = {
  stride: (choices, value) => set(choices, 'stride', count('-E stride', value)),
  stripe_width: (choices, value) => set(choices, 'stripeWidth', count('-E stripe_width', value)),
  offset: (choices, value) => set(choices, 'offset', size('-E offset', value)),
  hash_seed: (choices, value) => set(choices, 'hashSeed', uuid('-E hash_seed', value)),
  // How mke2fs treats the medium under it; an image file has nothing of the kind.
  lazy_itable_init: () => {},
  lazy_journal_init: () => {},
  assume_storage_prezeroed: () => {},
  discard: () => {},
  nodiscard: () => {},
};

/** Options without a value. */
const SWITCHES: Readonly<Record<string, (choices: Choices) => void>> = {
  '-j': (choices) => set(choices, 'journal', true),
  '-q': () => {},
  '-v': () => {},
  '-F': () => {},
};

/** Options with a value. */
const VALUED: Readonly<Record<string, Reader>> = {
  '-b': (choices, value) => set(choices, 'blockSize', size('-b', value)),
  '-I': (choices, value) => set(choices, 'inodeSize', count('-I', value)),
  '-N': (choices, value) => set(choices, 'inodes', count('-N', value)),
  '-i': (choices, value) => set(choices, 'inodeRatio', size('-i', value)),
  '-m': (choices, value) => set(choices, 'reservedPercent', decimal('-m', value)),
  '-L': (choices, value) => set(choices, 'label', value),
  '-U': (choices, value) => set(choices, 'uuid', uuid('-U', value)),
  '-M': (choices, value) => set(choices, 'lastMounted', value),
  '-e': (choices, value) => set(choices, 'errors', value as ErrorPolicy),
  '-g': (choices, value) => set(choices, 'blocksPerGroup', count('-g', value)),
  '-G': (choices, value) => set(choices, 'groupsPerFlex', count('-G', value)),
  '-T': (choices, value) => usage(choices, value),
  '-t': (_, value) => {
    if (value !== 'ext4') throw new UnsupportedError('ext4.mke2fs-type', `mkfs type "${value}": only ext4 is written.`);
  },
  '-O': (choices, value) => set(choices, 'features', [choices.features ?? '', value].join(',')),
  '-E': extended,
  '-J': (_, value, journal) => {
    for (const item of value.split(',')) {
      const [key, argument = ''] = item.split('=');
      if (key !== 'size') refuse(`-J ${key}`);
      journal.megabytes = count('-J size', argument);
    }
  },
};

/**
 * Reads options in mke2fs's spelling, `-b 4096 -O ^has_journal`, values apart or attached, quotes as in a shell.
 * Throws {@link UnsupportedError} naming an option that has no meaning here, {@link UsageError} for bad values.
 */
export function parseMke2fsOptions(text: string): Partial<Ext4Options> {
  const choices: Choices = {};
  const journal: { megabytes?: number } = {};
  const words = splitWords(text);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const name = word.slice(0, 2);
    const read = VALUED[name];
    if (Object.hasOwn(SWITCHES, word)) SWITCHES[word]!(choices);
    else if (Object.hasOwn(VALUED, name) && read) {
      const value = word.length > 2 ? word.slice(2) : words.shift();
      if (value === undefined)
        throw new UsageError('ext4.mke2fs-option', `mkfs option ${name} needs a value.`, { option: 'mke2fsOptions' });
      read(choices, value, journal);
    } else refuse(word);
  }
  if (journal.megabytes !== undefined) {
    set(choices, 'journal', Math.floor((journal.megabytes * 2 ** 20) / (choices.blockSize ?? 4096)));
  }
  // Told here, with the option at hand, not when the image is planned.
  chooseFeatures('boot', choices.features ?? '');
  return choices;
}

function extended(choices: Choices, value: string, journal: { megabytes?: number }): void {
  for (const item of value.split(',')) {
    const [key = '', ...rest] = item.split('=');
    const name = key === 'stripe-width' ? 'stripe_width' : key;
    const read = Object.hasOwn(EXTENDED, name) ? EXTENDED[name] : undefined;
    if (!read) refuse(`-E ${key}`);
    read(choices, rest.join('='), journal);
  }
}

function usage(choices: Choices, value: string): void {
  for (const type of value.split(',')) {
    const given = Object.hasOwn(USAGE_TYPES, type) ? USAGE_TYPES[type] : undefined;
    if (!given) refuse(`-T ${type}`);
    Object.assign(choices, given);
  }
}

function set<K extends keyof Ext4Options>(choices: Choices, key: K, value: Ext4Options[K]): void {
  choices[key] = value;
}

function refuse(option: string): never {
  throw new UnsupportedError('ext4.mke2fs-option', `mkfs option "${option}" is not translated.`, {
    hint: `Known are ${[...Object.keys(VALUED), ...Object.keys(SWITCHES)].join(' ')}, and in -E ${Object.keys(EXTENDED).join(', ')}.`,
  });
}

function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}

function count(option: string, value: string): number {
  return /^\d+$/.test(value) ? Number(value) : bad(option, value, 'a whole number');
}

function decimal(option: string, value: string): number {
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : bad(option, value, 'a number');
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

function size(option: string, value: string): number {
  const match = /^(\d+)([kmgt]?)$/i.exec(value);
  return match ? Number(match[1]) * UNITS[match[2]!.toLowerCase()]! : bad(option, value, 'a size');
}

function uuid(option: string, value: string): string {
  if (isUuid(value)) return value;
  const hint = 'Identities derive from the seed when none is given; images do not differ from run to run.';
  throw new UsageError('ext4.mke2fs-option', `mkfs option ${option} must be a UUID, not "${value}".`, {
    option: 'mke2fsOptions',
    hint,
  });
}

function bad(option: string, value: string, expected: string): never {
  throw new UsageError('ext4.mke2fs-option', `mkfs option ${option} must be ${expected}, not "${value}".`, {
    option: 'mke2fsOptions',
  });
}
