// Lists a few directories before the scan enters them, with one call for each.

import type { ByteString } from '../bytes/index.js';
import type { FileIdentity } from '../io/index.js';
import { joinPath } from '../tree/index.js';
import type { Entries, Listing, ReadAhead, WalkProgress } from './entries.js';

/** Most directories of one parent that are listed ahead. */
const OF_ONE_PARENT = 4;
/** Most directories in total: without this limit, a deep tree would have that many on every level. */
const OF_ALL = 64;

/** Lists directories in the background. The result does not depend on which ones, or on when. */
export class ListingsAhead implements ReadAhead {
  readonly #begun = new Map<ByteString, Listing>();
  readonly #begin: (path: ByteString, found: FileIdentity) => Listing;

  constructor(begin: (path: ByteString, found: FileIdentity) => Listing) {
    this.#begin = begin;
  }

  take(path: ByteString, found: FileIdentity): Listing {
    const begun = this.#begun.get(path);
    this.#begun.delete(path);
    return begun ?? this.#begin(path, found);
  }

  below(path: ByteString, entries: Entries, isEntered: (index: number) => boolean): WalkProgress {
    const directories = directoriesIn(entries, isEntered);
    let begun = 0;
    let passed = 0;
    return {
      reached: (index) => {
        while (passed < directories.length && directories[passed]! < index) passed++;
        begun = Math.max(begun, passed);
        while (begun < directories.length && begun - passed < OF_ONE_PARENT && this.#begun.size < OF_ALL) {
          const index = directories[begun++]!;
          const below = joinPath(path, entries.name(index));
          this.#begun.set(below, this.#begin(below, entries.facts(index).identity));
        }
      },
    };
  }
}

/** Indexes of the directories that a scan enters. */
export function directoriesIn(entries: Entries, isEntered: (index: number) => boolean): number[] {
  const directories: number[] = [];
  for (let i = 0; i < entries.count; i++) if (entries.isKnownDirectory(i) && isEntered(i)) directories.push(i);
  return directories;
}
