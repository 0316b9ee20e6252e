// Judges of bills of materials: the reference libraries of SPDX and CycloneDX.
import { judgement } from './python-judge.js';

const JUDGE = {
  script: 'sbom-judge.py',
  libraries: 'sbom-judges-1',
  packages: ['spdx-tools==0.8.5', 'cyclonedx-python-lib[json-validation]==11.12.0'],
};

/** The faults of a file, a sentence each; the first call installs the libraries, and throws where they cannot be had. */
export async function faultsOfBill(format: 'spdx' | 'cyclonedx', path: string): Promise<readonly string[]> {
  return (await judgement(JUDGE, [format, path])) as readonly string[];
}
