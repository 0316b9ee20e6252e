// The values of options and their parsers, for the command line and help, which must not load content.

export { readManifest } from './manifest/read-manifest.js';
export { readMtree } from './manifest/read-mtree.js';
export { readPseudoDefinitions } from './manifest/read-pseudo.js';
export { type IdMap, parseIdRange } from './owners/id-map.js';
export { parsePattern } from './pattern.js';
export { readSortList } from './sort-list.js';
