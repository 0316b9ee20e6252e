// Places of tails: the ends of contents that share a block with others, a fragment.

import type { ExactContent } from '../../io/index.js';
import { NO_FRAGMENT } from './data-block.js';
import type { KeptContent } from './kept-data.js';
import type { ResolvedOptions } from './options.js';

/** Where a content goes. Contents are sorted by group, then by `at`, then by `tailAt`; a tail of another group begins a new fragment. */
export interface KeptPlace {
  readonly group: number;
  readonly at: number;
  readonly tailAt: number;
}

/** The places of all contents in the order of an earlier image. */
export type PlacesByContent = ReadonlyMap<ExactContent, KeptPlace>;

/** Bytes of the content's end that go into a fragment. */
export function tailInFragment(content: ExactContent, options: ResolvedOptions): number {
  const { blockSize, fragments, tailPacking, sparse, unfragmented, uncompressed } = options;
  const { size, holes } = content;
  if (unfragmented.has(content) || uncompressed.has(content)) return 0;
  const tail = size % blockSize;
  if (!fragments || (size > blockSize && !tailPacking)) return 0;
  // A tail known to be zeros takes no space as a sparse block.
  const last = holes.at(-1);
  return sparse && last && last.at <= size - tail && last.at + last.length === size ? 0 : tail;
}

/** Packs tails into fragments, back to back. */
export class TailPlaces {
  /** {@link NO_FRAGMENT} for none. */
  readonly fragments: Uint32Array;
  readonly offsets: Uint32Array;
  /** Fragments started so far. */
  count: number;
  readonly #options: ResolvedOptions;
  /** Tails that others are equal to: the first content that has such a one, by the content they name. */
  readonly #first = new Map<ExactContent, { readonly index: number; readonly length: number }>();
  readonly #wanted: ReadonlySet<ExactContent>;
  readonly #order: PlacesByContent | undefined;
  #group: number | undefined;
  #filled: number;

  /** The fragments of copied data come before those that are packed. */
  constructor(
    contents: number,
    options: ResolvedOptions,
    { fragments, order }: { readonly fragments: number; readonly order: PlacesByContent | undefined },
  ) {
    this.count = fragments;
    this.#order = order;
    this.fragments = new Uint32Array(contents).fill(NO_FRAGMENT);
    this.offsets = new Uint32Array(contents);
    this.#options = options;
    this.#wanted = new Set(options.equalTails.values());
    this.#filled = options.blockSize;
  }

  /** Gives the tail of a content that is copied its place: in a fragment that is copied too, or in one that is packed. */
  keep(index: number, content: ExactContent, { fragment, fragmentOffset, loose }: KeptContent): void {
    if (loose > 0) {
      this.place(index, content, loose);
      return;
    }
    this.fragments[index] = fragment;
    this.offsets[index] = fragmentOffset;
  }

  /** Gives a content's tail its place; false if that is where an equal one is already. */
  place(index: number, content: ExactContent, length: number): boolean {
    const named = this.#options.equalTails.get(content) ?? content;
    const first = this.#first.get(named);
    if (first?.length === length) {
      this.fragments[index] = this.fragments[first.index]!;
      this.offsets[index] = this.offsets[first.index]!;
      return false;
    }
    const group = this.#order?.get(content)?.group;
    if (group !== this.#group || this.#filled + length > this.#options.blockSize) {
      this.#group = group;
      this.count++;
      this.#filled = 0;
    }
    this.fragments[index] = this.count - 1;
    this.offsets[index] = this.#filled;
    this.#filled += length;
    if (this.#wanted.has(named)) this.#first.set(named, { index, length });
    return true;
  }
}
