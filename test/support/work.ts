// Work as a number that does not depend on the machine: how often blocks of code run, as V8 counts them for coverage.
import { Session } from 'node:inspector';

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}

/**
 * Counts from here on. Code that was compiled before has no counters: a test starts before it first calls what it counts.
 */
export function countWork(scripts: RegExp): {
  of(act: () => unknown): number;
  /** The same for work that waits, while nothing else runs. */
  ofAsync(act: () => Promise<unknown>): Promise<number>;
  stop(): void;
} {
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
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  /** The count since the last call. */
  const taken = () =>
    post('Profiler.takePreciseCoverage')
      .result.filter(({ url }) => scripts.test(url))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)))
      .reduce((sum, count) => sum + count, 0);
  return {
    of: (act) => {
      taken();
      try {
        act();
      } catch {}
      return taken();
    },
    ofAsync: async (act) => {
      taken();
      await act().catch(() => {});
      return taken();
    },
    stop: () => {
      post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}
