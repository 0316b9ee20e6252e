// The light door of this room: for option parsers and help, which must not load the format.

export { PROFILES as EXT4_PROFILES } from './features.js';
