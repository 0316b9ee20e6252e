// `fscreateoptions` of a root image that is a squashfs itself: the options of mksquashfs(1) that make sense for one, in
// their own words; every other one is refused by name.

import { BCJ_FILTERS, type BcjFilter, type CompressionName, type CompressionRequest } from '../compress/index.js';
import { InvalidInputError, UnsupportedError } from '../errors.js';
import type { SquashfsOptions, StoredPart } from '../format/squashfs/index.js';

/** Bytes of a block of a root image for which nothing else is asked. */
export const ROOT_BLOCK_SIZE = 1024 * 1024;

/** What the words ask for; nothing is there that they do not name. */
export interface SquashfsWords {
  readonly compression: Partial<CompressionRequest>;
  readonly image: Partial<Omit<SquashfsOptions, 'compression' | 'epoch'>>;
}

interface Draft {
  readonly compression: { -readonly [K in keyof CompressionRequest]?: CompressionRequest[K] };
  readonly image: { -readonly [K in keyof SquashfsWords['image']]: SquashfsWords['image'][K] };
  readonly stored: Set<StoredPart>;
  dictionary: string | undefined;
}

const SWITCHES: Readonly<Record<string, (draft: Draft) => void>> = {
  '-no-fragments': ({ image }) => set(image, 'fragments', false),
  '-always-use-fragments': ({ image }) => set(image, 'tailPacking', true),
  '-tailends': ({ image }) => set(image, 'tailPacking', true),
  '-no-tailends': ({ image }) => set(image, 'tailPacking', false),
  '-no-sparse': ({ image }) => set(image, 'sparse', false),
  '-no-exports': ({ image }) => set(image, 'exportTable', false),
  '-exports': ({ image }) => set(image, 'exportTable', true),
  '-nopad': ({ image }) => set(image, 'padTo', 1),
  '-noI': ({ stored }) => store(stored, 'inodes', 'ids'),
  '-noD': ({ stored }) => store(stored, 'data'),
  '-noF': ({ stored }) => store(stored, 'fragments'),
  '-noX': ({ stored }) => store(stored, 'xattrs'),
  '-noId': ({ stored }) => store(stored, 'ids'),
  '-Xhc': ({ compression }) => set(compression, 'level', 12),
  // What is always so.
  '-noappend': () => {},
  '-duplicate-checking': () => {},
  '-no-progress': () => {},
  '-quiet': () => {},
  '-xattrs': () => {},
};

const VALUED: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  '-comp': ({ compression }, value) => set(compression, 'name', value as CompressionName),
  '-b': ({ image }, value) => set(image, 'blockSize', sizeOf('-b', value)),
  '-Xcompression-level': ({ compression }, value) => set(compression, 'level', numberOf('-Xcompression-level', value)),
  '-Xbcj': ({ compression }, value) => set(compression, 'bcj', filtersOf(value)),
  '-Xdict-size': (draft, value) => {
    draft.dictionary = value;
  },
};

/** Throws {@link UnsupportedError} for a word that has no meaning here, {@link InvalidInputError} for a bad value. */
export function readSquashfsWords(text: string): SquashfsWords {
  const draft: Draft = { compression: {}, image: {}, stored: new Set(), dictionary: undefined };
  const words = text.split(/\s+/).filter((word) => word !== '');
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (Object.hasOwn(SWITCHES, word)) SWITCHES[word]!(draft);
    else if (Object.hasOwn(VALUED, word)) {
      const value = words.shift();
      if (value === undefined) throw bad(`${word} needs a value.`);
      VALUED[word]!(draft, value);
    } else {
      throw new UnsupportedError('live.squashfs-option', `mksquashfs option "${word}" is not translated.`, {
        hint: `Known are ${[...Object.keys(VALUED), ...Object.keys(SWITCHES)].join(' ')}.`,
      });
    }
  }
  if (draft.stored.size > 0) set(draft.image, 'stored', [...draft.stored]);
  if (draft.dictionary !== undefined) {
    const blockSize = draft.image.blockSize ?? ROOT_BLOCK_SIZE;
    set(draft.compression, 'dictionarySize', dictionaryOf(draft.dictionary, blockSize));
  }
  return { compression: draft.compression, image: draft.image };
}

function set<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): void {
  target[key] = value;
}

function store(parts: Set<StoredPart>, ...more: StoredPart[]): void {
  for (const part of more) parts.add(part);
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20 };

function sizeOf(word: string, value: string): number {
  const match = /^(\d+)([km]?)$/i.exec(value);
  if (!match) throw bad(`${word} must be a size, not "${value}".`);
  return Number(match[1]) * UNITS[match[2]!.toLowerCase()]!;
}

/** Bytes, or a share of the block in percent. */
function dictionaryOf(value: string, blockSize: number): number {
  const percent = /^(\d{1,3})%$/.exec(value);
  return percent ? Math.floor((blockSize * Number(percent[1])) / 100) : sizeOf('-Xdict-size', value);
}

function numberOf(word: string, value: string): number {
  if (!/^\d{1,3}$/.test(value)) throw bad(`${word} must be a number, not "${value}".`);
  return Number(value);
}

function filtersOf(value: string): BcjFilter[] {
  const names = value.split(',');
  const unknown = names.find((name) => !BCJ_FILTERS.includes(name as BcjFilter));
  if (unknown !== undefined) throw bad(`-Xbcj knows no filter "${unknown}"; known are ${BCJ_FILTERS.join(', ')}.`);
  return names as BcjFilter[];
}

function bad(message: string): InvalidInputError {
  return new InvalidInputError('live.squashfs-option', `mksquashfs option ${message}`);
}
