// The light door of this room: for option parsers and help, which must not load the formats of a disc.

export { RELAXATIONS } from '../format/iso9660/light.js';
export { LAYOUT_NAMES, NAMED_LAYOUTS } from './named-layouts.js';
