// Compares two trees, each of an image, a directory or an archive, in the form that both of them can hold.

import type { ByteString } from '../bytes/index.js';
import type { ImageFacts } from '../image/index.js';
import type { Run } from '../io/index.js';
import { exclude, type FileTree } from '../tree/index.js';
import { compareTrees, type EntryDifference } from './entries.js';
import { compareFacts, type FactDifference } from './images.js';
import { commonForm, type HeldAttributes } from './normal-form.js';
import { comparePackages, type PackageDifference } from './packages.js';

/** One of two trees that are compared. */
export interface DiffSide {
  readonly tree: FileTree;
  /** `directory`, or the form of the image: its kind, or the view of a disc such as `rock-ridge`. */
  readonly form: string;
  /** Facts of the image; absent for a directory, and for a part of an image. */
  readonly facts?: ImageFacts | undefined;
}

/** How trees are compared. */
export interface DiffOptions {
  /** Patterns of entries that are left out, as for writers. */
  readonly exclude?: readonly ByteString[];
  readonly run: Run;
}

/** The result of a comparison. */
export interface DiffReport {
  readonly equal: boolean;
  /** The attributes that both kinds hold, which were compared. */
  readonly compared: HeldAttributes;
  /** Facts of the images; empty unless both sides are images. */
  readonly facts: readonly FactDifference[];
  /** Absent unless both trees have a package database. */
  readonly packages?: readonly PackageDifference[];
  readonly entries: readonly EntryDifference[];
  readonly counts: Readonly<Record<EntryDifference['change'], number>>;
}

/** Compares two trees. Contents of a damaged image that cannot be read are differences. */
export async function diffTrees(a: DiffSide, b: DiffSide, options: DiffOptions): Promise<DiffReport> {
  const { run, exclude: patterns = [] } = options;
  const compared = commonForm(a.form, b.form);
  const [first, second] = [exclude(a.tree, patterns), exclude(b.tree, patterns)];
  const facts = a.facts && b.facts ? compareFacts(a.facts, b.facts) : [];
  const packages = await comparePackages(first, second, run);
  const entries: EntryDifference[] = [];
  const counts = { removed: 0, added: 0, changed: 0 };
  for await (const entry of compareTrees(first, second, compared, run)) {
    entries.push(entry);
    counts[entry.change]++;
  }
  const equal = entries.length === 0 && facts.length === 0;
  return { equal, compared, facts, ...(packages ? { packages } : {}), entries, counts };
}
