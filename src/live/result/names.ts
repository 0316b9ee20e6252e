// Names of the results of a build.

import { SBOM_SUFFIXES } from '../sbom/index.js';

/** The record of all results. */
export const RECORD_NAME = 'isopress.result.json';

/** The end of the name of a provenance statement. */
export const PROVENANCE_SUFFIX = 'provenance.json';

const SUFFIXES = ['iso', 'packages', 'verified', 'changes', ...Object.values(SBOM_SUFFIXES), PROVENANCE_SUFFIX];

/** Names of all results that a build may have, the ISO first. */
export function resultNames(baseName: string): string[] {
  return [...SUFFIXES.map((suffix) => `${baseName}.${suffix}`), RECORD_NAME];
}
