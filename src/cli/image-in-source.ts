// An image that is written into the directory it is made of, or over it.

import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type ByteString, byteStringOf } from '../bytes/index.js';
import { TargetError } from '../errors.js';
import { filePlace, partPath, pathBuffer } from '../io/index.js';
import { type FileTree, select } from '../tree/index.js';
import { argumentBytes, shownArgument } from './argument-bytes.js';
import type { Session } from './session.js';

/** The tree without an older image of this name, and the remains of one: what a run writes must not depend on the one before it. Says so. */
export async function withoutImage(
  tree: FileTree,
  source: ByteString,
  image: string,
  session: Session,
): Promise<FileTree> {
  const inside = await pathInside(source, image);
  if (inside === undefined) return tree;
  session.note(`${shownArgument(image)} is inside the source, and is left out of the image.`);
  const own = [inside, partPath(inside)];
  return own.some((path) => tree.get(path)) ? select(tree, (other) => !own.includes(other)) : tree;
}

/** Throws {@link TargetError} for a source with the temporary name of the image: writing would begin by removing it. */
export async function refuseRemains(source: ByteString, image: string): Promise<void> {
  const part = await realPlace(image).then(partPath, () => undefined);
  if (part === undefined || part !== realSource(source)) return;
  const path = shownArgument(image);
  throw new TargetError('target.source', `The source has the temporary name of ${path}.`, {
    path,
    hint: 'Rename the source, or give another name for the image.',
  });
}

async function pathInside(source: ByteString, image: string): Promise<ByteString | undefined> {
  try {
    const path = relative(realPath(source), await realPlace(image));
    return path === '' || path === '..' || path.startsWith('../') ? undefined : (path as ByteString);
  } catch {
    // Standard input, an address inside an image, a directory that is not there: nothing that could hold the image.
    return undefined;
  }
}

/** The file that is written, which a link may be the way to. */
async function realPlace(image: string): Promise<ByteString> {
  const place = await filePlace(argumentBytes(image));
  return join(realPath(dirname(place)), basename(place)) as ByteString;
}

/** The file or directory of a source, also of one that is a place inside an image. */
function realSource(source: string): ByteString | undefined {
  try {
    return realPath(source);
  } catch {
    const outer = dirname(source);
    return outer === source || outer === '.' ? undefined : realSource(outer);
  }
}

function realPath(path: string): ByteString {
  return byteStringOf(realpathSync(pathBuffer(path as ByteString), 'buffer'));
}
