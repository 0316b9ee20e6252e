// isopress/fat: FAT12, FAT16 and FAT32 images from trees, and trees from such images.

export { type Timestamp, timestamp } from '../bytes/index.js';
export {
  type DosTime,
  type FatImage,
  type FatLayout,
  type FatName,
  type FatOptions,
  type FatType,
  type FatVolume,
  type Geometry as FatGeometry,
  openFat,
  type PlacedDirectory as PlacedFatDirectory,
  type PlacedEntry as PlacedFatEntry,
  type PlacedFile as PlacedFatFile,
  planFat,
  recogniseFat,
} from '../format/fat/index.js';
