// The values of options, for parsers and help, which must not load engines.

export { CLUSTER_CODECS } from './cluster-codecs.js';
export { CODECS } from './codecs/index.js';
export { ENGINES } from './named-engine.js';
export { CONTAINERS } from './streams/index.js';
