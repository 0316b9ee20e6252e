// Tar archives as trees.

export type { TarReadOptions } from './entries.js';
export { type ArchiveInput, archiveInput } from './input.js';
export { Meter } from './meter.js';
export type { Identify } from './no-archive.js';
export { scanTarball, type TarballOptions } from './tarball.js';
export { readTar, type TarTreeOptions } from './tree.js';
