// The values of options and the errors of files that they name, for parsers and help, which must not load readers and writers.

export { DIGEST_NAMES } from './digest-names.js';
export { sourceError } from './host-path.js';
