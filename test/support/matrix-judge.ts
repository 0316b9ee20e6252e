// Judges of printed matrices: the published schemas of Kubernetes and of GitHub's workflows.
import { judgement } from './python-judge.js';

const JUDGE = {
  script: 'matrix-judge.py',
  libraries: 'matrix-judges-1',
  packages: ['kubernetes-validate==1.37.0', 'check-jsonschema==0.37.4'],
};

/** The faults of a printed matrix, a sentence each; throws where the schemas cannot be had. */
export async function faultsOfMatrix(engine: 'kubernetes' | 'github', path: string): Promise<readonly string[]> {
  return (await judgement(JUDGE, [engine, path])) as readonly string[];
}
