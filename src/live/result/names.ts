// Names of the results of a build.

/** The record of all results. */
export const RECORD_NAME = 'isopress.result.json';

/** Names of all results that a build may have, the ISO first. */
export function resultNames(baseName: string): string[] {
  return [...['iso', 'packages', 'verified', 'changes'].map((suffix) => `${baseName}.${suffix}`), RECORD_NAME];
}
