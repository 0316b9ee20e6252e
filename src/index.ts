// isopress: everything except the parts of a live build, and maps and edits of images. Each name is listed once, in the subpath that it
// belongs to; `isopress/ext4` and the other subpaths load only one part.

export {
  type BuildOptions,
  type BundleOptions,
  buildLiveIso,
  bundleResults,
  type LivePlan,
  type PlanOptions,
  planLiveIso,
} from './public/builds.js';
export * from './public/diff.js';
export * from './public/erofs.js';
export * from './public/ext4.js';
export * from './public/fat.js';
export * from './public/image.js';
export * from './public/io.js';
export * from './public/iso.js';
export type {
  BootloaderAttributes,
  BuildReport,
  BundledFile,
  BundleFormat,
  BundleReport,
  BundleTags,
  ConfigurationPlaces,
  Decision,
  DescriptionRequest,
  ErofsCompressionFacts,
  Generation,
  GenerationRules,
  InitrdCompressionRequest,
  InitrdReport,
  LiveDescription,
  LiveReport,
  LoaderLayout,
  PackageLists,
  PackedCompression,
  Place,
  Remark,
  ResultFile,
  ResultKey,
  Results,
  RootCompressionFacts,
  RootSize,
  RuntimeConfiguration,
  SchemaVersion,
  Span,
  Step,
  StreamCompressionName,
  StripLists,
  TypeAttributes,
} from './public/live.js';
export * from './public/source.js';
export * from './public/squashfs.js';
export * from './public/tree.js';
export * from './public/verify.js';
export { VERSION } from './version.js';
