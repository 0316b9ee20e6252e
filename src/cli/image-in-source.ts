// An image that is written into the directory it is made of.

import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type ByteString, byteStringOf } from '../bytes/index.js';
import { partPath, pathBuffer } from '../io/index.js';
import { type FileTree, select } from '../tree/index.js';
import { argumentBytes, shownArgument } from './argument-bytes.js';
import type { Session } from './session.js';

/** The tree without an older image of this name, and the remains of one: what a run writes must not depend on the one before it. Says so. */
export function withoutImage(tree: FileTree, source: ByteString, image: string, session: Session): FileTree {
  const inside = pathInside(source, image);
  if (inside === undefined) return tree;
  session.note(`${shownArgument(image)} is inside the source, and is left out of the image.`);
  const own = [inside, partPath(inside)];
  return own.some((path) => tree.get(path)) ? select(tree, (other) => !own.includes(other)) : tree;
}

function pathInside(source: ByteString, image: string): ByteString | undefined {
  try {
    const target = argumentBytes(image);
    const place = join(realPath(dirname(target)), basename(target));
    const path = relative(realPath(source), place);
    return path === '' || path.startsWith('..') || path.startsWith('/') ? undefined : (path as ByteString);
  } catch {
    // Standard input, an address inside an image, a directory that is not there: nothing that could hold the image.
    return undefined;
  }
}

function realPath(path: string): ByteString {
  return byteStringOf(realpathSync(pathBuffer(path as ByteString), 'buffer'));
}
