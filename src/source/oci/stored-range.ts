// Where bytes of an image are.

import type { ArchiveFile, ExactContent, Range } from '../../io/index.js';

/** A range of a file of the running system. */
export interface StoredRange extends Range {
  readonly archive: ArchiveFile;
}

/** The content of a stored range. */
export function storedContent({ archive, at, length }: StoredRange): ExactContent {
  return archive.part({ at, length });
}
