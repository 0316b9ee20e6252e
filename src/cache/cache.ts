// Several stores as one cache. Every byte from a store is checked before it is used. A store that fails is not used any more in
// this run: it costs time, but no build fails because of a cache.

import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createDigest } from '../io/index.js';
import { BlockPlaces } from './block-places.js';
import { digestOfFile, readerOf, readFully, writeChecked } from './file-bytes.js';
import { type Blob, type CacheRecord, parseRecord, renderRecord } from './record.js';
import type { Store } from './store.js';

/** The surroundings of a cache in use. */
export interface CacheSurroundings {
  /** A directory for files that no store takes. */
  readonly scratch: string;
  /** Remarks about stores that are not used. */
  note(text: string): void;
  readonly signal?: AbortSignal | undefined;
}

/** Earlier results by their keys. */
export class Cache {
  /** Where the blocks are that this run has kept, or taken out. */
  readonly blocks = new BlockPlaces();
  readonly #stores: Store[];
  readonly #surroundings: CacheSurroundings;
  /** Stores to which nothing is written: read-only ones, and those on which a write has failed. */
  readonly #unwritable = new Set<Store>();
  readonly #downloads = new Map<string, Promise<string | undefined>>();
  readonly #scratch: string[] = [];
  readonly #onAbort = () => void this.#closeStores();

