// The files of a package with their digests, as they are in the tree.

import { type ByteString, compareBytes, displayText, hexOf } from '../../bytes/index.js';
import { createDigest, type ExactContent, isHole, type KnownDigests, type Run, zerosOf } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { entryAt } from '../packages/index.js';

/** A regular file. Digests are hexadecimal. */
export interface ComponentFile {
  /** With a slash at the start. */
  readonly path: string;
  /** SPDX 2.3 demands it of every file. */
  readonly sha1: string;
  readonly sha256: string;
}

/** Where files of packages are read. */
export interface FileRequest {
  readonly root: FileTree;
  /** Digests of files that need not be read. */
  readonly known?: KnownDigests | undefined;
}

/** The regular files among the paths of a package, by their names. Those that the tree does not have are left out. */
export async function filesAt(
  { root, known }: FileRequest,
  paths: readonly ByteString[],
  run: Run,
): Promise<readonly ComponentFile[]> {
  const files: ComponentFile[] = [];
  for (const path of [...new Set(paths)].sort(compareBytes)) {
    const node = entryAt(root, path);
    if (typeof node === 'string' || node.kind !== 'file') continue;
    files.push({ path: displayText(path), ...(await digestsOf(node.content, known, run)) });
  }
  return files;
}

const NAMES = ['sha1', 'sha256'] as const;

async function digestsOf(content: ExactContent, known: KnownDigests | undefined, run: Run) {
  const [sha1, sha256] = NAMES.map((name) => known?.find(content, name));
  if (sha1 && sha256) return { sha1: hexOf(sha1), sha256: hexOf(sha256) };
  const digests = NAMES.map((name) => createDigest(name));
  const update = (bytes: Uint8Array) => {
    for (const digest of digests) digest.update(bytes);
  };
  for await (const piece of content.pieces(run)) {
    if (!isHole(piece)) update(piece);
    else for await (const bytes of zerosOf(piece.hole, run)) update(bytes);
    run.signal?.throwIfAborted();
  }
  for (const [index, name] of NAMES.entries()) known?.learn(content, name, digests[index]!.snapshot());
  const [made1 = '', made256 = ''] = digests.map((digest) => digest.hex());
  return { sha1: made1, sha256: made256 };
}
