// The private side of content: faster ways to read its bytes than through its pieces.

import type { FileState } from './file-state.js';
import type { FilePlace, RangeReader } from './range-list.js';
import type { StoredInPieces, StoredRange } from './stored-pieces.js';

/**
 * The key of a {@link FastPath}. Only `io` reads it, and nothing that ends up in an image may depend on whether a content
 * has one: the same tree must give the same bytes from every kind of source.
 */
export const FAST = Symbol('isopress.fastPath');

/** All members are optional; a content without them is read by its pieces. */
export interface FastPath {
  /** The whole content in one synchronous call; only where that is cheap (memory, a small file). */
  bytes?(): Uint8Array;
  /** As `bytes`, straight into `into` at byte `at`. It may use the one byte after the content as scratch. */
  copyInto?(into: Uint8Array, at: number): void;
  /** Reads the first bytes of the regular file whose whole content it is. */
  readHead?(into: Uint8Array): void;
  /** Throws `source.changed` for a file that is no longer as it was found. Absent where reading it says so. */
  check?(): void;
  /** The state of the regular file whose whole content it is; undefined if another file is in its place. */
  state?(): FileState | undefined;
  /** The regular file whose whole content it is, and who can read it ahead. */
  readonly origin?: (FilePlace & { readonly reader: RangeReader }) | undefined;
  /** Where its bytes are in an open file: a range of it, or pieces. */
  readonly stored?: StoredRange | StoredInPieces | undefined;
}
