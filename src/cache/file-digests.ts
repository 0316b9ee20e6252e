// Digests of the files of a directory that a cache keeps between runs, so that files that have not changed need not be read for keys.
//
// A digest counts for a file with the same device, inode, size, modification time and change time, in nanoseconds. No program can set
// the change time, and every write gives a new one, if the clock of the file system has advanced since the last. So a digest is only kept
// if the file was last changed some time before this run began: a write during or after the run shows. Only file systems of this
// machine are trusted: on a network, times may be old, and two machines may write.

import { stat, statfs, writeFile } from 'node:fs/promises';
import type { ExactContent, KnownDigestName, KnownDigests } from '../io/index.js';
import type { Cache } from './cache.js';
import { DigestTable } from './digest-table.js';
import { FileStates } from './file-states.js';
import { keyOf } from './key.js';

const KIND = 'digests';
const PART = 'table';
/** Nanoseconds by which the last change of a file must be older than the run: more than the steps of any clock below. */
const SETTLED = 2_000_000_000n;
/** Largest table that is read, in bytes. */
const LARGEST = 512 << 20;
/** File systems of this machine that have times in nanoseconds, by their numbers (statfs(2)). */
const TRUSTED: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0xf2f52010, // f2fs
  0x01021994, // tmpfs
  0x794c7630, // overlayfs
  0x2fc12fc1, // zfs
]);

/** The directory whose files are known. */
export interface KnownDirectory {
  /** Absolute path. */
  readonly directory: string;
  /** The present time, milliseconds since 1970. */
  readonly now: number;
  /** Whether earlier digests are replaced instead of used. Default false. */
  readonly isFresh?: boolean;
}

/** Digests of files; those that are new are kept by {@link FileDigests.keep}. */
export class FileDigests implements KnownDigests {
  readonly #cache: Cache;
  readonly #key: string;
  readonly #states: FileStates;
  readonly #settled: bigint;
  readonly #table: DigestTable;
  #learned = 0;

  constructor(cache: Cache, key: string, device: bigint, settled: bigint, table: DigestTable) {
    this.#cache = cache;
    this.#key = key;
    this.#states = new FileStates(device);
    this.#settled = settled;
    this.#table = table;
  }

  async prepare(contents: readonly ExactContent[]): Promise<void> {
    if (this.#table.count > 0) await this.#states.ask(contents);
  }

  find(content: ExactContent, name: KnownDigestName): Uint8Array | undefined {
    if (this.#table.count === 0) return undefined;
    const at = this.#states.offsetOf(content);
    return at === undefined ? undefined : this.#table.find(this.#states.bytes, at, name);
  }

  learn(content: ExactContent, name: KnownDigestName, digest: Uint8Array): void {
    // The state after the content was read: a change before that shows as a late one.
    const at = this.#states.newOffsetOf(content);
    if (at === undefined || this.#states.changedAt(at) >= this.#settled) return;
    this.#table.add(this.#states.bytes, at, name, digest);
    this.#learned++;
  }

  /** Keeps the digests in the directories of the cache. */
  async keep(): Promise<void> {
    if (this.#learned === 0) return;
    const path = await this.#cache.temporary();
    try {
      await writeFile(path, this.#table.render(), { flag: 'wx' });
    } catch {
      // For example a full disk: the files are read again next time.
      return;
    }
    await this.#cache.keep({ key: this.#key, kind: KIND, facts: null }, { [PART]: { path } }, { isLocal: true });
  }
}

/** Opens the digests of a directory; undefined if its file system is not one to be trusted, or no directory keeps them. */
export async function openFileDigests(
  cache: Cache,
  { directory, now, isFresh = false }: KnownDirectory,
): Promise<FileDigests | undefined> {
  const [fileSystem, top] = await Promise.all([statfs(directory), stat(directory, { bigint: true })]).catch(() => []);
  if (!fileSystem || !top || !TRUSTED.has(fileSystem.type) || !cache.isLocal) return undefined;
  const key = keyOf(KIND, { directory });
  const settled = BigInt(Math.floor(now)) * 1_000_000n - SETTLED;
  for (const { blobs } of isFresh ? [] : await cache.find(KIND, key, { isLocal: true })) {
    const blob = blobs[PART];
    const bytes = blob && blob.size <= LARGEST ? await cache.read(blob) : undefined;
    if (bytes) return new FileDigests(cache, key, top.dev, settled, new DigestTable(bytes));
  }
  return new FileDigests(cache, key, top.dev, settled, new DigestTable());
}
