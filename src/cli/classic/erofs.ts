// mkfs.erofs's options as values of `isopress erofs`.

import type { Command } from 'commander';
import { fromText } from '../../bytes/index.js';
import { parseMkfsErofsOptions } from '../../format/erofs/index.js';
import { type ClassicValues, ownWordsOf } from './reader.js';

/** Reads what mkfs.erofs knows from the words after `isopress erofs`. */
export function classicErofs(command: Command, words: readonly string[]): ClassicValues {
  const parsed = parseMkfsErofsOptions(words, ownWordsOf(command));
  const { image, compression, tree, epoch, jobs, quiet, spelled, rest } = parsed;
  const { exclude, xattrs, ...changes } = tree;
  // Each is one path, not a pattern.
  const patterns = exclude.map((path) => fromText(`/${path.replace(/^\/+/, '').replace(/[\\*?[\]]/g, '\\$&')}`));
  return {
    words: rest,
    values: {
      classic: { image, compression, changes, spelled },
      epoch,
      jobs,
      xattrs,
      quiet: quiet || undefined,
      exclude: patterns.length > 0 ? patterns : undefined,
    },
  };
}
