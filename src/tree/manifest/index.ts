// Manifests: entries that are added to a tree, changed or left out, one per line of a text.

export { applyManifest, type ManifestSetting } from './apply.js';
export type { GivenAttributes, HostFile, ManifestAction, ManifestEntry } from './entry.js';
export { readManifest } from './read-manifest.js';
export { readMtree } from './read-mtree.js';
export { type OwnerNames, readPseudoDefinitions } from './read-pseudo.js';
