// Images inside images: `live.iso!/LiveOS/squashfs.img!/LiveOS/rootfs.img!/etc/os-release`.
// `!#2` is the second partition.

import { type ByteString, displayText } from '../bytes/index.js';
import { readPartitions } from '../disc/index.js';
import { InvalidInputError } from '../errors.js';
import { isSource, type Source } from '../io/index.js';
import type { FileTree, Node } from '../tree/index.js';
import { lookUp } from './lookup.js';
import { type OpenedImage, openImage, recogniseImage } from './open-image.js';
import { noView } from './views.js';

/** The part after the name of the image file: partitions and paths. */
export type AddressStep = { readonly partition: number } | { readonly path: ByteString };

/** An image file, and the way to something in it. */
export interface ImageAddress {
  /** The image file. */
  readonly file: ByteString;
  readonly steps: readonly AddressStep[];
}

/** Takes an address apart. A `!` that neither `/` nor `#` and a number follow belongs to a name. */
export function parseAddress(text: ByteString): ImageAddress {
  const [file, ...rest] = text.split(/!(?=\/|#\d+(?:!|$))/) as [ByteString, ...ByteString[]];
  if (file === '')
    throw new InvalidInputError('image.bad-address', 'An address begins with the name of an image file.');
  const steps = rest.map(
    (part): AddressStep => (part.startsWith('#') ? { partition: Number(part.slice(1)) } : { path: part }),
  );
  return { file, steps };
}

/** The last place of an address: a tree, and what was asked for in it. */
export interface PlaceInside {
  readonly tree: FileTree;
  /** Without leading slash; empty for the root. */
  readonly path: ByteString;
  readonly node: Node;
}

/** How images on the way are opened. */
export interface AddressOptions {
  /** Of the first image on the way that has several: `rock-ridge`, `joliet`, `iso`, `udf`. By default the best-founded one. */
  readonly view?: string | undefined;
  /** Receives remarks about the images. */
  readonly note?: ((text: string) => void) | undefined;
}

/**
 * Follows an address into an image, through symbolic links as a system in it would. Throws {@link InvalidInputError} for a
 * step that leads nowhere, {@link InvalidImageError} for bytes that are not an image, or a damaged one.
 */
export async function followAddress(
  image: Source,
  steps: readonly AddressStep[],
  options: AddressOptions = {},
): Promise<PlaceInside> {
  const trees = new TreeOpener(options);
  let source = image;
  for (const [index, step] of steps.entries()) {
    if ('partition' in step) {
      source = await partitionOf(source, step.partition);
      continue;
    }
    const tree = await trees.of(await openImage(source));
    const { path, node } = lookUp(tree, step.path, 'follow');
    if (index === steps.length - 1) return trees.done({ tree, path, node });
    source = layerAt(step.path, node);
  }
  const tree = await trees.of(await openImage(source));
  return trees.done({ tree, path: '' as ByteString, node: tree.root });
}

/** The last image of an address, all of whose steps have to lead to images: `live.iso!/LiveOS/squashfs.img`, `disk.img!#1`. */
export async function followToImage(image: Source, steps: readonly AddressStep[]): Promise<Source> {
  const trees = new TreeOpener({});
  let source = image;
  for (const step of steps) {
    if ('partition' in step) source = await partitionOf(source, step.partition);
    else source = layerAt(step.path, lookUp(await trees.of(await openImage(source)), step.path, 'follow').node);
  }
  return source;
}

/** Opens the images on a way, of which one at most is asked for a view. */
class TreeOpener {
  readonly #note: (text: string) => void;
  #view: string | undefined;

  constructor({ view, note = () => {} }: AddressOptions) {
    this.#view = view;
    this.#note = note;
  }

  async of(image: OpenedImage): Promise<FileTree> {
    const opened = await image.open();
    const asked = opened.views.length > 0 ? this.#view : undefined;
    if (asked !== undefined && !opened.views.includes(asked)) throw noView(asked, opened.views);
    if (asked !== undefined) this.#view = undefined;
    const tree = await opened.tree(asked);
    for (const note of opened.notes) this.#note(note);
    return tree;
  }

  /** Throws {@link InvalidInputError} if a view was asked for, and no image has several. */
  done(place: PlaceInside): PlaceInside {
    if (this.#view !== undefined) throw noView(this.#view, []);
    return place;
  }
}

/** An image inside an image. */
function layerAt(path: ByteString, node: Node): Source {
  if (node.kind === 'file' && isSource(node.content)) return node.content;
  const shown = displayText(path);
  throw new InvalidInputError('image.no-layer', `${shown} cannot be an image: it is not a regular file.`, {
    path: shown,
  });
}

/** If a file is an image itself, the root of what is in it; else the same place. */
export async function enterImage(found: PlaceInside): Promise<PlaceInside> {
  const { node } = found;
  const image = node.kind === 'file' && isSource(node.content) ? await recogniseImage(node.content) : undefined;
  if (!image) return found;
  const tree = await image.tree();
  return { tree, path: '' as ByteString, node: tree.root };
}

async function partitionOf(image: Source, number: number): Promise<Source> {
  // A GPT is listed after the MBR that protects it, and says more.
  const found = (await readPartitions(image)).findLast((partition) => partition.number === number);
  if (!found) throw new InvalidInputError('image.no-partition', `There is no partition ${number} in the image.`);
  return image.slice({ at: found.at, length: Math.min(found.size, image.size - found.at) });
}
