// The values of options, for parsers and help, which must not load readers and writers.

export { DIGEST_NAMES } from './digest-names.js';
