// The light entry of this room, for option parsers and help, which must not load readers.

export { type Platform, parsePlatform } from './oci/platform.js';
