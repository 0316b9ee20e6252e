// The values of options, for parsers and help, which must not load readers.

export { type Platform, parsePlatform } from './oci/platform.js';
