// SOURCE as an image or an archive of another kind than tar, or as a directory inside one: `live.iso/LiveOS/squashfs.img/etc`.
// A separate module: the readers of all formats take longer to load than a small image takes to write.

import { type ByteString, displayText } from '../bytes/index.js';
import { InvalidInputError, UnknownImageError, UnsupportedError } from '../errors.js';
import { followAddress, type ImageAddress, type PlaceInside, parseAddress } from '../image/index.js';
import { hostKind, openImageFile, Spool } from '../io/index.js';
import { FileTree, select } from '../tree/index.js';

/** Every ext file system has one. It belongs to the file system, not to the tree in it. */
const LOST_FOUND = 'lost+found';

/** Code of the error for what cannot be a source. */
const NO_SOURCE = 'cli.source-kind';

/** A source that has been read; its contents can be read until it is closed. */
export interface OpenedSource {
  readonly tree: FileTree;
  close(): Promise<void>;
}

/** How images are opened. */
export interface ImageSourceOptions {
  /** Where an unnamed file for data that has to be unpacked is made. */
  readonly spoolDirectory: ByteString;
  readonly note: (text: string) => void;
}

/**
 * The tree of the directory, or of the image, that an address leads to. Throws {@link InvalidInputError} for a place that is not
 * there, {@link UnsupportedError} for one that is neither.
 */
export async function openImageSource(
  { file, steps }: ImageAddress,
  { spoolDirectory, note }: ImageSourceOptions,
): Promise<OpenedSource> {
  const image = await openImageFile(file);
  const spool = new Spool(spoolDirectory);
  const close = async () => {
    await spool.close();
    await image.close();
  };
  try {
    const follow = (way: ImageAddress['steps']) => followAddress(image, way, { name: file, spool, enter: true, note });
    const place = await follow(steps);
    const payload = debianPayload(place);
    return { tree: treeAt(payload === undefined ? place : await follow([...steps, { path: payload }])), close };
  } catch (error) {
    await close();
    // Exit code 5 is for commands that look at an image; here it is a source that cannot be used.
    if (!(error instanceof UnknownImageError)) throw error;
    throw new UnsupportedError(NO_SOURCE, error.message, { ...error.place, cause: error });
  }
}

/** The address that a path leads to through a file; undefined if it leads through none. */
export function sourceAddress(path: ByteString): ImageAddress | undefined {
  const address = parseAddress(path, hostKind);
  return hostKind(address.file) === undefined ? undefined : address;
}

/** As {@link openImageSource}, for a file that may be an image; undefined if it is not. */
export async function openPossibleImage(
  file: ByteString,
  options: ImageSourceOptions,
): Promise<OpenedSource | undefined> {
  try {
    return await openImageSource({ file, steps: [] }, options);
  } catch (error) {
    if (error instanceof UnsupportedError && error.code === NO_SOURCE) return undefined;
    throw error;
  }
}

/** Path of the files that a Debian package installs (deb(5)); undefined for anything else. */
function debianPayload({ tree, path, form }: PlaceInside): ByteString | undefined {
  if (form !== 'ar' || path !== '' || !tree.get('debian-binary')) return undefined;
  const name = [...tree.root.entries.keys()].find((one) => /^data\.tar(?:\.\w+)?$/.test(one));
  return name && (`/${name}` as ByteString);
}

function treeAt({ node, path, form }: PlaceInside): FileTree {
  if (node.kind === 'directory') {
    const tree = new FileTree(node);
    return form === 'ext4' && path === '' ? withoutLostFound(tree) : tree;
  }
  const shown = `/${displayText(path)}`;
  if (node.kind !== 'file') {
    throw new InvalidInputError(NO_SOURCE, `${shown} in the image is not a directory.`, { path: shown });
  }
  throw new UnsupportedError(NO_SOURCE, `${shown} in the image is neither a directory nor an image.`, {
    path: shown,
  });
}

function withoutLostFound(tree: FileTree): FileTree {
  const found = tree.get(LOST_FOUND);
  const isEmpty = found?.kind === 'directory' && found.entries.size === 0;
  return isEmpty ? select(tree, (path) => path !== LOST_FOUND) : tree;
}
