// Layer 3: directories, archives and container images become trees.

export { scanDirectory, scanEntry } from './directory.js';
export { type FactsOverride, readFakerootState } from './fakeroot-state.js';
export { openHostFile } from './host-file.js';
export * from './oci/index.js';
export type { ScanOptions } from './scan.js';
export * from './tar/index.js';
