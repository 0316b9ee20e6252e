// The judge of provenance statements: the reference library of in-toto, with the message types of SLSA.
import { judgement } from './python-judge.js';

const JUDGE = {
  script: 'provenance-judge.py',
  libraries: 'provenance-judges-1',
  packages: ['in-toto-attestation==0.9.3', 'protobuf==7.36.2'],
};

/** The faults of a statement, a sentence each; throws where the library cannot be had. */
export async function faultsOfStatement(path: string): Promise<readonly string[]> {
  return (await judgement(JUDGE, [path])) as readonly string[];
}
