// The image of one format in another image: the ext4 in the squashfs of a live ISO.

import { type ByteString, displayText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import type { Source, Spool } from '../io/index.js';
import { contained } from './containers.js';
import { recogniseAll } from './formats.js';
import { imagesIn, MOST_LAYERS, opensInside } from './inner-images.js';
import { openImage } from './open-image.js';

/** Formats whose images can be searched for. */
export type LayerKind = 'ext4' | 'squashfs';

/** Which image is searched. */
export interface LayerSearch {
  readonly kind: LayerKind;
  /** Name of the outermost image, for messages. */
  readonly name: ByteString;
  /** Takes what has to be unpacked before it can be read. */
  readonly spool?: Spool | undefined;
}

/**
 * The image itself if it is of this format, otherwise the first image in it that is. Throws {@link InvalidInputError}
 * `image.no-such-layer` if there is none.
 */
export async function findLayer(image: Source, search: LayerSearch): Promise<Source> {
  const found = await findBelow(image, search, 0);
  if (found) return found;
  const shown = displayText(search.name);
  throw new InvalidInputError('image.no-such-layer', `There is no ${search.kind} image in ${shown}, at any depth.`, {
    path: shown,
  });
}

async function findBelow(file: Source, search: LayerSearch, depth: number): Promise<Source | undefined> {
  const { image } = await contained(file, search.spool);
  const answers = await recogniseAll(image);
  if (answers.some(({ format }) => format.kind === search.kind)) return image;
  if (answers.length === 0 || depth === MOST_LAYERS || (depth > 0 && !opensInside(answers))) return undefined;
  const tree = await (await openImage(image, search.name, search.spool)).tree();
  for (const [, inner] of imagesIn(tree, depth)) {
    const found = await findBelow(inner, { ...search, spool: undefined }, depth + 1);
    if (found) return found;
  }
  return undefined;
}
