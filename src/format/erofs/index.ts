// EROFS, a read-only file system with compression: images from trees, and trees from images.

export { type ErofsFound, erofsFormat } from './format.js';
export type { ErofsLayout } from './layout.js';
export { type ErofsOptions, type InodeForm, resolveErofs } from './options.js';
export { planErofs } from './plan.js';
export { type ErofsFacts, type ErofsImage, openErofs, recogniseErofs } from './read.js';