  constructor(stores: readonly Store[], surroundings: CacheSurroundings) {
    this.#stores = [...stores];
    this.#surroundings = surroundings;
    for (const store of stores) if (store.isReadOnly) this.#unwritable.add(store);
    surroundings.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The records of a key in all stores. Damaged ones and those of another kind are left out. */
  async find(kind: string, key: string, { isLocal = false }: StoreChoice = {}): Promise<CacheRecord[]> {
    const records = await this.#each(async (store) => {
      if (isLocal && !isDirectory(store)) return undefined;
      const bytes = await store.record(key);
      const record = bytes && parseRecord(bytes);
      if (record?.key === key && record.kind === kind) return record;
      if (bytes) this.#surroundings.note(`The cache ${store.name} has a damaged record, which is not used.`);
      return undefined;
    });
    return records.filter((record) => record !== undefined);
  }

  /** A small content as bytes; undefined if no store has it undamaged. */
  async read(blob: Blob): Promise<Buffer | undefined> {
    const file = await this.open(blob);
    if (!file) return undefined;
    try {
      const bytes = Buffer.alloc(blob.size);
      await readFully(file, bytes, 0);
      const digest = createDigest('sha256');
      digest.update(bytes);
      return digest.hex() === blob.digest ? bytes : await this.discard(blob);
    } catch {
      return this.discard(blob);
    } finally {
      await file.close();
    }
  }

  /** A content as an open file, whose parts the caller checks; undefined if no store has it. */
  async open(blob: Blob): Promise<FileHandle | undefined> {
    for (const store of [...this.#stores]) {
      const path = await this.#guarded(store, () => store.path(blob));
      const file = path === undefined ? undefined : await open(path, 'r').catch(() => undefined);
      if (file) return file;
    }
    const downloaded = this.#downloads.get(blob.digest) ?? this.#download(blob);
    this.#downloads.set(blob.digest, downloaded);
    const path = await downloaded;
    return path === undefined ? undefined : open(path, 'r').catch(() => undefined);
  }

  /** Copies a content to a new file. Returns false, and leaves no file, if no store has it undamaged. */
  async copy(blob: Blob, to: string): Promise<boolean> {
    const from = await this.open(blob);
    if (!from) return false;
    const copied = await writeChecked(readerOf(from), blob, to).finally(() => from.close());
    if (copied === 'damaged') await this.discard(blob);
    return copied === 'written';
  }

  /** The path of a content in a directory of this machine; undefined if none has it. */
  async path(blob: Blob): Promise<string | undefined> {
    for (const store of [...this.#stores]) {
      const path = await this.#guarded(store, () => store.path(blob));
      if (path !== undefined) return path;
    }
    return undefined;
  }

  /** Removes those of the contents that are damaged from all stores. */
  async discardDamaged(blobs: readonly Blob[]): Promise<void> {
    for (const blob of blobs) {
      const file = await this.open(blob);
      if (!file) continue;
      const digest = await digestOfFile(file, blob.size).catch(() => undefined);
      await file.close();
      if (digest !== blob.digest) await this.discard(blob);
    }
  }

  /** Removes a content that does not match its digest from all stores. */
  async discard(blob: Blob): Promise<undefined> {
    this.#surroundings.note(`The content ${blob.digest.slice(0, 16)}… of the cache is damaged. It is not used.`);
    this.#downloads.delete(blob.digest);
    await this.#each((store) => store.discard(blob));
  }

  /** Whether any store can be written to. */
  get keeps(): boolean {
    return this.#stores.some((store) => !this.#unwritable.has(store));
  }

  /** Whether any of the stores is a directory that can be written to. */
  get isLocal(): boolean {
    return this.#stores.some(isDirectory);
  }

  /** Keeps files under a key in every store that can be written to. Files at paths of {@link temporary} may be moved away. */
  async keep(
    record: Omit<CacheRecord, 'blobs'>,
    files: Readonly<Record<string, CacheFile>>,
    { isLocal = false }: StoreChoice = {},
  ): Promise<void> {
    const named: [string, CacheFile & Blob][] = [];
    for (const [name, file] of Object.entries(files)) named.push([name, { ...file, ...(await blobOf(file)) }]);
    const blobs = Object.fromEntries(named.map(([name, { digest, size }]) => [name, { digest, size }]));
    const bytes = renderRecord({ ...record, blobs });
    for (const store of inWritingOrder(this.#stores.filter((one) => !this.#unwritable.has(one)))) {
      if (isLocal && !isDirectory(store)) continue;
      await this.#guardedWrite(store, async () => {
        for (const [, { digest, size, path }] of named) await store.put({ digest, size }, path);
        await store.putRecord(record.key, bytes);
      });
    }
  }

  /** A path for a new file, in a directory from which the first directory store can move it without a copy. */
  async temporary(): Promise<string> {
    const store = this.#stores.find((one) => one.scratch !== undefined && !this.#unwritable.has(one));
    const directory = await mkdtemp(join(store?.scratch ?? this.#surroundings.scratch, 'isopress-'));
    this.#scratch.push(directory);
    return join(directory, 'file');
  }

  async close(): Promise<void> {
    this.#surroundings.signal?.removeEventListener('abort', this.#onAbort);
    await this.#closeStores();
    for (const directory of this.#scratch.splice(0)) await rm(directory, { recursive: true, force: true });
  }

  async #closeStores(): Promise<void> {
    for (const store of this.#stores) await store.close();
  }

  /** Downloads a content, and returns the path of the checked file; undefined if no server has it. */
  async #download(blob: Blob): Promise<string | undefined> {
    for (const store of this.#stores.filter(({ scratch }) => scratch === undefined)) {
      const path = await this.temporary();
      const isWhole = await this.#guarded(store, async () => {
        const file = await open(path, 'wx+');
        try {
          if (!(await store.download(blob, file))) return false;
          if ((await digestOfFile(file, blob.size)) === blob.digest) return true;
          throw new Error('it sent other bytes than were asked for');
        } finally {
          await file.close();
        }
      });
      if (isWhole) return this.#settle(blob, path);
      await rm(path, { force: true });
    }
    return undefined;
  }

  /** Keeps a downloaded file in the directories of this machine, and returns where it is now. */
  async #settle(blob: Blob, path: string): Promise<string> {
    for (const store of this.#stores
      .filter((one) => one.scratch !== undefined && !this.#unwritable.has(one))
      .reverse()) {
      await this.#guardedWrite(store, () => store.put(blob, path));
    }
    for (const store of this.#stores) {
      const kept = await this.#guarded(store, () => store.path(blob));
      if (kept !== undefined) return kept;
    }
    return path;
  }

  async #each<T>(ask: (store: Store) => Promise<T>): Promise<(T | undefined)[]> {
    return Promise.all([...this.#stores].map((store) => this.#guarded(store, () => ask(store))));
  }

  async #guarded<T>(store: Store, ask: () => Promise<T>): Promise<T | undefined> {
    if (!this.#stores.includes(store)) return undefined;
    try {
      return await ask();
    } catch (error) {
      const index = this.#stores.indexOf(store);
      if (index >= 0) {
        this.#stores.splice(index, 1);
        await store.close();
        this.#surroundings.note(`The cache ${store.name} is not used any more: ${reasonOf(error)}.`);
      }
      return undefined;
    }
  }

  async #guardedWrite(store: Store, write: () => Promise<void>): Promise<void> {
    try {
      if (this.#stores.includes(store)) await write();
    } catch (error) {
      this.#unwritable.add(store);
      this.#surroundings.note(`Nothing more is kept in the cache ${store.name}: ${reasonOf(error)}.`);
    }
  }
}

/** The stores of a record. */
interface StoreChoice {
  /** Only directories that can be written to: the record is of no use on another machine. Default false. */
  readonly isLocal?: boolean;
}

function isDirectory({ scratch }: Store): boolean {
  return scratch !== undefined;
}

/** A file to keep. */
export interface CacheFile {
  readonly path: string;
  /** Its digest and size; it is read if they are not known. */
  readonly blob?: Blob;
}

async function blobOf({ path, blob }: CacheFile): Promise<Blob> {
  if (blob) return blob;
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return { digest: await digestOfFile(file, size), size };
  } finally {
    await file.close();
  }
}

/** Servers, then directories: the first directory comes last, because it moves the files instead of copying them. */
function inWritingOrder(stores: readonly Store[]): Store[] {
  return [...stores.filter((store) => !isDirectory(store)), ...stores.filter(isDirectory).reverse()];
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
