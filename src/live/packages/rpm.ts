// The database of RPM: today it is an SQLite file of package headers.

import { type ByteString, defined, fromText } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { type RpmHeader, readRpmHeader } from '../../format/rpm/index.js';
import { collect, type Run } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';
import type { InstalledPackage, OpeningRequest, PackageDatabase } from './package.js';
import { openOlder, PLACES } from './rpm-older.js';
import { verifyRpm } from './rpm-verify.js';
import { mergedDatabase } from './sqlite-file.js';
import { tableRows } from './sqlite-table.js';

/** Column of the table of packages, after its number. */
const HEADER = 1;
const LARGEST = 1024 * 1024 * 1024;

/** Undefined if the tree has none. */
export async function openRpm(request: OpeningRequest, run: Run): Promise<PackageDatabase | undefined> {
  const { root, known } = request;
  const place = PLACES.find((path) => follow(root, `${path}/rpmdb.sqlite`)?.kind === 'file');
  if (place === undefined) return openOlder(request);
  const headers = await readHeaders(root, place, run);
  return {
    kind: 'rpm',
    packages: async () => headers.map(packageOf),
    files: async () => headers.map(pathsOf),
    verify: (running) => verifyRpm({ root, known }, headers, running),
    changes: async () => headers.map(changesOf).join(''),
  };
}

/** All headers, in the order of their installation. */
async function readHeaders(root: FileTree, place: string, run: Run): Promise<RpmHeader[]> {
  const database = await bytesAt(root, `${place}/rpmdb.sqlite`, run);
  const log = await bytesAt(root, `${place}/rpmdb.sqlite-wal`, run);
  return Array.from(tableRows(mergedDatabase(database, log), 'Packages'), (row) => {
    const header = row[HEADER];
    if (header instanceof Uint8Array) return readRpmHeader(header);
    throw new InvalidImageError('live.rpm-database', 'The RPM database has a package without a header.');
  });
}

async function bytesAt(root: FileTree, path: string, run: Run): Promise<Uint8Array> {
  const node = follow(root, path);
  return node?.kind === 'file' ? collect(node.content, run, LARGEST) : new Uint8Array(0);
}

function pathsOf(header: RpmHeader): ByteString[] {
  const directories = header.texts('directoryNames');
  const directoryOf = header.numbers('directoryIndexes');
  return header.texts('baseNames').map((name, i) => fromText(`${directories[directoryOf[i] ?? 0] ?? ''}${name}`));
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
