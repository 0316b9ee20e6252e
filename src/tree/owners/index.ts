// Owners of trees that were made without privileges.

export { type IdMap, type IdRange, mergedIdMaps, parseIdRange, subordinateMap, subordinateRanges } from './id-map.js';
export { type OwnerRules, restoreOwners } from './restore-owners.js';
