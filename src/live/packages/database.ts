// The package database of a root tree, of any kind.

import type { Run } from '../../io/index.js';
import { openDpkg } from './dpkg.js';
import type { DatabaseKind, OpeningRequest, PackageDatabase } from './package.js';
import { openPacman } from './pacman.js';
import { openRpm } from './rpm.js';

const openers = { dpkg: openDpkg, rpm: openRpm, pacman: openPacman };

const MANAGERS: Readonly<Record<string, DatabaseKind>> = {
  apt: 'dpkg',
  'apt-get': 'dpkg',
  pacman: 'pacman',
};

/** The database of the description's package manager, otherwise the first that exists; undefined if there is none. */
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
