// Floor 3, left wing: the world becomes a tree.

export { type ScanOptions, scanDirectory } from './directory.js';
export { type Restate, readFakerootState } from './fakeroot-state.js';
export { openHostFile } from './host-file.js';
export * from './oci/index.js';
export * from './tar/index.js';
