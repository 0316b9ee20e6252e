// Collects entries of one directory, so that one call makes many. The next entries are collected during the call.

import type { ByteString } from '../bytes/index.js';
import type { HeldDirectory } from '../io/index.js';
import type { EntryFault, EntryMaker, MakeOptions, NewEntry } from './entry-maker.js';

const ROOM = 2 * 1024 * 1024;
const MOST = 512;

/** Called with the result of each entry. If it throws, the first error is thrown after all results of the batch. */
export type OutcomeHandler = (entry: NewEntry, fault: EntryFault | undefined, path: ByteString) => void;

export class EntryBatch {
  readonly #maker: EntryMaker;
  readonly #options: MakeOptions;
  readonly #handle: OutcomeHandler;
  #data: Uint8Array;
  #spare: Uint8Array;
  #filled = 0;
  #entries: NewEntry[] = [];
  #paths: ByteString[] = [];
  #directory: HeldDirectory | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(maker: EntryMaker, options: MakeOptions, handle: OutcomeHandler) {
    this.#maker = maker;
    this.#options = options;
    this.#handle = handle;
    this.#data = maker.allocate(ROOM);
    this.#spare = maker.allocate(ROOM);
  }

  /** Memory for the data of the next entry, at most 2 MiB. */
  async room(length: number): Promise<Uint8Array> {
    if (this.#filled + length > ROOM) await this.#submit();
    const room = this.#data.subarray(this.#filled, this.#filled + length);
    this.#filled += length;
    return room;
  }

  /** `path` names the entry in messages. */
  async add(directory: HeldDirectory, entry: NewEntry, path: ByteString): Promise<void> {
    if (this.#directory !== directory && this.#entries.length > 0) {
      throw new Error('A batch is flushed before the next directory.');
    }
    this.#directory = directory;
    this.#entries.push(entry);
    this.#paths.push(path);
    if (this.#entries.length >= MOST) await this.#submit();
  }

  /** Makes all entries that were added. */
  async flush(): Promise<void> {
    await this.#submit();
    await this.#underWay;
  }

  /** Waits until no call is under way, whether it succeeds or fails. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#underWay]);
  }

  async #submit(): Promise<void> {
    await this.#underWay;
    const [entries, paths, directory] = [this.#entries, this.#paths, this.#directory];
    if (!directory || entries.length === 0) return;
    this.#entries = [];
    this.#paths = [];
    [this.#data, this.#spare] = [this.#spare, this.#data];
    this.#filled = 0;
    this.#underWay = this.#make(directory, entries, paths);
    // The error is thrown by the next call that waits.
    this.#underWay.catch(() => {});
  }

  async #make(directory: HeldDirectory, entries: NewEntry[], paths: ByteString[]): Promise<void> {
    const faults = await this.#maker.make(directory, entries, this.#options);
    const errors: unknown[] = [];
    entries.forEach((entry, index) => {
      try {
        this.#handle(entry, faults[index], paths[index]!);
      } catch (error) {
        errors.push(error);
      }
    });
    if (errors.length > 0) throw errors[0];
  }
}
