// ext4 images from trees, and trees from ext4 images.

export { checkExt4, type Ext4Fault, type ReportExt4Fault } from './check/index.js';
export { type Ext4Profile, type FeatureName, PROFILES as EXT4_PROFILES } from './features.js';
export { type Ext4Found, ext4Format } from './format.js';
export { parseMke2fsOptions, readMke2fsWords } from './mke2fs-options.js';
export { type Ext4Options, resolveExt4 } from './options.js';
export { type Ext4Layout, planExt4, smallestExt4Size } from './plan.js';
export { type Ext4Facts, type Ext4Image, openExt4, recogniseExt4 } from './read.js';
export { type Ext4Places, readExt4Places } from './read-places.js';
export { type RewriteExt4Options, rewriteExt4 } from './rewrite.js';
export type { ErrorPolicy } from './superblock.js';
export { chooseExt4Profile, type Ext4Target, type ProfileChoice } from './target-profile.js';
