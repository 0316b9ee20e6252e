// isopress/edit: changes of finished discs.

import { type PathLike, pathBytes } from '../bytes/index.js';
import * as edit from '../edit/index.js';
import type { Source } from '../io/index.js';
import { runOf, type WorkOptions } from './run.js';

export {
  type EditedEntry,
  type EditLayout,
  type EditPlan,
  type KernelArguments,
  type MediaCheck,
  SEED_KINDS,
  type Seed,
  type SeedKind,
} from '../edit/index.js';

/** Entries that are put on the disc. */
export interface AddedTree extends Omit<edit.AddedTree, 'at'> {
  /** Directory of the disc to which the root of the tree is added; it is made if it is not there. Default: the root. */
  readonly at?: PathLike;
}

/** A file that gets other bytes. */
export interface ReplacedFile extends Omit<edit.ReplacedFile, 'path'> {
  readonly path: PathLike;
}

/** Changes of a disc; all are optional. */
export interface EditChanges extends Omit<edit.EditChanges, 'add' | 'remove' | 'replace'> {
  /** Patterns of entries that are removed, before anything is replaced or added. */
  readonly remove?: readonly PathLike[];
  readonly replace?: readonly ReplacedFile[];
  readonly add?: readonly AddedTree[];
}

/**
 * Plans the edit of a disc: everything that nothing was asked of keeps its bytes, and what makes the disc boot is adapted. The image has to
 * stay as it is until the plan is written. Throws {@link UnsupportedError} for a layout that could not be kept,
 * {@link InvalidInputError} for changes that do not fit the disc.
 */
export function planEdit(image: Source, changes: EditChanges, options: WorkOptions = {}): Promise<edit.EditPlan> {
  const { remove, replace, add, ...rest } = changes;
  return edit.planEdit(
    image,
    {
      ...rest,
      ...(remove && { remove: remove.map(pathBytes) }),
      ...(replace && { replace: replace.map((one) => ({ ...one, path: pathBytes(one.path) })) }),
      ...(add && { add: add.map(({ at, ...one }) => ({ ...one, ...(at !== undefined && { at: pathBytes(at) }) })) }),
    },
    runOf(options),
  );
}
