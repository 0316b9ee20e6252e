// EROFS, a read-only file system with compression: images from trees, and trees from images.

export { type EqualChunks, findEqualChunks } from './equal-chunks.js';
export { type ErofsFound, erofsFormat } from './format.js';
export type { ErofsLayout } from './layout.js';
export type { MkfsErofsOptions, MkfsErofsTree } from './mkfs-erofs-draft.js';
export { MKFS_EROFS, parseMkfsErofsOptions } from './mkfs-erofs-options.js';
export { type ErofsOptions, type Fragments, type InodeForm, resolveErofs } from './options.js';
export { planErofs } from './plan.js';
export { type ErofsFacts, type ErofsImage, openErofs, recogniseErofs } from './read.js';
export { type RewriteErofsOptions, rewriteErofs } from './rewrite.js';
export { leastShared } from './shared-tails.js';
