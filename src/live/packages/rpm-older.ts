// Older kinds of RPM databases, ndb and Berkeley DB: read by the rpm of this machine, if there is one.

import { join } from 'node:path';
import { defined } from '../../bytes/index.js';
import { ToolError } from '../../errors.js';
import { follow } from '../../tree/index.js';
import { runTool } from '../tools/run-tool.js';
import type { InstalledPackage, OpeningRequest, PackageDatabase } from './package.js';

/** Directories that a database may be in. */
export const PLACES = ['usr/lib/sysimage/rpm', 'var/lib/rpm'];
/** Files of the older kinds: ndb, and Berkeley DB. */
const OLDER = ['Packages.db', 'Packages'];
const LIST_FORMAT = ['NAME', 'EPOCH', 'VERSION', 'RELEASE', 'ARCH', 'DISTURL', 'LICENSE'];

/** An older kind: only the list, by this machine's rpm. */
export function openOlder({ root, rootDirectory, note }: OpeningRequest): PackageDatabase | undefined {
  const found = PLACES.flatMap((place) => OLDER.map((name) => `${place}/${name}`)).find(
    (path) => follow(root, path)?.kind === 'file',
  );
  if (found === undefined) return undefined;
  if (rootDirectory === undefined) {
    note(`There is no list of packages: /${found} is not an SQLite database, and the root tree is not a directory.`);
    return undefined;
  }
  const place = found.slice(0, found.lastIndexOf('/'));
  const format = `${LIST_FORMAT.map((tag) => `%{${tag}}`).join('|')}\n`;
  const args = ['--dbpath', join(rootDirectory, place), '-qa', '--qf', format];
  const hint = 'Install rpm here, or convert the database in the root tree with rpmdb --rebuilddb.';
  return {
    kind: 'rpm',
    packages: async (run) => {
      const lines: string[] = [];
      try {
        await runTool({ program: 'rpm', args, hint, epoch: 0, onLine: (line) => lines.push(line) }, run);
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        note(`There is no list of packages: /${found} is not an SQLite database, and ${error.message} ${hint}`);
        return [];
      }
      note(
        `/${found} is not an SQLite database: the rpm of this machine listed its packages, and nothing was verified.`,
      );
      return lines.filter((line) => line.split('|').length === LIST_FORMAT.length).map(packageOfLine);
    },
  };
}

function packageOfLine(line: string): InstalledPackage {
  const known = line.split('|').map((field) => (field === '(none)' ? undefined : field));
  const [name = '', epoch, version = '', release, architecture, disturl, license] = known;
  return defined({ name, epoch, version, release, architecture, disturl, license });
}
