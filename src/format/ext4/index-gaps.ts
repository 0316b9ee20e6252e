// Free stretches of the data space, found by size.

/** Indexes of the data space. */
export interface IndexRun {
  readonly at: number;
  readonly size: number;
}

/** Stretches of one class of sizes that are tried before those of the next: a limit to the work, as a stretch of this class may be too small. */
const TRIED = 16;

/** Free stretches by the power of two in their size. */
export class IndexGaps {
  readonly #classes: IndexRun[][] = [];

  add(run: IndexRun): void {
    if (run.size === 0) return;
    const level = classOf(run.size);
    this.#classes[level] ??= [];
    this.#classes[level].push(run);
  }

  /**
   * Takes a stretch for an object and returns its start; undefined if nothing fits. `sizeAt` says how much the object takes at a place:
   * at least `least`. Of the stretches of the smallest class that fit, those that were added last are tried first.
   */
  take(least: number, sizeAt: (at: number) => number): number | undefined {
    for (let level = classOf(least); level < this.#classes.length; level++) {
      const runs = this.#classes[level] ?? [];
      for (let index = runs.length - 1; index >= Math.max(0, runs.length - TRIED); index--) {
        const { at, size } = runs[index]!;
        const taken = sizeAt(at);
        if (taken > size) continue;
        runs.splice(index, 1);
        this.add({ at: at + taken, size: size - taken });
        return at;
      }
    }
    return undefined;
  }

  /** All that is left, in the order of the space. */
  rest(): IndexRun[] {
    return this.#classes.flat().sort((a, b) => a.at - b.at);
  }
}

function classOf(size: number): number {
  return 31 - Math.clz32(size);
}
