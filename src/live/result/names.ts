// What the files that a build leaves are called.

/** The record of all results. */
export const RECORD_NAME = 'isopress.result.json';

/** Names of all files that a build may leave, the ISO first. */
export function resultNames(baseName: string): string[] {
  return [...['iso', 'packages', 'verified', 'changes'].map((suffix) => `${baseName}.${suffix}`), RECORD_NAME];
}
