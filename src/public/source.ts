// isopress/source: directories, tar archives and container images as trees.

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
  type ContainerOptions,
  openHostFile,
  type ReadTarOptions,
  readTar,
  type ScanOptions,
  scanContainer,
  scanDirectory,
  scanTarball,
  type TarballOptions,
} from './sources.js';
