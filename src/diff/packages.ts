// Which installed packages differ, by the package databases of two root trees.

import type { Run } from '../io/index.js';
import type { FileTree } from '../tree/index.js';

/** A package that is in one tree only, or in both with different versions. */
export interface PackageDifference {
  readonly name: string;
  readonly architecture?: string;
  /** Versions; absent where the package is not installed. Several versions of one package are separated by commas. */
  readonly a?: string;
  readonly b?: string;
}

/** The differences by name; undefined unless both trees have a database. */
export async function comparePackages(a: FileTree, b: FileTree, run: Run): Promise<PackageDifference[] | undefined> {
  const [first, second] = [await packagesOf(a, run), await packagesOf(b, run)];
  if (!first || !second) return undefined;
  const keys = [...new Set([...first.keys(), ...second.keys()])].sort();
  return keys.flatMap((key) => {
    const [left, right] = [first.get(key), second.get(key)];
    if (left?.versions === right?.versions) return [];
    const { name, architecture } = (left ?? right)!;
    return [
      {
        name,
        ...(architecture === undefined ? {} : { architecture }),
        ...(left ? { a: left.versions } : {}),
        ...(right ? { b: right.versions } : {}),
      },
    ];
  });
}

interface Versions {
  readonly name: string;
  readonly architecture: string | undefined;
  readonly versions: string;
}

async function packagesOf(root: FileTree, run: Run): Promise<Map<string, Versions> | undefined> {
  const request = { root, rootDirectory: undefined, packageManager: undefined, note: () => {} };
  // Loaded late: the readers of these databases are part of the live builder, which is large.
  const { openPackageDatabase, wholeVersion } = await import('../live/index.js');
  const database = await openPackageDatabase(request, run);
  if (!database) return undefined;
  const found = new Map<string, Versions>();
  for (const each of await database.packages(run)) {
    const { name, architecture } = each;
    const key = `${name}\0${architecture ?? ''}`;
    const known = found.get(key)?.versions;
    const versions = known === undefined ? wholeVersion(each) : `${known}, ${wholeVersion(each)}`;
    found.set(key, { name, architecture, versions });
  }
  return found;
}
