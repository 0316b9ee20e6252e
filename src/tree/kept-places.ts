// How many files of an image are where an earlier one has them, for reports.

/** How many files are where an earlier image has them, and their bytes, whether their contents are the same or not. */
export interface KeptPlaces {
  /** At the same place. */
  readonly kept: { readonly files: number; readonly bytes: number };
  /** At another place, mostly because their size has changed. */
  readonly moved: { readonly files: number; readonly bytes: number };
  /** Not in the earlier image. */
  readonly added: { readonly files: number; readonly bytes: number };
  /** Only in the earlier image. */
  readonly removed: { readonly files: number; readonly bytes: number };
}

/** Counts files one by one. */
export class MoveCounter implements KeptPlaces {
  readonly kept = { files: 0, bytes: 0 };
  readonly moved = { files: 0, bytes: 0 };
  readonly added = { files: 0, bytes: 0 };
  readonly removed = { files: 0, bytes: 0 };

  count(fate: keyof KeptPlaces, bytes: number): void {
    this[fate].files++;
    this[fate].bytes += bytes;
  }
}
