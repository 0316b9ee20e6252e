// Files of a disc while it is edited, with their new content if they have one.

import { type ByteString, byteStringOf } from '../../bytes/index.js';
import type { MenuKind } from '../../disc/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import { collect, EMPTY, type ExactContent, type Run } from '../../io/index.js';
import { splitPath } from '../../tree/index.js';
import { type EditedTrees, isFile } from '../change/edited-trees.js';
import type { Entry } from '../kept/entries.js';
import type { KeptDisc } from '../kept/read-disc.js';

/** A file with its path. */
export interface DiscFile {
  readonly path: ByteString;
  readonly size: number;
  readonly entry: Entry;
}

/** A menu, in the tree of the disc or in an image. */
export interface MenuText {
  readonly path: ByteString;
  /** The image that it is in; absent in the tree of the disc. */
  readonly volume?: { readonly name: string };
  readonly kind: MenuKind;
  readonly text: string;
}

/** The path of a menu as reports show it. */
export function menuPath({ path, volume }: MenuText): ByteString {
  return (volume ? `${volume.name}#/${path}` : path) as ByteString;
}

/** All files except those that zisofs stores compressed. */
export function* filesOf(trees: EditedTrees): Generator<DiscFile> {
  for (const { path, entry } of trees.walk()) {
    const isCompressed = entry.records !== undefined && entry.facts.zisofs !== undefined;
    if (isFile(entry) && !isCompressed) yield { path, size: entry.data?.size ?? 0, entry };
  }
}

/** The content of an entry, after the changes so far. */
export function contentOf({ image }: KeptDisc, { data }: Entry): ExactContent {
  if (!data) return EMPTY;
  return data.content ?? image.slice({ at: data.old! * BLOCK, length: data.size });
}

/** A small file as text, each byte one character. */
export async function textOf(disc: KeptDisc, { entry }: DiscFile, run: Run): Promise<ByteString> {
  return byteStringOf(await collect(contentOf(disc, entry), run));
}

/** The path in the tree of a path in a file of the disc, such as a menu: it is absolute, or relative to the directory of the file. */
export function resolvedPath(file: ByteString, path: string): ByteString {
  const names: string[] = path.startsWith('/') ? [] : splitPath(file).slice(0, -1);
  for (const name of splitPath(path)) {
    if (name === '..') names.pop();
    else names.push(name);
  }
  return names.join('/') as ByteString;
}
