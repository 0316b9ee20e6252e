// The types of caches that declarations of commands need, without loading any code.

export type { CachePlace } from './cache.js';
