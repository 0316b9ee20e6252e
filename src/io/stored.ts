// Where contents are in an open file, for threads that read and decompress them there.

import type { ExactContent } from './content.js';
import { FAST, type FastPath } from './fast-path.js';
import type { Store, StoredInPieces, StoredPieces, StoredRange } from './stored-pieces.js';

/** The base of classes of contents that may be stored in pieces. It is its own fast path, to save an object per file. */
export abstract class StoredContent {
  abstract readonly stored: StoredInPieces | undefined;

  get [FAST](): FastPath {
    return this as FastPath;
  }
}

/** The range of an open file that a source is; undefined for any other source. */
export function storedRange(source: ExactContent): StoredRange | undefined {
  const stored = source[FAST]?.stored;
  return stored && 'at' in stored ? stored : undefined;
}

/** The store that has a content; undefined if its bytes can only be read by their pieces. */
export function storeOf(content: ExactContent): Store | undefined {
  return content[FAST]?.stored?.store;
}

/**
 * Adds the pieces of a content that has a store. False if there are none, because the image describes them wrongly: reading the content
 * gives the error.
 */
export function addStored(content: ExactContent, to: StoredPieces): boolean | Promise<boolean> {
  const stored = content[FAST]?.stored;
  if (!stored) return false;
  const before = to.count;
  const added = 'at' in stored ? addRange(stored, content.size, to) : stored.addPieces(to);
  if (added === false) to.cut(before);
  return added;
}

function addRange({ at }: StoredRange, length: number, to: StoredPieces): boolean {
  if (length > 0) to.plain(at, length);
  return true;
}
