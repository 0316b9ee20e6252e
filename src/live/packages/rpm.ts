// The database of RPM. Today it is an SQLite file of package headers; older kinds are read by the rpm of this
// machine, if there is one.

import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../../bytes/index.js';
import { ToolError } from '../../errors.js';
import { type RpmHeader, readRpmHeader } from '../../format/rpm/index.js';
import { collect, type Run } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';
import { runTool } from '../tools/run-tool.js';
import type { InstalledPackage, OpeningRequest, PackageDatabase } from './package.js';
import { verifyRpm } from './rpm-verify.js';
import { mergedDatabase } from './sqlite-file.js';

const PLACES = ['usr/lib/sysimage/rpm', 'var/lib/rpm'];
/** Files of the older kinds: ndb, and Berkeley DB. */
const OLDER = ['Packages.db', 'Packages'];
const LARGEST = 1024 * 1024 * 1024;

/** Undefined if the tree has none. */
export async function openRpm(request: OpeningRequest, run: Run): Promise<PackageDatabase | undefined> {
  const { root } = request;
  const place = PLACES.find((path) => follow(root, `${path}/rpmdb.sqlite`)?.kind === 'file');
  if (place === undefined) return openOlder(request);
  const headers = await readHeaders(request, place, run);
  return {
    kind: 'rpm',
    packages: async () => headers.map(packageOf),
    verify: (running) => verifyRpm(root, headers, running),
    changes: async () => headers.map(changesOf).join(''),
  };
}

/** All headers, in the order of their installation. */
async function readHeaders({ root, workDirectory }: OpeningRequest, place: string, run: Run): Promise<RpmHeader[]> {
  const database = await bytesAt(root, `${place}/rpmdb.sqlite`, run);
  const log = await bytesAt(root, `${place}/rpmdb.sqlite-wal`, run);
  // SQLite opens files by name, and would leave lock files in the tree.
  const path = join(workDirectory, 'rpmdb.sqlite');
  await writeFile(path, mergedDatabase(database, log));
  const { default: sqlite } = await import('node-sqlite3-wasm');
  const opened = new sqlite.Database(path, { fileMustExist: true, readOnly: true });
  try {
    const rows = opened.all('SELECT blob FROM Packages ORDER BY hnum');
    return rows.map(({ blob }) => readRpmHeader(blob as Uint8Array));
  } finally {
    opened.close();
    await unlink(path);
  }
}

async function bytesAt(root: FileTree, path: string, run: Run): Promise<Uint8Array> {
  const node = follow(root, path);
  return node?.kind === 'file' ? collect(node.content, run, LARGEST) : new Uint8Array(0);
}

function packageOf(header: RpmHeader): InstalledPackage {
  const [epoch] = header.numbers('epoch');
  const text = (tag: 'release' | 'architecture' | 'disturl' | 'license') => header.texts(tag)[0];
  return defined({
    name: header.texts('name')[0] ?? '',
    version: header.texts('version')[0] ?? '',
    epoch: epoch === undefined ? undefined : String(epoch),
    release: text('release'),
    architecture: text('architecture'),
    disturl: text('disturl'),
    license: text('license'),
  });
}

/** As `rpm -qa --qf '%{NAME}|\n' --changelog` prints them. */
function changesOf(header: RpmHeader): string {
  const names = header.texts('changeNames');
  const texts = header.texts('changeTexts');
  const entries = header.numbers('changeTimes').map((seconds, i) => {
    const [week, month, day, year] = dayWords(seconds);
    return `* ${week} ${month} ${day} ${year} ${names[i] ?? ''}\n${texts[i] ?? ''}\n\n`;
  });
  return `${header.texts('name')[0]}|\n${entries.join('')}`;
}

/** `Mon Jan 01 2024`, in UTC. */
function dayWords(seconds: number): string[] {
  const [week = '', day = '', month = '', year = ''] = new Date(seconds * 1000).toUTCString().split(/,? /);
  return [week, month, day, year];
}

const LIST_FORMAT = ['NAME', 'EPOCH', 'VERSION', 'RELEASE', 'ARCH', 'DISTURL', 'LICENSE'];

/** An older kind: only the list, by this machine's rpm. */
function openOlder({ root, rootDirectory, note }: OpeningRequest): PackageDatabase | undefined {
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
