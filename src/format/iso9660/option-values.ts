// The values of options, for parsers and help, which must not load the format.

export { RELAXATIONS } from './iso-name.js';
