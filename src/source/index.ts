// Layer 3: directories, archives and container images become trees.

export { type ScanOptions, scanDirectory, scanEntry } from './directory.js';
export { type Restate, readFakerootState } from './fakeroot-state.js';
export { openHostFile } from './host-file.js';
export * from './oci/index.js';
export * from './tar/index.js';
