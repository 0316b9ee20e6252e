// The options of mksquashfs for compression and image, one row each.

import { CODECS, type SettingValue } from '../../compress/index.js';
import {
  ALWAYS,
  BadValue,
  binarySize,
  decimalNumber,
  listOf,
  type OptionTable,
  oneOf,
  wholeNumber,
} from '../../options/index.js';
import type { Draft } from './mksquashfs-draft.js';
import type { StoredPart } from './options.js';

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

/** Options of compression. */
export const COMPRESSION: OptionTable<Draft> = {
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

/** Options of the image. */
export const IMAGE: OptionTable<Draft> = {
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

function percentage(text: string): number {
  const value = decimalNumber(text);
  if (value > 0 && value <= 100) return value;
  throw new BadValue('a share of the block up to 100%');
}
