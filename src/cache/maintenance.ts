// Maintenance of a cache directory: its size, removal of unused entries, a check of all entries. Builds may use it at the same time.

import { type FileHandle, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '../errors.js';
import type { Run } from '../io/index.js';
import { SUBDIRECTORIES } from './directory-store.js';
import { digestOfFile } from './file-bytes.js';
import { type CacheRecord, LARGEST_RECORD, parseRecord } from './record.js';

/** Seconds after which an unfinished file is taken to be the rest of a killed run. */
const UNFINISHED_AGE = 24 * 3600;

/** The content of a cache directory. */
export interface CacheFacts {
  readonly records: number;
  /** Records by their kind: `iso`, `initrd`, `blocks`, `digests`. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly contents: number;
  /** Bytes of records and contents. */
  readonly size: number;
  /** Files that are being written, or that a killed run has left. */
  readonly unfinished: number;
}

interface Entry {
  readonly path: string;
  readonly name: string;
  readonly folder: keyof typeof SUBDIRECTORIES;
  readonly size: number;
  /** Seconds since 1970. */
  readonly used: number;
}

/** Counts the entries of a cache directory. Throws `InvalidInputError` `cache.none` for a directory that is not a cache. */
export async function cacheFacts(directory: string): Promise<CacheFacts> {
  const entries = await entriesOf(directory);
  const kinds: Record<string, number> = {};
  let unfinished = 0;
  for (const entry of entries) {
    if (entry.folder === 'unfinished') unfinished++;
    if (entry.folder !== 'records') continue;
    const kind = (await recordAt(entry))?.kind ?? 'damaged';
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  const count = (folder: Entry['folder']) => entries.filter((entry) => entry.folder === folder).length;
  return { records: count('records'), kinds, contents: count('contents'), size: sizeOf(entries), unfinished };
}

/** Limits of a cache directory. */
export interface CacheLimits {
  /** Bytes. Default: any size. */
  readonly size?: number;
  /** Seconds since an entry was used. Default: any age. */
  readonly age?: number;
  /** The present time, seconds since 1970. */
  readonly now: number;
}

/** The result of a removal. */
export interface Collected {
  readonly removed: number;
  /** Bytes. */
  readonly freed: number;
  readonly left: number;
  /** Bytes. */
  readonly size: number;
}

/**
 * Removes entries that were not used for longer than the age, then the least recently used ones until the size is not exceeded. Also
 * removes records whose contents are gone, and files that killed runs have left.
 */
export async function collectCache(directory: string, { size: most, age, now }: CacheLimits): Promise<Collected> {
  const entries = (await entriesOf(directory)).sort((a, b) => a.used - b.used || (a.name < b.name ? -1 : 1));
  const removed = new Set(entries.filter(({ folder, used }) => folder === 'unfinished' && now - used > UNFINISHED_AGE));
  const kept = entries.filter(({ folder }) => folder !== 'unfinished');
  let left = sizeOf(kept);
  for (const entry of kept) {
    const isOld = age !== undefined && now - entry.used > age;
    if (!isOld && (most === undefined || left <= most)) continue;
    removed.add(entry);
    left -= entry.size;
  }
  const contents = new Set(
    kept.flatMap((entry) => (entry.folder === 'contents' && !removed.has(entry) ? entry.name : [])),
  );
  for (const entry of kept) {
    if (entry.folder !== 'records' || removed.has(entry)) continue;
    const record = await recordAt(entry);
    if (record && Object.values(record.blobs).every(({ digest }) => contents.has(digest))) continue;
    removed.add(entry);
  }
  for (const { path } of removed) await rm(path, { recursive: true, force: true });
  const rest = kept.filter((entry) => !removed.has(entry));
  return { removed: removed.size, freed: sizeOf([...removed]), left: rest.length, size: sizeOf(rest) };
}

/** The result of a check. */
export interface VerifiedCache {
  readonly checked: number;
  /** Names of damaged entries, below the directory: `cas/…`. */
  readonly damaged: readonly string[];
}

/** Reads every entry and checks its digest. With `remove` damaged entries are removed. */
export async function verifyCache(directory: string, remove: boolean, run: Run): Promise<VerifiedCache> {
  const entries = (await entriesOf(directory)).filter(({ folder }) => folder !== 'unfinished');
  const damaged: string[] = [];
  for (const [index, entry] of entries.entries()) {
    run.signal?.throwIfAborted();
    const isWhole = entry.folder === 'records' ? await recordAt(entry) : (await digestAt(entry)) === entry.name;
    // An entry may have been removed in the meantime.
    if (!isWhole && (await stat(entry.path).catch(() => undefined))) {
      damaged.push(`${SUBDIRECTORIES[entry.folder]}/${entry.name}`);
      if (remove) await rm(entry.path, { recursive: true, force: true });
    }
    run.report({ step: 'checking', done: index + 1, total: entries.length, unit: 'entries' });
  }
  return { checked: entries.length, damaged };
}

async function entriesOf(directory: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const [folder, name] of Object.entries(SUBDIRECTORIES) as [Entry['folder'], string][]) {
    const names = await readdir(join(directory, name)).catch((cause) => {
      const message = `${directory} is not a cache: it has no directory ${name} that can be read.`;
      throw new InvalidInputError('cache.none', message, {
        path: directory,
        hint: 'Give a directory that another command has used as its cache. A cache on a server is such a directory there.',
        cause,
      });
    });
    for (const entry of names.sort()) {
      const path = join(directory, name, entry);
      const found = await stat(path).catch(() => undefined);
      if (found) entries.push({ path, name: entry, folder, size: found.size, used: found.mtimeMs / 1000 });
    }
  }
  return entries;
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { size, folder }) => sum + (folder === 'unfinished' ? 0 : size), 0);
}

/** The record; undefined if it is damaged, or the file does not have its key as name. */
async function recordAt({ path, name, size }: Entry): Promise<CacheRecord | undefined> {
  const bytes = size > LARGEST_RECORD ? undefined : await readFile(path).catch(() => undefined);
  const record = bytes && parseRecord(bytes);
  return record?.key === name ? record : undefined;
}

async function digestAt({ path, size }: Entry): Promise<string | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return await digestOfFile(file, size);
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}
