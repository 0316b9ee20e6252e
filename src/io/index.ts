// Layer 1: moving bytes.

export { ArchiveFile } from './archive-file.js';
export { blobSource } from './blob.js';
export * from './bytes-at.js';
export {
  changeFile,
  type FileChange,
  isUnfinished,
  type Recovery,
  recoverFile,
  refuseUnfinished,
  refuseUnfinishedAt,
} from './change-file.js';
export { Collector } from './collected.js';
export * from './content.js';
export * from './contents-ahead.js';
export * from './digest.js';
export { digestAhead, type ReadInto } from './digest-ahead.js';
export { digestsOfFiles, isFileDigest, isTakenByThreads } from './digests-of-files.js';
export { EarlyReader, isReadEarly } from './early-reader.js';
export { errnoError } from './errno.js';
export * from './event-loop.js';
export { exactContent, partsOfContent, renderedContent } from './exact.js';
export * from './file.js';
export { fileHoles } from './file-holes.js';
export { type FileState, STATE } from './file-state.js';
export * from './file-target.js';
export { finishedContent, storedPieces } from './finished.js';
export { type HeldDirectory, holdDirectory } from './held-directory.js';
export { pathBuffer, replaced, sourceError } from './host-path.js';
export * from './image-file.js';
export * from './in-order.js';
export type { KnownDigestName, KnownDigests } from './known-digests.js';
export { type Extent, extentsSource, MappedSource } from './mapped.js';
export * from './memory.js';
export { ANY_FILE, identityOf, openFoundSync } from './open-file.js';
export * from './packed.js';
export * from './parts.js';
export * from './patch-file.js';
export * from './pieces.js';
export * from './range-list.js';
export * from './range-reader.js';
export * from './seal.js';
export * from './sealed-plan.js';
export * from './small-bytes.js';
export { Spool } from './spool.js';
export { statesOf } from './states-of-files.js';
export * from './stored.js';
export * from './stored-pieces.js';
export * from './stream-target.js';
export * from './target.js';
export { targetError } from './target-error.js';
export { filePlace, partPath } from './target-place.js';
export { type ImageEmitter, imageContent, isUnread, readPiece, type Unread } from './unread.js';
export * from './unreadable.js';
export * from './view.js';
export { Window } from './window.js';
export * from './work.js';
export * from './write-image.js';
export { isZero } from './zero.js';
