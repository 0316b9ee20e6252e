// The values of options, for parsers and help, which must not load the formats of a disc.

export { SEED_KINDS } from './changes.js';
