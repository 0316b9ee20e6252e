// squashfs 4.0, a compressed read-only file system: images from trees, and trees from images.

export { findEqualTails } from './equal-tails.js';
export { type SquashfsFound, squashfsFormat } from './format.js';
export type { SquashfsLayout } from './layout.js';
export { excludeLines, excludesOf } from './mksquashfs-excludes.js';
export { MKSQUASHFS, type MksquashfsOptions, parseMksquashfsOptions } from './mksquashfs-options.js';
export { resolveOptions as resolveSquashfs, type SquashfsOptions, type StoredPart } from './options.js';
export { planSquashfs } from './plan.js';
export { openSquashfs, recogniseSquashfs, type SquashfsFacts, type SquashfsImage } from './read.js';
export { readSquashfsPlaces, type SquashfsPlaces } from './read-places.js';
export { type RewriteOptions, type RewrittenSquashfs, rewriteSquashfs } from './rewrite.js';
