// isopress/source: directories and tar archives as trees.

export type { EngineChoice } from '../native/index.js';
export {
  type Identify,
  Meter,
  planTar,
  type TarLayout,
  type TarPlanOptions,
  type TarReadOptions,
  type TarTreeOptions,
} from '../source/index.js';
export type { RunOptions, WorkOptions } from './run.js';
export {
  openHostFile,
  type ReadTarOptions,
  readTar,
  type ScanOptions,
  scanDirectory,
  scanTarball,
  type TarballOptions,
} from './sources.js';
