// The light entry of this room, for option parsers and help, which must not load the formats of a disc.

export { SEED_KINDS } from './changes.js';
