// The entry at a path of the root tree, as lstat(2) in a program inside it would report.

import { type ByteString, byteStringOf, lossyText, withoutEnd } from '../../bytes/index.js';
import {
  collect,
  createDigest,
  type DigestName,
  type ExactContent,
  isHole,
  type Run,
  zerosOf,
} from '../../io/index.js';
import { type FileTree, follow, type Node } from '../../tree/index.js';

export type Missing = 'ENOENT' | 'ENOTDIR';

/** The entry itself; symbolic links in its parents are followed. */
export function entryAt(root: FileTree, path: ByteString | string): Node | Missing {
  const trimmed = withoutEnd(path, '/');
  const slash = trimmed.lastIndexOf('/');
  const parent = follow(root, trimmed.slice(0, slash + 1));
  const name = trimmed.slice(slash + 1);
  if (name === '' || name === '.') return parent ?? 'ENOENT';
  if (parent === undefined) return leadsThroughFile(root, trimmed.slice(0, slash)) ? 'ENOTDIR' : 'ENOENT';
  if (parent.kind !== 'directory') return 'ENOTDIR';
  return parent.entries.get(name as ByteString) ?? 'ENOENT';
}

function leadsThroughFile(root: FileTree, path: string): boolean {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const node = follow(root, path.slice(0, end));
    if (node) return node.kind !== 'directory';
  }
  return false;
}

/** The lines of a file that are not empty; none if it does not exist. */
export async function linesAt(root: FileTree, path: string, run: Run): Promise<ByteString[]> {
  const node = follow(root, path);
  if (node?.kind !== 'file') return [];
  const text = byteStringOf(await collect(node.content, run));
  return text.split('\n').filter((line) => line !== '') as ByteString[];
}

/** A whole text file, undefined if there is none; bytes that are not UTF-8 are replaced. */
export async function textAt(root: FileTree, path: string, run: Run): Promise<string | undefined> {
  const node = follow(root, path);
  if (node?.kind !== 'file') return undefined;
  return lossyText(byteStringOf(await collect(node.content, run)));
}

/** The digest of a content. */
export async function digestContent(name: DigestName, content: ExactContent, run: Run): Promise<Uint8Array> {
  const digest = createDigest(name);
  for await (const piece of content.pieces(run)) {
    if (!isHole(piece)) digest.update(piece);
    else for await (const bytes of zerosOf(piece.hole, run)) digest.update(bytes);
    run.signal?.throwIfAborted();
  }
  return digest.snapshot();
}
