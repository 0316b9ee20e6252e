// Layer 5: images of every kind, and images inside images.

export { type AddressStep, type ImageAddress, type KindOf, parseAddress } from './address.js';
export { type Contained, contained } from './containers.js';
export { factWords } from './fact-words.js';
export { findLayer, type LayerKind } from './find-layer.js';
export * from './follow-address.js';
export { ARCHIVE_KINDS, FORMAT_TITLES, FORMATS, type Recognised, recogniseAll } from './formats.js';
export { imagesIn, MOST_LAYERS, opensInside } from './inner-images.js';
export * from './inspect.js';
export { type FoundEntry, lookUp } from './lookup.js';
export * from './open-image.js';
