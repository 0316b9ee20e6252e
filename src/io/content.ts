// Content: a size and a stream of pieces, pulled by the consumer.

import type { FAST, FastPath } from './fast-path.js';

/** `length` bytes from byte `at`. */
export interface Range {
  readonly at: number;
  readonly length: number;
}

/** That many zero bytes, which need not be produced, compressed or written. */
export interface Hole {
  readonly hole: number;
}

/** Bytes whose length is known now and whose value is known once every piece of the image has been produced. */
export interface Backpatch {
  readonly length: number;
  render(): Uint8Array;
}

/** A `Uint8Array` is lent to the consumer until it pulls the next piece: keep a copy, not the array. */
export type Data = Uint8Array | Hole;
/** One step of the bytes of a content. */
export type Piece = Data | Backpatch;

/** One step of long work, reported as often as the worker likes; the receiver throttles. */
export interface Progress {
  /** The current activity, in the present tense: "packing". */
  readonly step: string;
  readonly done: number;
  /** Absent while unknown. */
  readonly total?: number;
  readonly unit: 'bytes' | 'entries' | 'steps';
}

/** The surroundings of a piece of work. */
export interface Run {
  readonly signal?: AbortSignal;
  /** How many jobs may run in parallel, ≥ 1. Never changes any byte of the result. */
  readonly jobs: number;
  report(progress: Progress): void;
}

/**
 * Content whose size in bytes is exact before the first byte is produced. {@link exactContent} makes one out of a size and
 * pieces.
 */
export interface ExactContent {
  readonly size: number;
  /** Ranges known to be zero: sorted, disjoint, not empty. Other ranges may be zero too. */
  readonly holes: readonly Range[];
  /** The content from its start, exactly `size` bytes. Every call starts again and gives the same bytes. */
  pieces(run: Run): AsyncIterable<Data>;
  /** A part of it as content. */
  slice(range: Range): ExactContent;
  /**
   * Private to `io`.
   * @internal
   */
  readonly [FAST]?: FastPath | undefined;
}

/** The holes of content without holes. */
export const NO_HOLES: readonly Range[] = [];

/** Content at a place of an image, in bytes. */
export interface PlacedContent {
  readonly at: number;
  readonly content: ExactContent;
}

/** Content whose size is known only at its end, and whose first bytes may depend on its last. */
export interface OpenContent {
  readonly size?: undefined;
  /** Upper limit of the size in bytes. */
  readonly sizeLimit: number;
  /** As in {@link ExactContent}; backpatches render once the last piece has been pulled. */
  pieces(run: Run): AsyncIterable<Piece>;
}

/** The bytes of a file or an image: of a size known before the first byte, or not. */
export type Content = ExactContent | OpenContent;

/** Random access, for readers. Reading outside `size` is an {@link InvalidImageError}. */
export interface Source extends ExactContent {
  /** Fills `into` with the bytes from `at`. */
  read(at: number, into: Uint8Array): Promise<void>;
  /** A view that is limited to `range`. */
  slice(range: Range): Source;
}

/** Whether a piece is zeros that need not be produced. */
export function isHole(piece: Piece): piece is Hole {
  return 'hole' in piece;
}

/** Whether a piece is bytes that are rendered at the end. */
export function isBackpatch(piece: Piece): piece is Backpatch {
  return 'render' in piece;
}

/** Whether the size of a content is known before its first byte. */
export function isExact(content: Content): content is ExactContent {
  return content.size !== undefined;
}

/** How many bytes of the image a piece represents, also one that has not been read. */
export function pieceLength(piece: Piece | { readonly length: number }): number {
  return 'hole' in piece ? piece.hole : piece.length;
}

/** Most bytes a content can have: its size, or its limit. */
export function contentLimit(content: Content): number {
  return isExact(content) ? content.size : content.sizeLimit;
}

/** A run without progress and without abort, for library use and tests. */
export function quietRun(jobs = 1): Run {
  return { jobs, report: () => {} };
}
