// Packages as a map lists them.

import { displayText, fromText } from '../bytes/index.js';
import type { Run } from '../io/index.js';
import type { InstalledPackage } from '../live/index.js';
import type { FileTree } from '../tree/index.js';
import type { MapPackage, MapPackages } from './map.js';

/** The packages of a root tree; undefined if it has no database. Throws {@link InvalidImageError} for a damaged database. */
export async function readPackages(root: FileTree, run: Run): Promise<Omit<MapPackages, 'layer'> | undefined> {
  const request = { root, rootDirectory: undefined, packageManager: undefined, note: () => {} };
  // Loaded late: the readers of these databases are part of the live builder, which is large.
  const { openPackageDatabase, wholeVersion } = await import('../live/index.js');
  const database = await openPackageDatabase(request, run);
  return database && { kind: database.kind, list: listPackages(await database.packages(run), wholeVersion) };
}

/** Names, versions and architectures, in the order of the database. `versionOf` writes epoch, version and release as one text. */
export function listPackages(
  packages: readonly InstalledPackage[],
  versionOf: (each: InstalledPackage) => string,
): MapPackage[] {
  const shown = (text: string) => displayText(fromText(text));
  return packages.map((each) => ({
    name: shown(each.name),
    version: shown(versionOf(each)),
    ...(each.architecture === undefined ? {} : { architecture: shown(each.architecture) }),
  }));
}
