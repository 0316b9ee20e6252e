// An image of any known kind as a tree.

import { UnknownImageError } from '../errors.js';
import type { Source } from '../io/index.js';
import { type FileTree, otherKind, type ReadableImage } from '../tree/index.js';
import { FORMAT_TITLES, recogniseAll } from './formats.js';
import { noView, openShared } from './views.js';

/** An image whose kind is known. */
export interface OpenedImage {
  /** `ext4` stands for ext2 and ext3 too, `fat` for all its widths, `iso9660` also for discs with UDF. */
  readonly kind: string;
  /** Opens it. Throws {@link InvalidImageError} for a damaged image. */
  open(): Promise<ReadableImage>;
  /** All files. Throws {@link InvalidImageError} for a damaged image, {@link InvalidInputError} for a view that it has not. */
  tree(view?: string): Promise<FileTree>;
}

/** An image of a known kind; undefined for anything else. Never throws because of what its bytes are. */
export async function recogniseImage(image: Source): Promise<OpenedImage | undefined> {
  const answers = await recogniseAll(image);
  const [best] = answers;
  if (!best) return undefined;
  const { format } = best;
  const open = () =>
    format.sharesImage
      ? openShared(
          image,
          answers.filter((answer) => answer.format.sharesImage),
        )
      : format.open(image);
  return {
    kind: format.kind,
    open,
    tree: async (view) => {
      const opened = await open();
      if (view !== undefined && !opened.views.includes(view)) throw noView(view, opened.views);
      return opened.tree(view);
    },
  };
}

/** As {@link recogniseImage}. Throws {@link UnknownImageError} `image.unknown` for anything else. */
export async function openImage(image: Source): Promise<OpenedImage> {
  const found = await recogniseImage(image);
  if (found) return found;
  const other = await otherKind(image);
  const message = `This is ${other === undefined ? '' : `${other}, `}not an image of a known kind.`;
  throw new UnknownImageError('image.unknown', message, {
    hint: `Known are ${FORMAT_TITLES}.`,
  });
}
