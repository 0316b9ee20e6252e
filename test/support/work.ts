// Work as a number that does not depend on the machine: how often blocks of code run, as V8 counts them for coverage.
import { Session } from 'node:inspector';

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}

/** Blocks run in scripts whose address matches, while `act` runs; what it throws does not matter. */
export function workOf(scripts: RegExp, act: () => unknown): number {
  const session = new Session();
  session.connect();
  const post = (method: string, parameters: object = {}) => {
    let answer: unknown;
    session.post(method, parameters, (error, result) => {
      if (error) throw error;
      answer = result;
    });
    return answer as Coverage;
  };
  try {
    post('Profiler.enable');
    post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    try {
      act();
    } catch {}
    const { result } = post('Profiler.takePreciseCoverage');
    const counts = result
      .filter(({ url }) => scripts.test(url))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)));
    return counts.reduce((sum, count) => sum + count, 0);
  } finally {
    post('Profiler.stopPreciseCoverage');
    session.disconnect();
  }
}
