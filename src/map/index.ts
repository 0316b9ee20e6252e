// Layer 5: the bytes of an image as areas, and the space that its files take, layer by layer.

export type { Area, AreaKind } from './areas.js';
export type { TreeCounts } from './layer.js';
export {
  type ImageMap,
  type MapLayer,
  type MapOptions,
  type MapPackage,
  type MapPackages,
  mapImage,
} from './map.js';
export { listPackages, readPackages } from './packages.js';
export type { SpaceEntry } from './space.js';
