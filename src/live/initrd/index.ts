// The initrd and the ways in which dracut makes it.

export { givenInitrdKey } from './cache.js';
export {
  checkInitrdOptions,
  chooseInitrdCompression,
  type InitrdCompression,
  type InitrdCompressionRequest,
} from './choose-compression.js';
export { type DracutMode, type FoundDracut, findDracut } from './find-dracut.js';
export * from './given.js';
export { type InsideMode, type InsideRoot, openRoot } from './inside-root.js';
export { bootsSquashedRoot, dracutRecipe, mountsErofs } from './live-modules.js';
export * from './obtain.js';
export type { PackedCompression } from './pack.js';
export { type DeferredInitrd, deferredInitrd, pendingInitrd } from './pending-initrd.js';
export * from './profile.js';
