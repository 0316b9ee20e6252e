// isopress/diff: how two trees or images differ.

import { type PathLike, pathBytes } from '../bytes/index.js';
import * as diff from '../diff/index.js';
import { runOf, type WorkOptions } from './run.js';

export type {
  ChangedAttribute,
  DiffReport,
  DiffSide,
  EntryDifference,
  FactDifference,
  HeldAttributes,
  PackageDifference,
} from '../diff/index.js';

/** How trees are compared. */
export interface DiffOptions extends Omit<diff.DiffOptions, 'run' | 'exclude'>, WorkOptions {
  /** Patterns of entries that are left out, as for writers. */
  readonly exclude?: readonly PathLike[];
}

/**
 * Compares two trees entry by entry, in the form that both of them can hold: names, kinds, contents by their bytes, and the attributes
 * that both have. Reads no content that is the same object in both.
 */
export function diffTrees(a: diff.DiffSide, b: diff.DiffSide, options: DiffOptions = {}): Promise<diff.DiffReport> {
  const { exclude = [], run: _, ...rest } = options;
  return diff.diffTrees(a, b, { ...rest, exclude: exclude.map(pathBytes), run: runOf(options) });
}
