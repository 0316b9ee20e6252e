// The light door of this room: for option parsers and help, which must not load the format.

export { RELAXATIONS } from './iso-name.js';
