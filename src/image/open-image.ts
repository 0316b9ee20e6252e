// An image of any known kind as a tree.

import { type ByteString, defined, displayText } from '../bytes/index.js';
import { readPartitions } from '../disc/index.js';
import { UnknownImageError } from '../errors.js';
import type { Source, Spool } from '../io/index.js';
import { type FileTree, otherKind, type ReadableImage } from '../tree/index.js';
import { contained, FORM_TITLES, type Restatement } from './containers.js';
import { FORMAT_TITLES, recogniseAll } from './formats.js';
import { partitionNumbers } from './partition-image.js';
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

/**
 * An image of a known kind, also one that is compressed, a virtual machine's disk or an Android sparse image; undefined for anything else.
 * Never throws because of the bytes of an image that is in none of these forms.
 */
export async function recogniseImage(file: Source, spool?: Spool): Promise<OpenedImage | undefined> {
  const { image, restate } = await contained(file, spool);
  const answers = await recogniseAll(image);
  const [best] = answers;
  if (!best) return undefined;
  const { format } = best;
  const open = async () => {
    const shared = answers.filter((answer) => answer.format.sharesImage);
    const opened = await (format.sharesImage ? openShared(image, shared) : format.open(image, spool));
    return restate ? restated(opened, restate) : opened;
  };
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

/** An image whose files get metadata from the form around it. */
function restated(image: ReadableImage, restate: Restatement): ReadableImage {
  const notes: string[] = [];
  return {
    views: image.views,
    get notes() {
      return [...image.notes, ...notes];
    },
    tree: async (view) => restate(await image.tree(view), (text) => notes.push(text)),
  };
}

/**
 * As {@link recogniseImage}. Throws {@link UnknownImageError} `image.unknown` for anything else; `name` is what messages call
 * the image.
 */
export async function openImage(file: Source, name?: ByteString, spool?: Spool): Promise<OpenedImage> {
  const found = await recogniseImage(file, spool);
  if (found) return found;
  const { image, forms } = await contained(file, spool);
  const other = (await otherKind(image)) ?? forms.at(-1);
  const shown = name === undefined ? undefined : displayText(name);
  const numbers = other === undefined ? partitionNumbers(await readPartitions(image)) : [];
  if (numbers.length > 0) {
    throw new UnknownImageError('image.unknown', `${shown ?? 'This'} is a disk with partitions, not a file system.`, {
      ...defined({ path: shown }),
      hint: `It has ${numbers.join(', ')}. Name one after the image: disk.img/#${numbers[0]}.`,
    });
  }
  const message = `${shown ?? 'This'} is ${other === undefined ? '' : `${other}, `}not an image of a known kind.`;
  throw new UnknownImageError('image.unknown', message, {
    ...defined({ path: shown }),
    hint: `Known are ${FORMAT_TITLES}; also inside ${FORM_TITLES}, and compressed.`,
  });
}
