// The values of options, for parsers and help, which must not load the format.

export { PROFILES as EXT4_PROFILES } from './features.js';
