// Discs and their tags, with text or byte patterns.

import { type PathLike, pathBytes } from '../bytes/index.js';
import * as disc from '../disc/index.js';
import * as checkmedia from '../format/checkmedia/index.js';
import type { Content, ImagePlan, Source } from '../io/index.js';
import type { FileTree } from '../tree/index.js';
import { runOf, type WorkOptions } from './run.js';

/** Entries that some trees of a disc do not show. */
export interface HideRule extends Omit<disc.HideRule, 'pattern'> {
  /** Pattern as in excludes. */
  readonly pattern: PathLike;
}

/** How far to the front of a disc the data of files come. */
export interface WeightRule extends Omit<disc.WeightRule, 'pattern'> {
  /** Pattern as in excludes. */
  readonly pattern: PathLike;
}

/** Options of a disc. */
export interface DiscOptions extends Omit<disc.DiscOptions, 'hide' | 'sort'> {
  /** Entries that some trees do not show; their data stay on the disc. */
  readonly hide?: readonly HideRule[];
  /** Files by weight: the heaviest come first on the disc, those that no rule names weigh 0. The first rule that matches counts. */
  readonly sort?: readonly WeightRule[];
}

/**
 * Plans a disc of a tree. The plan has an exact size if all its files have one. Throws {@link InvalidInputError} for a tree that
 * does not fit the formats, {@link UsageError} for options that contradict each other.
 */
export function planDisc(tree: FileTree<Content>, options: DiscOptions): ImagePlan<disc.DiscLayout> {
  return disc.planDisc(tree, withBytes(options));
}

/**
 * Throws {@link InvalidInputError} `disc.efi-not-fat` for an EFI boot image or system partition that is not FAT, from which no
 * firmware boots. Reads their first sectors, which planning does not do.
 */
export function checkEfiImages(tree: FileTree<Content>, options: DiscOptions, work: WorkOptions = {}): Promise<void> {
  return disc.checkEfiImages(tree, withBytes(options), runOf(work));
}

/** Recomputes every digest that the tags of an image hold. Throws {@link InvalidImageError} for an image that is not an ISO. */
export function verifyTags(image: Source, options: WorkOptions = {}): Promise<checkmedia.TagVerdict> {
  return checkmedia.verifyTags(image, runOf(options));
}

function withBytes({ hide, sort, ...rest }: DiscOptions): disc.DiscOptions {
  return { ...rest, ...(hide && { hide: hide.map(byBytes) }), ...(sort && { sort: sort.map(byBytes) }) };
}

function byBytes<R extends { readonly pattern: PathLike }>(rule: R) {
  return { ...rule, pattern: pathBytes(rule.pattern) };
}
