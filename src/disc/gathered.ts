// Small structures as large pieces: what is known now is gathered, what is known late stays apart.

import { concatBytes } from '../bytes/index.js';
import type { Piece } from '../io/index.js';
import type { DiscFacts } from './facts.js';

/** Bytes gathered before they are handed on. */
const BATCH = 256 * 1024;

/** Part of an area, rendered now or at the end. */
export interface Part {
  /** Bytes; needed of late parts. */
  readonly length: number;
  /** Whether it depends on places that are known at the end only. */
  readonly isLate: boolean;
  render(): Uint8Array;
}

/** The parts in their order. */
export function* gathered(parts: Iterable<Part>, facts: DiscFacts): Generator<Piece> {
  let batch: Uint8Array[] = [];
  let length = 0;
  for (const part of parts) {
    if (!part.isLate) {
      const bytes = part.render();
      batch.push(bytes);
      length += bytes.length;
      if (length < BATCH) continue;
    }
    if (length > 0) yield concatBytes(batch);
    batch = [];
    length = 0;
    if (part.isLate) yield facts.late(part.length, () => part.render());
  }
  if (length > 0) yield concatBytes(batch);
}
