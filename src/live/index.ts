// Floor 5: the product. A description and a root tree become a live ISO.

export { buildLiveIso, planLiveIso } from './build.js';
export { type BundledFile, type BundleOptions, type BundleReport, bundleResults } from './bundle/index.js';
export { type ConfigurationPlaces, loadConfiguration, type RuntimeConfiguration } from './configuration/index.js';
export type { Decision } from './decisions.js';
export * from './description/index.js';
export type { InitrdReport } from './initrd/index.js';
export type { BuildOptions } from './options.js';
export type { BuildReport, LiveReport } from './report.js';
export type { BundleFormat, BundleTags, ResultFile, ResultKey, Results } from './result/index.js';
export { checkNames } from './runtime-checks.js';
export type { Step } from './stopwatch.js';
