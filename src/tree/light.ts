// The light door of this room: for option parsers and help, which must not load content.

export { readManifest } from './manifest/read-manifest.js';
export { readPseudoDefinitions } from './manifest/read-pseudo.js';
export { parsePattern } from './pattern.js';
export { readSortList } from './sort-list.js';
