// squashfs 4.0: a compressed read-only file system.

export type { SquashfsLayout } from './layout.js';
export type { SquashfsOptions, StoredPart } from './options.js';
export { planSquashfs } from './plan.js';
