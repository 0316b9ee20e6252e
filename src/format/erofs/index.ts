// EROFS, a read-only file system with compression: trees from images.

export { type ErofsFound, erofsFormat } from './format.js';
export { type ErofsFacts, type ErofsImage, openErofs, recogniseErofs } from './read.js';
