// isopress/image: images of any known kind, and images inside images.

import { type PathLike, pathBytes } from '../bytes/index.js';
import * as extract from '../extract/index.js';
import * as image from '../image/index.js';
import * as io from '../io/index.js';
import type { FileTree } from '../tree/index.js';

export type { ExtractFailure, ExtractOptions, ExtractReport } from '../extract/index.js';
export {
  type AddressOptions,
  type AddressStep,
  type FileSystemFacts,
  FORMATS,
  type FoundEntry,
  followAddress,
  followToImage,
  type ImageAddress,
  type ImageFacts,
  inspectImage,
  type OpenedImage,
  type OtherFacts,
  type PlaceInside,
  recogniseImage,
} from '../image/index.js';
export type {
  Evidence,
  FormatFacts,
  ImageFormat,
  ReadableImage,
  Recognition,
  SeenDirectory,
  TreeWatcher,
} from '../tree/index.js';

/**
 * Takes an address apart: `live.iso/LiveOS/squashfs.img/etc/fstab`, `disk.img/#2/EFI`. The longest part that is the path of a file
 * of the running system is the image; `!/` and `!#2` after it say the same. Throws {@link InvalidInputError}.
 */
export function parseAddress(address: PathLike): image.ImageAddress {
  return image.parseAddress(pathBytes(address), io.hostKind);
}

/**
 * Follows a path in a tree, which may go on in an image that is a file of the tree. `links` says whether a symbolic link at the end
 * is followed. Throws as {@link followAddress}.
 */
export function followPath(
  tree: FileTree,
  path: PathLike,
  links: 'follow' | 'keep' = 'follow',
  options: image.AddressOptions = {},
): Promise<image.PlaceInside> {
  return image.followPath(tree, pathBytes(path), links, options);
}

/**
 * As {@link recogniseImage}. Throws {@link UnknownImageError} `image.unknown` for anything else; `name` is what messages call
 * the image.
 */
export function openImage(source: io.Source, name?: PathLike, spool?: io.Spool): Promise<image.OpenedImage> {
  return image.openImage(source, name === undefined ? undefined : pathBytes(name), spool);
}

/**
 * The entry at a path, whose names may be spelled as a walk shows them (`caf\xe9`). `links` says whether symbolic links are
 * followed. Throws {@link InvalidInputError} `image.no-entry` if there is none.
 */
export function lookUp(tree: FileTree, path: PathLike, links: 'follow' | 'keep' = 'follow'): image.FoundEntry {
  return image.lookUp(tree, pathBytes(path), links);
}

/**
 * Makes the entries of a tree below a directory, with owners, modes, times and extended attributes, sparse files and hard links.
 * Nothing is made outside the directory, and no symbolic link in it is followed. A new directory gets its name at the end; a
 * failure leaves nothing of it. Throws {@link TargetError}, and errors of the tree's contents.
 */
export function extractTree(
  tree: FileTree,
  directory: PathLike,
  options: extract.ExtractOptions = {},
): Promise<extract.ExtractReport> {
  return extract.extractTree(tree, pathBytes(directory), options);
}
