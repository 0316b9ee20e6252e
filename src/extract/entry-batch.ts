// Collects entries, so that one call makes many, of several directories. The next entries are collected while calls are under way.

import type { ByteString } from '../bytes/index.js';
import type { EntryFault, EntryMaker, MakeOptions, NewEntry } from './entry-maker.js';

/** A call is made for this many bytes or entries. */
const FULL = 512 * 1024;
const MOST = 128;
/** Calls under way at a time: the system creates files in two directories at once, and more calls wait for each other. */
const CALLS = 2;

/** Called with the result of each entry, in order. If it throws, the first error is thrown after all results of the call. */
export type OutcomeHandler = (entry: NewEntry, fault: EntryFault | undefined, path: ByteString) => void;

/** Entries that were given to the maker. */
interface Call {
  readonly entries: readonly NewEntry[];
  readonly paths: readonly ByteString[];
  readonly faults: ReturnType<EntryMaker['make']>;
}

export class EntryBatch {
  readonly #maker: EntryMaker;
  readonly #options: MakeOptions;
  readonly #handle: OutcomeHandler;
  readonly #give: (data: Uint8Array) => void;
  #bytes = 0;
  #entries: NewEntry[] = [];
  #paths: ByteString[] = [];
  readonly #calls: Call[] = [];

  /** `give` takes back the data of entries that have been made. */
  constructor(maker: EntryMaker, options: MakeOptions, handle: OutcomeHandler, give: (data: Uint8Array) => void) {
    this.#maker = maker;
    this.#options = options;
    this.#handle = handle;
    this.#give = give;
  }

  /** Waits only if enough calls are under way. `path` names the entry in messages. */
  add(entry: NewEntry, path: ByteString): Promise<void> | undefined {
    this.#entries.push(entry);
    this.#paths.push(path);
    this.#bytes += entry.data?.length ?? 0;
    return this.#entries.length >= MOST || this.#bytes >= FULL ? this.#submit() : undefined;
  }

  /** Entries that were added, and that no call has been made for. */
  get unmade(): readonly NewEntry[] {
    return this.#entries;
  }

  /** Makes all entries that were added. */
  async flush(): Promise<void> {
    await this.#submit();
    while (this.#calls.length > 0) await this.#finish();
  }

  /** Waits until no call is under way, whether they succeed or fail. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#calls.map(({ faults }) => faults));
  }

  async #submit(): Promise<void> {
    while (this.#calls.length >= CALLS) await this.#finish();
    const [entries, paths] = [this.#entries, this.#paths];
    if (entries.length === 0) return;
    this.#entries = [];
    this.#paths = [];
    this.#bytes = 0;
    const faults = this.#make(entries);
    // An error is thrown when its turn comes.
    faults.catch(() => {});
    this.#calls.push({ entries, paths, faults });
  }

  async #make(entries: readonly NewEntry[]): ReturnType<EntryMaker['make']> {
    const faults = await this.#maker.make(entries, this.#options);
    for (const { data } of entries) if (data) this.#give(data);
    return faults;
  }

  /** Waits for the oldest call, and hands on its results. */
  async #finish(): Promise<void> {
    const { entries, paths, faults } = this.#calls[0]!;
    const found = await faults;
    this.#calls.shift();
    const errors: unknown[] = [];
    entries.forEach((entry, index) => {
      try {
        this.#handle(entry, found[index], paths[index]!);
      } catch (error) {
        errors.push(error);
      }
    });
    if (errors.length > 0) throw errors[0];
  }
}
