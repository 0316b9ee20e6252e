// Content: a size and a stream of pieces, pulled by the consumer.

import type { FAST, FastPath } from './fast-path.js';
import type { Data, Piece, Run } from './piece.js';

export * from './piece.js';

/** `length` bytes from byte `at`. */
export interface Range {
  readonly at: number;
  readonly length: number;
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

/** Whether the size of a content is known before its first byte. */
export function isExact(content: Content): content is ExactContent {
  return content.size !== undefined;
}

/** Most bytes a content can have: its size, or its limit. */
export function contentLimit(content: Content): number {
  return isExact(content) ? content.size : content.sizeLimit;
}
