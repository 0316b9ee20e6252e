// The files of dpkg's packages: a list for each package, and diversions, which give files of some packages other names.

import type { ByteString } from '../../bytes/index.js';
import type { Run } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { type DpkgPackage, infoPath } from './dpkg-status.js';
import { linesAt, textAt } from './entry.js';

/** The name of a file of a package by the name in its list. */
export type Diversions = ReadonlyMap<string, (owner: string) => string>;

/** Paths of each package, as they are in the tree. */
export async function dpkgFiles(
  root: FileTree,
  packages: readonly DpkgPackage[],
  run: Run,
): Promise<readonly (readonly ByteString[])[]> {
  const diversions = await readDiversions(root, run);
  const all: ByteString[][] = [];
  for (const each of packages) {
    const listed = await linesAt(root, infoPath(root, each, 'list'), run);
    all.push(listed.map((path) => (diversions.get(path)?.(each.name) ?? path) as ByteString));
  }
  return all;
}

/** Lines in threes: the diverted name, its new name, the package that keeps the old name (`:` for none). */
export async function readDiversions(root: FileTree, run: Run): Promise<Diversions> {
  const lines = ((await textAt(root, '/var/lib/dpkg/diversions', run)) ?? '').split('\n');
  const diversions = new Map<string, (owner: string) => string>();
  for (let i = 0; i + 2 < lines.length; i += 3) {
    const [from, to, by] = [lines[i]!, lines[i + 1]!, lines[i + 2]!];
    diversions.set(from, (owner) => (owner === by ? from : to));
  }
  return diversions;
}
