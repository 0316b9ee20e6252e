// An image that is written into the directory it is made of.

import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fromText } from '../bytes/index.js';
import { type FileTree, select } from '../tree/index.js';
import type { Session } from './session.js';

/** The tree without an older image of this name: what a run writes must not depend on the one before it. Says so. */
export function withoutImage(tree: FileTree, source: string, image: string, session: Session): FileTree {
  const inside = pathInside(source, image);
  if (inside === undefined) return tree;
  session.note(`${image} is inside of the source, and is left out of the image.`);
  const path = fromText(inside);
  return tree.get(path) === undefined ? tree : select(tree, (other) => other !== path);
}

function pathInside(source: string, image: string): string | undefined {
  try {
    const place = join(realpathSync(dirname(image)), basename(image));
    const path = relative(realpathSync(source), place);
    return path === '' || path.startsWith('..') || path.startsWith('/') ? undefined : path;
  } catch {
    // Standard input, an address inside an image, a directory that is not there: nothing that could hold the image.
    return undefined;
  }
}
