// Tar archives as trees.

export { type OpenRange, TreeDraft } from './draft.js';
export type { TarEntry } from './entries.js';
export { type ArchiveInput, archiveInput } from './input.js';
export { Meter, meterOfCompressed } from './meter.js';
export type { TarReadOptions } from './next-header.js';
export type { Identify } from './no-archive.js';
export { planTar, type TarLayout, type TarPlanOptions } from './plan-tar.js';
export { scanTarball, type TarballOptions } from './tarball.js';
export { entriesWithLosses, isTar, readTar, type TarTreeOptions } from './tree.js';
