// What lies inside of an image that lies inside of an image: `live.iso!/LiveOS/squashfs.img!/LiveOS/rootfs.img!/etc/os-release`.
// `!#2` is the second partition.

import { type ByteString, displayText } from '../bytes/index.js';
import { readPartitions } from '../disc/index.js';
import { InvalidInputError } from '../errors.js';
import { isSource, type Source } from '../io/index.js';
import { type FileTree, follow, type Node } from '../tree/index.js';
import { openImage, recogniseImage } from './open-image.js';

/** What follows the name of the image file: partitions and paths. */
export type AddressStep = { readonly partition: number } | { readonly path: ByteString };

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

/**
 * Follows an address into an image, through symbolic links as a system in it would. Throws {@link InvalidInputError} where a
 * step leads nowhere, {@link InvalidImageError} for images that are damaged or none.
 */
export async function followAddress(image: Source, steps: readonly AddressStep[]): Promise<PlaceInside> {
  let source = image;
  for (let turn = 0; turn < steps.length; turn++) {
    const step = steps[turn]!;
    if ('partition' in step) {
      source = await partitionOf(source, step.partition);
      continue;
    }
    const tree = await (await openImage(source)).tree();
    const node = follow(tree, step.path);
    if (!node) throw noEntry(step.path);
    if (turn === steps.length - 1) return { tree, path: step.path.replace(/^\/+|\/+$/g, '') as ByteString, node };
    if (node.kind !== 'file' || !isSource(node.content)) {
      const shown = displayText(step.path);
      throw new InvalidInputError('image.no-layer', `${shown} cannot be an image: it is no regular file.`, {
        path: shown,
      });
    }
    source = node.content;
  }
  const tree = await (await openImage(source)).tree();
  return { tree, path: '' as ByteString, node: tree.root };
}

/** What is thrown where a path leads nowhere. */
export function noEntry(path: ByteString): InvalidInputError {
  const shown = displayText(path);
  return new InvalidInputError('image.no-entry', `There is no ${shown} in the image.`, { path: shown });
}

/** Where a file is an image itself, the root of what is in it; else the same place. */
export async function enterImage(found: PlaceInside): Promise<PlaceInside> {
  const { node } = found;
  const image = node.kind === 'file' && isSource(node.content) ? await recogniseImage(node.content) : undefined;
  if (!image) return found;
  const tree = await image.tree();
  return { tree, path: '' as ByteString, node: tree.root };
}

async function partitionOf(image: Source, number: number): Promise<Source> {
  // A GPT comes behind the MBR that protects it, and says more.
  const found = (await readPartitions(image)).findLast((partition) => partition.number === number);
  if (!found) throw new InvalidInputError('image.no-partition', `There is no partition ${number} in the image.`);
  return image.slice({ at: found.at, length: Math.min(found.size, image.size - found.at) });
}
