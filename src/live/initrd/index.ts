// The initrd and the ways in which dracut makes it.

export * from './given.js';
export { type InsideMode, type InsideRoot, openRoot } from './inside-root.js';
export * from './late.js';
export { bootsSquashedRoot, dracutRecipe } from './live-modules.js';
export * from './obtain.js';
export * from './profile.js';
export { type DracutMode, type DracutWay, findWay } from './way.js';
