// The package database of a root tree, whichever it is.

import type { Run } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { openDpkg } from './dpkg.js';
import type { DatabaseKind, InstalledPackage } from './package.js';
import { openPacman } from './pacman.js';
import { openRpm } from './rpm.js';

/** Reads the database; nothing of the tree's is run. */
export interface PackageDatabase {
  readonly kind: DatabaseKind;
  packages(run: Run): Promise<readonly InstalledPackage[]>;
  /** What of the installed files differs from what was installed, in the lines of `rpm -V`; undefined: it cannot tell. */
  verify?(run: Run): Promise<string>;
  /** The change logs of all packages. */
  changes?(run: Run): Promise<string>;
}

/** What opening a database may need. */
export interface OpeningRequest {
  readonly root: FileTree;
  /** The directory that `root` was scanned from. */
  readonly rootDirectory: string;
  /** Scratch. */
  readonly workDirectory: string;
  /** The description's package manager: decides where a tree has several databases. */
  readonly packageManager: string | undefined;
  note(text: string): void;
}

const openers = { dpkg: openDpkg, rpm: openRpm, pacman: openPacman };

const MANAGERS: Readonly<Record<string, DatabaseKind>> = {
  apt: 'dpkg',
  'apt-get': 'dpkg',
  pacman: 'pacman',
};

/** The database of the description's package manager, else the first there is; undefined where there is none. */
export async function openPackageDatabase(request: OpeningRequest, run: Run): Promise<PackageDatabase | undefined> {
  const { packageManager } = request;
  const preferred = packageManager === undefined ? undefined : (MANAGERS[packageManager] ?? 'rpm');
  const kinds = Object.keys(openers) as DatabaseKind[];
  for (const kind of kinds.sort((a, b) => Number(b === preferred) - Number(a === preferred))) {
    const database = await openers[kind](request, run);
    if (database) return database;
  }
  return undefined;
}
