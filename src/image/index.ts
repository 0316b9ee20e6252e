// Floor 5: images of every kind, and images inside images.

export * from './address.js';
export { FORMAT_TITLES, FORMATS, type Recognised, recogniseAll } from './formats.js';
export * from './inspect.js';
export * from './lookup.js';
export * from './open-image.js';
