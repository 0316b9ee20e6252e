// isopress/source: directories, tar archives and container images as trees.

export type { EngineChoice } from '../native/index.js';
export {
  type ContainerFacts,
  type ContainerLayer,
  type Identify,
  Meter,
  planTar,
  type RegistryCredentials,
  type RunSettings,
  type TarLayout,
  type TarPlanOptions,
  type TarReadOptions,
  type TarTreeOptions,
} from '../source/index.js';
export type { RunOptions, WorkOptions } from './run.js';
export {
  type ContainerOptions,
  inspectContainer,
  openHostFile,
  type ReadTarOptions,
  readTar,
  type ScanOptions,
  scanContainer,
  scanDirectory,
  scanTarball,
  type TarballOptions,
} from './sources.js';
