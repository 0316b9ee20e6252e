// Layer 1: moving bytes.

export * from './content.js';
export * from './contents-ahead.js';
export * from './digest.js';
export * from './event-loop.js';
export { exactContent, renderedContent } from './exact.js';
export * from './file.js';
export * from './file-target.js';
export { pathBuffer, replaced, sourceError } from './host-path.js';
export * from './image-file.js';
export * from './in-order.js';
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
export * from './stream-target.js';
export * from './target.js';
export * from './unreadable.js';
export * from './view.js';
export * from './work.js';
export * from './write-image.js';
