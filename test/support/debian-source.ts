// Source packages of Debian, for the test images that other projects keep in them: fetched once per machine.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oncePerMachine } from './once.js';
import { judge } from './oracle.js';

const SOURCES = '/etc/apt/sources.list.d/debian.sources';
const LINES = '/etc/apt/sources.list';

/**
 * The directory with the unpacked upstream source of a package; undefined without apt, without lists of sources, or without
 * a network.
 */
export async function debianSource(name: string): Promise<string | undefined> {
  try {
    return await oncePerMachine(`source-${name}`, (into) => fetchSource(name, into));
  } catch (error) {
    if (error instanceof NoSource) return undefined;
    throw error;
  }
}

class NoSource extends Error {}

function fetchSource(name: string, into: string): void {
  const work = mkdtempSync(join(tmpdir(), 'isopress-source-'));
  try {
    const options = [
      ...['Dir::Etc::sourcelist', sourceList(work), 'Dir::Etc::sourceparts', '/nonexistent'],
      ...['Dir::State::lists', directory(work, 'lists'), 'Dir::Cache', directory(work, 'cache')],
      ...['APT::Sandbox::User', 'root', 'Acquire::Retries', '2', 'Acquire::http::Timeout', '20'],
    ];
    const pairs = options.flatMap((key, i) => (i % 2 === 0 ? ['-o', `${key}=${options[i + 1]}`] : []));
    const files = directory(work, 'files');
    for (const step of [['update'], ['source', '--download-only', name]]) {
      if (judge('apt-get', [...pairs, '-qq', ...step], { cwd: files }).status !== 0) throw new NoSource();
    }
    const archive = readdirSync(files).find((file) => /\.orig\.tar\.\w+$/.test(file));
    if (!archive) throw new NoSource();
    judge('tar', ['-xf', join(files, archive), '-C', into, '--strip-components=1', '--no-same-owner']);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** This machine's list of packages, as one of their sources. */
function sourceList(work: string): string {
  if (existsSync(SOURCES)) {
    const path = join(work, 'source.sources');
    writeFileSync(path, readFileSync(SOURCES, 'utf8').replace(/^Types:.*$/gm, 'Types: deb-src'));
    return path;
  }
  if (!existsSync(LINES)) throw new NoSource();
  const path = join(work, 'source.list');
  writeFileSync(path, readFileSync(LINES, 'utf8').replace(/^deb /gm, 'deb-src '));
  return path;
}

function directory(work: string, name: string): string {
  const path = join(work, name);
  mkdirSync(join(path, 'partial'), { recursive: true });
  mkdirSync(join(path, 'archives/partial'), { recursive: true });
  return path;
}
