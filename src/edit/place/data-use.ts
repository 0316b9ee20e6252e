// Which data of the old disc stays, which blocks become free, and which blocks new data may take over.

import { divCeil } from '../../bytes/index.js';
import { SECTORS_PER_BLOCK } from '../../format/eltorito/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import type { EditedTrees } from '../change/edited-trees.js';
import type { Data } from '../kept/entries.js';
import type { KeptDisc } from '../kept/read-disc.js';
import type { EditPlaces, Place, PlacedData } from './places.js';

/** Which bytes of the old disc the new one uses. */
export class DataUse {
  readonly #disc: KeptDisc;
  /** Old data that entries still show, by their first block. */
  readonly #used = new Set<number>();
  /** New data, in the order in which a walk meets them. */
  readonly fresh = new Set<Data>();
  readonly #claimed = new Set<number>();
  /** Runs of blocks that stay, sorted and apart from each other. */
  readonly #runs: { readonly start: number; readonly end: number }[] = [];

  constructor(disc: KeptDisc, trees: EditedTrees) {
    this.#disc = disc;
    for (const { data } of trees.entries()) {
      if (!data) continue;
      if (data.old === undefined) this.fresh.add(data);
      else this.#used.add(data.old);
    }
    for (const [start, { size }] of disc.data) {
      if (this.#used.has(start)) this.#runs.push({ start, end: start + divCeil(size, BLOCK) });
    }
    this.#runs.sort((a, b) => a.start - b.start);
    // Runs that overlap become one, so that their ends are sorted too.
    for (let i = this.#runs.length - 1; i > 0; i--) {
      const [one, next] = [this.#runs[i - 1]!, this.#runs[i]!];
      if (next.start >= one.end) continue;
      this.#runs.splice(i - 1, 2, { start: one.start, end: Math.max(one.end, next.end) });
    }
  }

  /** Claims the place of old data for new data. False if anything else still uses it. */
  claim(old: Data): boolean {
    const start = old.old!;
    const end = start + divCeil(old.size, BLOCK);
    const isShared = this.#claimed.has(start) || this.#used.has(start) || this.#isInHfs(start);
    if (isShared || this.#overlaps(start, end)) return false;
    this.#claimed.add(start);
    return true;
  }

  /** See {@link EditPlaces.movedData}. */
  moved(newData: readonly PlacedData[]): Map<number, PlacedData> {
    const replaced = newData.map((one) => [one.data.replaces?.old, one] as const);
    return new Map(replaced.flatMap(([old, one]) => (old === undefined || this.#used.has(old) ? [] : [[old, one]])));
  }

  /** Old data that no entry shows, and that is neither booted nor a partition. */
  freed(): Place[] {
    const { catalog, tables, data, insertAt } = this.#disc;
    const replaced = new Set([...this.fresh].flatMap(({ replaces }) => replaces?.old ?? []));
    const kept = new Set([
      ...(catalog ? [catalog.block, ...catalog.entries.map(({ block }) => block)] : []),
      ...tables.partitions.map(({ start }) => start / SECTORS_PER_BLOCK),
    ]);
    return [...data].flatMap(([block, { size }]) => {
      const blocks = divCeil(size, BLOCK);
      const isBooted = kept.has(block) && !replaced.has(block);
      const isKept = this.#used.has(block) || isBooted || block >= insertAt || this.#isInHfs(block);
      return isKept || this.#overlaps(block, block + blocks) ? [] : [{ block, blocks }];
    });
  }

  /** Whether the HFS view may show the data too. */
  #isInHfs(block: number): boolean {
    const { hfs } = this.#disc;
    return hfs !== undefined && block >= hfs.start && block < hfs.end;
  }

  /** Whether data that stays uses one of these blocks. */
  #overlaps(start: number, end: number): boolean {
    let [low, high] = [0, this.#runs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[middle]!.end > start) high = middle;
      else low = middle + 1;
    }
    return low < this.#runs.length && this.#runs[low]!.start < end;
  }
}
