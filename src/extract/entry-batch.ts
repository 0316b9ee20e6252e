// Collects entries, so that one call makes many, of several directories. The next entries are collected while calls are under way.

import type { ByteString } from '../bytes/index.js';
import type { EntryFault, EntryMaker, MakeOptions, NewEntry } from './entry-maker.js';

/** A call is made for this many bytes or entries. */
const FULL = 512 * 1024;
const MOST = 128;
/** Stored contents take no memory, and more of them at a time cost less. */
const STORED_SHARE = 4;
/** More calls than this wait for each other, to make files in the same directories. */
const MOST_CALLS = 8;

/** The result of an entry: the fault of a step, or the error of its content. */
export type Outcome = EntryFault | Error | undefined;

/** Receives the results of entries. */
export interface OutcomeHandler {
  /** Called with the result of each entry, in order. If it throws, the first error is thrown after all results of the call. */
  judge(entry: NewEntry, outcome: Outcome, path: ByteString): void;
  /** Makes an entry whose content the maker could not read. */
  again(entry: NewEntry): Promise<EntryFault | undefined>;
  /** Takes back the data of an entry that has been made. */
  give(data: Uint8Array): void;
}

/** Entries that were given to the maker. */
interface Call {
  readonly entries: readonly NewEntry[];
  readonly paths: readonly ByteString[];
  readonly outcomes: Promise<readonly Outcome[]>;
}

export class EntryBatch {
  readonly #maker: EntryMaker;
  readonly #options: MakeOptions;
  readonly #handler: OutcomeHandler;
  #bytes = 0;
  #entries: NewEntry[] = [];
  #paths: ByteString[] = [];
  readonly #calls: Call[] = [];
  /** Calls under way at a time: one more than threads work, so that none of them waits for the next call. */
  readonly #most: number;

  constructor(maker: EntryMaker, options: MakeOptions, handler: OutcomeHandler, jobs: number) {
    this.#maker = maker;
    this.#options = options;
    this.#handler = handler;
    this.#most = Math.min(jobs + 1, MOST_CALLS);
  }

  /** Waits only if enough calls are under way. `path` names the entry in messages. */
  add(entry: NewEntry, path: ByteString): Promise<void> | undefined {
    this.#entries.push(entry);
    this.#paths.push(path);
    this.#bytes += entry.data?.length ?? (entry.stored?.size ?? 0) / STORED_SHARE;
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
    await Promise.allSettled(this.#calls.map(({ outcomes }) => outcomes));
  }

  async #submit(): Promise<void> {
    while (this.#calls.length >= this.#most) await this.#finish();
    const [entries, paths] = [this.#entries, this.#paths];
    if (entries.length === 0) return;
    this.#entries = [];
    this.#paths = [];
    this.#bytes = 0;
    const outcomes = this.#make(entries);
    // An error is thrown when its turn comes.
    outcomes.catch(() => {});
    this.#calls.push({ entries, paths, outcomes });
  }

  async #make(entries: readonly NewEntry[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [...(await this.#maker.make(entries, this.#options))];
    for (const { data } of entries) if (data) this.#handler.give(data);
    for (let index = 0; index < outcomes.length; index++) {
      const outcome = outcomes[index];
      if (!outcome || !('step' in outcome) || outcome.step !== 'content') continue;
      outcomes[index] = await this.#handler.again(entries[index]!).catch((error) => error);
    }
    return outcomes;
  }

  /** Waits for the oldest call, and hands on its results. */
  async #finish(): Promise<void> {
    const { entries, paths, outcomes } = this.#calls[0]!;
    const found = await outcomes;
    this.#calls.shift();
    const errors: unknown[] = [];
    entries.forEach((entry, index) => {
      try {
        this.#handler.judge(entry, found[index], paths[index]!);
      } catch (error) {
        errors.push(error);
      }
    });
    if (errors.length > 0) throw errors[0];
  }
}
