// A package database opened as a build opens it.
import { fromText } from '../../src/bytes/index.js';
import { quietRun } from '../../src/io/index.js';
import { openPackageDatabase, type PackageDatabase } from '../../src/live/packages/index.js';
import { scanDirectory } from '../../src/source/index.js';

/** The database of the tree at `root`; fails if there is none. Notes go to `notes`. */
export async function openPackages(root: string, notes: string[] = []): Promise<PackageDatabase> {
  const request = {
    root: await scanDirectory(fromText(root), { run: quietRun() }),
    rootDirectory: root,
    packageManager: undefined,
    note: (text: string) => notes.push(text),
  };
  const database = await openPackageDatabase(request, quietRun());
  if (!database) throw new Error(`${root} has no package database`);
  return database;
}
