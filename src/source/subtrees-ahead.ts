// Reads many directories per call of the addon, together with those below them: waking a thread costs more than reading a small directory.

import type { ByteString } from '../bytes/index.js';
import type { FileIdentity } from '../io/index.js';
import { joinPath } from '../tree/index.js';
import type { Entries, Listing, ReadAhead } from './entries.js';
import { directoriesIn } from './listings-ahead.js';

/** Most directories per call. */
const OF_ONE_CALL = 64;
/** Nothing is read ahead while this many answers wait for the scan. */
const WAITING = 128;

export interface WantedDirectory {
  readonly path: ByteString;
  readonly found: FileIdentity;
}

/** The part of a reader that {@link SubtreesAhead} uses. `A` is an answer about a directory. */
export interface SubtreeReader<A> {
  /** Answers about the first of these directories, and about as many of the others and of directories below them as the call gives. */
  listMany(wanted: readonly WantedDirectory[]): Promise<ReadonlyMap<ByteString, A>>;
  /** The listing of a directory, which begins with this answer. */
  listing(directory: WantedDirectory, answer: Promise<A>): Listing;
}

/** Reads whole subtrees in the background. The result does not depend on how much one call returns, or on when. */
export class SubtreesAhead<A> implements ReadAhead {
  readonly #reader: SubtreeReader<A>;
  /** Answers about directories that the scan has not entered. */
  readonly #waiting = new Map<ByteString, A>();
  /** The neighbours of directories that have no answer yet. */
  readonly #neighbours = new Map<ByteString, Neighbours<A>>();

  constructor(reader: SubtreeReader<A>) {
    this.#reader = reader;
  }

  take(path: ByteString, found: FileIdentity): Listing {
    const directory = { path, found };
    const answer = this.#answer(directory);
    // It may fail before anyone waits for it.
    answer.catch(() => {});
    return this.#reader.listing(directory, answer);
  }

  below(path: ByteString, entries: Entries, isEntered: (index: number) => boolean): undefined {
    const wanted: WantedDirectory[] = [];
    for (const index of directoriesIn(entries, isEntered)) {
      const below = joinPath(path, entries.name(index));
      if (!this.#waiting.has(below)) wanted.push({ path: below, found: entries.facts(index).identity });
    }
    const neighbours = new Neighbours(wanted, (some) => this.#ask(some));
    for (const { path } of wanted) this.#neighbours.set(path, neighbours);
    if (this.#waiting.size < WAITING) neighbours.askMore();
  }

  async #answer(directory: WantedDirectory): Promise<A> {
    const { path } = directory;
    const neighbours = this.#neighbours.get(path);
    this.#neighbours.delete(path);
    let answer = this.#waiting.get(path);
    for (; answer === undefined; answer = this.#waiting.get(path)) {
      await (neighbours ? neighbours.ask(directory) : this.#ask([directory]));
    }
    this.#waiting.delete(path);
    if (this.#waiting.size < WAITING) neighbours?.askMore();
    return answer;
  }

  async #ask(wanted: readonly WantedDirectory[]): Promise<ReadonlyMap<ByteString, A>> {
    const answers = await this.#reader.listMany(wanted);
    for (const [path, answer] of answers) this.#waiting.set(path, answer);
    return answers;
  }
}

/** The directories of one parent that were not read yet, in order. */
class Neighbours<A> {
  #rest: readonly WantedDirectory[];
  readonly #ask: (wanted: readonly WantedDirectory[]) => Promise<ReadonlyMap<ByteString, A>>;
  #underWay: Promise<void> | undefined;

  constructor(
    wanted: readonly WantedDirectory[],
    ask: (wanted: readonly WantedDirectory[]) => Promise<ReadonlyMap<ByteString, A>>,
  ) {
    this.#rest = wanted;
    this.#ask = ask;
  }

  /** Reads some more of them, unless a call is under way. */
  askMore(): void {
    if (this.#rest.length > 0) this.#underWay ??= this.#next();
  }

  /** Waits for the call that is under way, or else for a new one that begins with `first`. */
  async ask(first: WantedDirectory): Promise<void> {
    if (!this.#underWay) {
      const at = this.#rest.findIndex(({ path }) => path === first.path);
      this.#rest = at < 0 ? [first, ...this.#rest] : this.#rest.slice(at);
    }
    this.#underWay ??= this.#next();
    await this.#underWay;
  }

  #next(): Promise<void> {
    const asked = this.#rest.slice(0, OF_ONE_CALL);
    const underWay = this.#ask(asked).then((answers) => {
      this.#underWay = undefined;
      this.#rest = this.#rest.filter(({ path }) => !answers.has(path));
    });
    underWay.catch(() => {});
    return underWay;
  }
}
