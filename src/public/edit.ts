// isopress/edit: changes of finished discs.

import { type PathLike, pathBytes } from '../bytes/index.js';
import * as edit from '../edit/index.js';
import {
  type FileSource,
  type ImageReport,
  isUnfinished as isFileUnfinished,
  type Recovery,
  recoverFile as recover,
  type Source,
  type WriteOptions,
} from '../io/index.js';
import type { WeightRule } from './discs.js';
import { runOf, type WorkOptions } from './run.js';

export {
  type DefaultOfMenu,
  type EditedEntry,
  type EditedLayer,
  type EditLayout,
  type EditPlan,
  type InPlaceEdit,
  type KernelArguments,
  type MediaCheck,
  SEED_KINDS,
  type Seed,
  type SeedKind,
} from '../edit/index.js';
export type { Recovery } from '../io/index.js';
export type { WeightRule } from './discs.js';

/** Options of an edit in place. */
export interface WriteInPlaceOptions extends WorkOptions, WriteOptions {}

/** Entries that are put on the disc. */
export interface AddedTree extends Omit<edit.AddedTree, 'at'> {
  /** Directory of the disc to which the root of the tree is added; it is made if it is not there. Default: the root. */
  readonly at?: PathLike;
}

/** A file that gets other bytes. */
export interface ReplacedFile extends Omit<edit.ReplacedFile, 'path'> {
  readonly path: PathLike;
}

/** Another mode or owner of entries; what is absent stays. */
export interface AttributeChange extends Omit<edit.AttributeChange, 'path'> {
  /** A path, or a pattern that counts from the root and matches at least one entry. */
  readonly path: PathLike;
}

/** Changes of entries; all are optional. */
export interface TreeChanges {
  /** Patterns of entries that are removed, before anything is replaced or added. */
  readonly remove?: readonly PathLike[];
  readonly replace?: readonly ReplacedFile[];
  readonly add?: readonly AddedTree[];
  /** Applied last, so that they can be for added entries too. */
  readonly attributes?: readonly AttributeChange[];
}

/** Changes of the files in an image on the disc, such as the root file system of a live medium. */
export interface LayerChanges extends TreeChanges {
  /** The image: a squashfs, ext4 or EROFS file, also one inside such an image (`LiveOS/squashfs.img/LiveOS/rootfs.img`). */
  readonly path: PathLike;
}

/** Changes of a disc; all are optional. */
export interface EditChanges extends Omit<edit.EditChanges, keyof edit.TreeChanges | 'inside' | 'sort'>, TreeChanges {
  /** Changes inside images on the disc. Data of files that stay is copied in its compressed form; new data is held in memory. */
  readonly inside?: readonly LayerChanges[];
  /** Which new data come first: heavier files, by the first rule that matches. Files that stay keep their places. */
  readonly sort?: readonly WeightRule[];
}

/**
 * Plans the edit of a disc: everything that nothing was asked of keeps its bytes, and what makes the disc boot is adapted. The image has to
 * stay as it is until the plan is written. Throws {@link UnsupportedError} for a layout that could not be kept,
 * {@link InvalidInputError} for changes that do not fit the disc.
 */
export function planEdit(image: Source, changes: EditChanges, options: WorkOptions = {}): Promise<edit.EditPlan> {
  const { inside, sort, ...rest } = changes;
  const given: edit.EditChanges = {
    ...withBytes(rest),
    ...(inside && { inside: inside.map((one) => ({ ...withBytes(one), path: pathBytes(one.path) })) }),
    ...(sort && { sort: sort.map((one) => ({ ...one, pattern: pathBytes(one.pattern) })) }),
  };
  return edit.planEdit(image, given, runOf(options));
}

/** The same changes with paths as bytes. */
function withBytes<C extends TreeChanges>({ remove, replace, add, attributes, ...rest }: C) {
  const changes: edit.TreeChanges = {
    ...(remove && { remove: remove.map(pathBytes) }),
    ...(replace && { replace: replace.map((one) => ({ ...one, path: pathBytes(one.path) })) }),
    ...(add && { add: add.map(({ at, ...one }) => ({ ...one, ...(at !== undefined && { at: pathBytes(at) }) })) }),
    ...(attributes && { attributes: attributes.map((one) => ({ ...one, path: pathBytes(one.path) })) }),
  };
  return { ...rest, ...changes };
}

/**
 * Plans the disc as it was before the last edit, if that was `resettable`; the result equals it byte for byte, or writing it fails. Throws
 * {@link InvalidInputError} `edit.no-record` for any other disc.
 */
export function planReset(image: Source): Promise<edit.EditPlan> {
  return edit.planReset(image);
}

/**
 * Writes a planned edit into its image instead of into a new one, and waits until it is on the medium. Needs `image`, which was planned, still
 * open, and its path. The new bytes go to a journal next to the image first, so that after an interruption at any time {@link recoverFile}
 * completes the edit or takes it back. Throws {@link UnsupportedError} `edit.in-place`, before anything is written, for an edit that would
 * move more than 64 MiB of unchanged data.
 */
export function writeInPlace(
  plan: edit.EditPlan,
  image: FileSource,
  path: PathLike,
  options: WriteInPlaceOptions = {},
): Promise<ImageReport> {
  return edit.writeInPlace(plan, image, pathBytes(path), runOf(options), options);
}

/**
 * Completes an edit in place that was interrupted, or takes it back if it had not begun to overwrite the image. Throws {@link TargetError}
 * `target.journal` if the journal is damaged or belongs to another image.
 */
export function recoverFile(path: PathLike): Promise<Recovery> {
  return recover(pathBytes(path));
}

/**
 * Whether an edit of this image in place was interrupted, or is being made: parts of it may be old and others new. Its bytes do not show it;
 * {@link recoverFile} ends an interrupted one.
 */
export function isUnfinished(path: PathLike): Promise<boolean> {
  return isFileUnfinished(pathBytes(path));
}
