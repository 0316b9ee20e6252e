// FAT12, FAT16 and FAT32 volumes, populated while they are written.

export type { DosTime } from '../../bytes/index.js';
export type { FatType } from './allocation-table.js';
export { checkFat, type FatFault, type ReportFatFault } from './check.js';
export { fatFormat } from './format.js';
export type { Geometry } from './geometry.js';
export type { FatLayout, PlacedDirectory, PlacedEntry, PlacedFile } from './layout.js';
export { type MkfsFatOptions, parseMkfsFatOptions } from './mkfs-fat-options.js';
export type { FatName } from './names.js';
export { type FatImage, openFat } from './open.js';
export { type FatOptions, resolveFatOptions } from './options.js';
export { planFat } from './plan.js';
export { type FoundVolume as FatFound, recogniseFat } from './read.js';
export { replaceFatFiles } from './replace-files.js';
export type { FatVolume } from './volume.js';
