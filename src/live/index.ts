// Layer 5: live ISOs, made from a description and a root tree.

export type { CachePlace, CachePlaces } from '../cache/index.js';
export type { StreamCompressionName } from '../compress/index.js';
export { buildLiveIso, type LivePlan, type PlanOptions, planLiveIso } from './build/build.js';
export type { Decision } from './build/decisions.js';
export type {
  BuildCache,
  BuildEvents,
  BuildInput,
  BuildOptions,
  ContainerInput,
  DescriptionOptions,
  EarlierImage,
  InitrdOptions,
  MediumOptions,
  RootCompressionOptions,
  RootTreeOptions,
} from './build/options.js';
export type { BuildReport, LiveReport } from './build/report.js';
export type { Step } from './build/stopwatch.js';
export { type BundledFile, type BundleOptions, type BundleReport, bundleResults } from './bundle/index.js';
export { type ConfigurationPlaces, loadConfiguration, type RuntimeConfiguration } from './configuration/index.js';
export * from './description/index.js';
export { sha256Of } from './files/sha256.js';
export type { DracutMode, InitrdCompressionRequest, InitrdReport, PackedCompression } from './initrd/index.js';
export type { BuildKeys } from './keys/index.js';
export {
  expandMatrix,
  type MatrixFile,
  type MatrixImage,
  type MatrixValue,
  type MatrixValues,
  parseMatrix,
  readMatrix,
} from './matrix/index.js';
export type { NetbootOptions } from './netboot/index.js';
export { type InstalledPackage, openPackageDatabase, wholeVersion } from './packages/index.js';
export { checkNames } from './plan/runtime-checks.js';
export type { NamedFile, ProvenanceOptions } from './provenance/index.js';
export type { BundleFormat, BundleTags, ResultFile, ResultKey, Results, SignatureKey } from './result/index.js';
export type { ErofsCompressionFacts } from './root-image/erofs-options.js';
export type { RootCompressionFacts } from './root-image/root-image-plan.js';
export {
  type BillImage,
  type BillOfMaterials,
  type BillSubject,
  billOfTree,
  type Component,
  type ComponentFile,
  renderBill,
  SBOM_FORMATS,
  type SbomFormat,
  type TreeBillOptions,
} from './sbom/index.js';
export type { SigningOptions } from './signing/index.js';
