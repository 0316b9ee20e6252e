import type { KnownDifference } from './known-differences.js';

export const KNOWN_DIFFERENCES_OF_11: readonly KnownDifference[] = [];
