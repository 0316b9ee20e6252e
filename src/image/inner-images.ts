// Which files of an image are images themselves: candidates by size and name. Only opening them shows it.

import type { ByteString } from '../bytes/index.js';
import { isSource, type Source } from '../io/index.js';
import { type FileTree, walk } from '../tree/index.js';
import type { Recognised } from './formats.js';

/** Images inside images inside images: a live ISO has three. */
export const MOST_LAYERS = 5;
/** Smaller files are not images, unless they have the name of one. */
const SMALLEST_IMAGE = 32 * 1024;
/** Files of root file systems that are images: those at the top, and in the folder of a live system. */
const INNER_IMAGE = /^(LiveOS\/|live\/)?[^/]+\.(img|squashfs|sfs|erofs|iso)$/i;

/** Files that may be images: of the outermost image, depth 0, also all that are large enough, elsewhere those with the name of one. */
export function* imagesIn(tree: FileTree, depth: number): Generator<[ByteString, Source]> {
  for (const { path, node } of walk(tree)) {
    if (node.kind !== 'file' || !isSource(node.content)) continue;
    if (INNER_IMAGE.test(path) || (depth === 0 && node.content.size >= SMALLEST_IMAGE)) yield [path, node.content];
  }
}

/** Whether something inside an image counts as one: packages and archives on a disc are files of it. */
export function opensInside(answers: readonly Recognised[]): boolean {
  return answers.some(({ format }) => !format.isArchive);
}
