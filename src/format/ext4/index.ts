// ext4 images from trees.

export type { FeatureName } from './features.js';
export type { Ext4Options } from './options.js';
export { type Ext4Layout, planExt4, smallestExt4Size } from './plan.js';
