// isopress/ext4: ext2 to ext4 images from trees, and trees from such images.

export { type Timestamp, timestamp, type Uuid } from '../bytes/index.js';
export {
  chooseExt4Profile,
  type ErrorPolicy,
  EXT4_PROFILES,
  type Ext4Facts,
  type Ext4Image,
  type Ext4Layout,
  type Ext4Options,
  type Ext4Places,
  type Ext4Profile,
  type Ext4Target,
  type FeatureName,
  openExt4,
  type ProfileChoice,
  planExt4,
  readExt4Places,
  recogniseExt4,
  smallestExt4Size,
} from '../format/ext4/index.js';
export type { KeptPlaces } from '../tree/index.js';
