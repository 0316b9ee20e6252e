// Content in parts of a source, with holes between: how readers give files of an image.

import { type Data, type ExactContent, NO_HOLES, type Range, type Run, type Source } from './content.js';
import { checkRange } from './memory.js';
import { StoredContent, storedRange } from './stored.js';
import type { Store, StoredInPieces, StoredPieces, StoredRange } from './stored-pieces.js';

/** Bytes of a source, or that many zeros. */
export type Part = Range | { readonly hole: number };

/** Provides ranges of bytes; throws for ranges outside its size. */
export interface RangeProvider {
  data(range: Range): Source;
}

/** A class, not closures: a tree holds one of these per file. */
export class PartsContent extends StoredContent implements Source, StoredInPieces {
  readonly holes: readonly Range[];
  readonly #provider: RangeProvider;
  readonly #parts: readonly Part[];

  /** The first `size` bytes of the concatenated parts, which have at least that many. */
  constructor(
    provider: RangeProvider,
    parts: readonly Part[],
    readonly size: number,
  ) {
    super();
    this.#provider = provider;
    this.#parts = parts;
    const holes = [...this.#within({ at: 0, length: size })].flatMap(({ part, at }) =>
      'hole' in part ? [{ at, length: part.hole }] : [],
    );
    this.holes = holes.length > 0 ? holes : NO_HOLES;
  }

  /** Byte of the source at which the content begins, also if it has no bytes; undefined if it begins with a hole or has no place. */
  get start(): number | undefined {
    const [first] = this.#parts;
    return first && 'at' in first ? first.at : undefined;
  }

  /** The bytes of the source that the content has, in its order, without holes. */
  get ranges(): readonly Range[] {
    return this.#parts.flatMap((part) => ('at' in part ? [part] : []));
  }

  override get stored(): StoredInPieces | undefined {
    return this.#storedFirst && this;
  }

  get store(): Store {
    return this.#storedFirst!.store;
  }

  addPieces(to: StoredPieces): boolean {
    const { store } = this;
    for (const { part } of this.#within({ at: 0, length: this.size })) {
      if ('hole' in part) {
        to.hole(part.hole);
        continue;
      }
      const range = this.#storedAt(part);
      if (range?.store !== store) return false;
      to.plain(range.at, part.length);
    }
    return true;
  }

  /** Where the first part is in an open file; undefined also for a content of holes alone. */
  get #storedFirst(): StoredRange | undefined {
    const first = this.#parts.find((part) => 'at' in part);
    return first && this.#storedAt(first as Range);
  }

  /** A place outside the source is not said here: reading the part says it. */
  #storedAt(part: Range): StoredRange | undefined {
    try {
      return storedRange(this.#provider.data(part));
    } catch {
      return undefined;
    }
  }

  async *pieces(run: Run): AsyncGenerator<Data> {
    for (const { part } of this.#within({ at: 0, length: this.size })) {
      if ('hole' in part) yield part;
      else yield* this.#provider.data(part).pieces(run);
    }
  }

  async read(at: number, into: Uint8Array): Promise<void> {
    checkRange({ at, length: into.length }, this.size);
    for (const { part, at: partAt } of this.#within({ at, length: into.length })) {
      const from = partAt - at;
      if ('hole' in part) into.fill(0, from, from + part.hole);
      else await this.#provider.data(part).read(0, into.subarray(from, from + part.length));
    }
  }

  slice(range: Range): Source {
    checkRange(range, this.size);
    return new PartsContent(
      this.#provider,
      [...this.#within(range)].map(({ part }) => part),
      range.length,
    );
  }

  /** The parts of a range, cut to it, each with where it begins in the content. */
  *#within({ at, length }: Range): Generator<{ readonly part: Part; readonly at: number }> {
    const end = at + length;
    let start = 0;
    for (const part of this.#parts) {
      const partLength = 'hole' in part ? part.hole : part.length;
      const [from, to] = [Math.max(start, at), Math.min(start + partLength, end)];
      if (from < to) {
        const cut = to - from;
        yield { part: 'hole' in part ? { hole: cut } : { at: part.at + from - start, length: cut }, at: from };
      }
      start += partLength;
      if (start >= end) return;
    }
  }
}

/** Whether content can be read at any offset. */
export function isSource(content: ExactContent): content is Source {
  return 'read' in content && 'slice' in content;
}
