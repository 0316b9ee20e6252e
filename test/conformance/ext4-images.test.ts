// The test images of e2fsprogs, most of them damaged in one way each: what debugfs reads is read alike, and what is not read is
// named. debugfs and e2fsck are the judges.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { InvalidImageError, UnsupportedError } from '../../src/errors.js';
import { openExt4 } from '../../src/format/ext4/index.js';
import { quietRun } from '../../src/io/content.js';
import { openFileSource } from '../../src/io/file.js';
import { collect } from '../../src/io/memory.js';
import { faultOfContent } from '../../src/io/unreadable.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import type { Node } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { debianSource } from '../support/debian-source.js';
import { judge, oracle, oraclesRequired } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const MEBIBYTE = 2 ** 20;
/** Trees with larger files, or more entries, are not compared: some images claim files of terabytes. */
const [MOST_BYTES, MOST_ENTRIES] = [4 * MEBIBYTE, 1000];
/** For one program: debugfs takes hours for some images. */
const MOST_SECONDS = 30;
const BLOCK = 4096;

/** Writes the image without its runs of zeros: some have gigabytes of them. */
function unpack(archive: string, image: string): void {
  rmSync(image, { force: true });
  const bytes = archive.endsWith('.gz') ? gunzipSync(readFileSync(archive)) : bunzipped(archive);
  const fd = openSync(image, 'w');
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    if (at + BLOCK >= bytes.length || block.some((byte) => byte !== 0)) writeSync(fd, block, 0, block.length, at);
  }
  closeSync(fd);
}

function bunzipped(archive: string): Uint8Array {
  const { status, stdout } = spawnSync('bzip2', ['-dc', archive], { maxBuffer: 2 ** 31 });
  expect(status, archive).toBe(0);
  return stdout;
}

interface Reading {
  /** Why the image as a whole is not read. */
  readonly refused?: string;
  /** Entries that cannot be read. */
  readonly faults: readonly string[];
  /** Facts of the others: kind, and content or target. */
  readonly entries: ReadonlyMap<string, string>;
}

async function read(image: string): Promise<Reading> {
  const source = await openFileSource(fromText(image));
  const faults: string[] = [];
  const entries = new Map<string, string>();
  try {
    const tree: FileTree = await (await openExt4(source)).tree();
    for (const { path, node } of walk(tree)) {
      const fault = node.kind === 'file' ? faultOfContent(node.content) : undefined;
      if (fault) faults.push(path);
      else if (path !== '' && entries.size < MOST_ENTRIES) entries.set(path, await shown(node));
    }
    return { faults, entries };
  } catch (error) {
    if (!(error instanceof InvalidImageError || error instanceof UnsupportedError)) throw error;
    return { refused: error.code, faults, entries };
  } finally {
    await source.close();
  }
}

async function shown(node: Node): Promise<string> {
  if (node.kind === 'symlink') return `-> ${node.target}`;
  if (node.kind !== 'file') return node.kind;
  if (node.content.size > MOST_BYTES) return `${node.content.size} bytes`;
  return Buffer.from(await collect(node.content, quietRun())).toString('latin1');
}

/** Entries as debugfs wrote them: it makes no devices, and writes the whole inline space of inline files. */
function dumped(top: string, path = ''): Map<string, string> {
  const entries = new Map<string, string>();
  for (const name of readdirSync(Buffer.from(join(top, path), 'latin1'), { encoding: 'latin1' })) {
    const below = path === '' ? name : `${path}/${name}`;
    const host = Buffer.from(join(top, below), 'latin1');
    const stat = lstatSync(host);
    if (stat.isDirectory()) {
      entries.set(below, 'directory');
      for (const entry of dumped(top, below)) entries.set(...entry);
    } else if (stat.isSymbolicLink()) entries.set(below, `-> ${readlinkSync(host, 'latin1')}`);
    else if (stat.size <= MOST_BYTES) entries.set(below, readFileSync(host, 'latin1'));
  }
  return entries;
}

/** Differences from debugfs, except for entries that we report as unreadable. */
function differences(image: string, { faults, entries }: Reading): string[] {
  const top = join(scratch, 'dumped');
  rmSync(top, { recursive: true, force: true });
  mkdirSync(top);
  judge('timeout', [`${MOST_SECONDS}`, 'debugfs', '-R', `rdump / ${top}`, image]);
  const theirs = dumped(top);
  const isNamed = (path: string) => faults.some((fault) => path === fault || path.startsWith(`${fault}/`));
  const missing = [...theirs.keys()].filter((path) => !entries.has(path) && !isNamed(path));
  const other = [...entries].filter(([path, own]) => {
    const their = theirs.get(path);
    return their !== undefined && their !== own && !(their.length === 60 && their.startsWith(own));
  });
  return [...missing.map((path) => `${path} is missing`), ...other.map(([path]) => `${path} differs`)];
}

/** Whether debugfs would take too long. */
function isTooLarge({ entries }: Reading): boolean {
  return entries.size >= MOST_ENTRIES || [...entries.values()].some((shown) => /^\d+ bytes$/.test(shown));
}

/** Whether e2fsck prints anything except the names of its passes and the summary. */
function complains(image: string): boolean {
  // One that e2fsck takes minutes for has a great many subdirectories, and damage.
  const { status, stdout, stderr } = judge('timeout', [`${MOST_SECONDS}`, 'e2fsck', '-fn', image]);
  const lines = `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !/^(Pass [1-5]:|e2fsck )/.test(line));
  return status !== 0 || lines.length !== 1;
}

/** Where we are right and debugfs is not, or what it shows is none of the tree. */
const KNOWN: Readonly<Record<string, string>> = {};

oracle('e2fsck', 'debugfs', 'bzip2')(
  'the test images of e2fsprogs are read as debugfs reads them, or refused where e2fsck complains',
  { timeout: 900_000 },
  async ({ skip }) => {
    const source = await debianSource('e2fsprogs');
    if (source === undefined && oraclesRequired) throw new Error('The source of e2fsprogs cannot be fetched.');
    if (source === undefined) return skip('the source of e2fsprogs cannot be fetched');
    const tests = join(source, 'tests');
    const archives = readdirSync(tests).flatMap((name) =>
      ['image.gz', 'image.bz2']
        .map((file) => ({ name, archive: join(tests, name, file) }))
        .filter(({ archive }) => existsSync(archive)),
    );
    expect(archives.length).toBeGreaterThan(200);
    const wrong: string[] = [];
    for (const { name, archive } of archives) {
      const image = join(scratch, 'image');
      unpack(archive, image);
      const reading = await read(image);
      const isWhole = reading.refused === undefined && reading.faults.length === 0;
      if (!isWhole && !complains(image)) wrong.push(`${name} is sound: ${reading.refused ?? reading.faults}`);
      if (reading.refused !== undefined || isTooLarge(reading) || name in KNOWN) continue;
      wrong.push(...differences(image, reading).map((what) => `${name}: ${what}`));
    }
    expect(wrong).toEqual([]);
  },
);
