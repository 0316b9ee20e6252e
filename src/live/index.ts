// Floor 5: the product. A description and a root tree become a live ISO.

export { type BuildReport, buildLiveIso, type InitrdReport, type LiveReport, planLiveIso } from './build.js';
export * from './description/index.js';
export type { BuildOptions } from './options.js';
export type { ResultFile, ResultKey, Results } from './result.js';
export { checkNames } from './runtime-checks.js';
export type { Step } from './stopwatch.js';
