// An image of any known kind as a tree.

import { UnknownImageError } from '../errors.js';
import type { Source } from '../io/index.js';
import type { FileTree } from '../tree/index.js';
import { FORMAT_TITLES, type Recognised, recogniseAll } from './formats.js';

/** An image whose kind is known. */
export interface OpenedImage {
  /** `ext4` stands for ext2 and ext3 too, `fat` for all its widths. */
  readonly kind: string;
  /** All files. Throws {@link InvalidImageError} for a damaged image. */
  tree(): Promise<FileTree>;
}

/** An image of a known kind; undefined for anything else. Never throws because of what its bytes are. */
export async function recogniseImage(image: Source): Promise<OpenedImage | undefined> {
  const [best] = await recogniseAll(image);
  return best && opened(image, best);
}

/** As {@link recogniseImage}. Throws {@link UnknownImageError} `image.unknown` for anything else. */
export async function openImage(image: Source): Promise<OpenedImage> {
  const found = await recogniseImage(image);
  if (found) return found;
  throw new UnknownImageError('image.unknown', 'This is not an image of a known kind.', {
    hint: `Known are ${FORMAT_TITLES}.`,
  });
}

function opened(image: Source, { format }: Recognised): OpenedImage {
  return { kind: format.kind, tree: async () => (await format.open(image)).tree() };
}
