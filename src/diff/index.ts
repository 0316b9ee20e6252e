// Layer 5: how two trees or images differ.

export { type DiffOptions, type DiffReport, type DiffSide, diffTrees } from './diff.js';
export type { ChangedAttribute, EntryDifference } from './entries.js';
export type { FactDifference } from './images.js';
export type { HeldAttributes } from './normal-form.js';
export type { PackageDifference } from './packages.js';
