// The values of options, for parsers and help, which must not load the formats of a disc.

export { RELAXATIONS } from '../format/iso9660/option-values.js';
export { LAYOUT_NAMES, NAMED_LAYOUTS } from './named-layouts.js';
