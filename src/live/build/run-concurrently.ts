// Two tasks at the same time; a failure of one aborts the other.

import type { Run } from '../../io/index.js';

/**
 * Starts `aside`, and runs `main` at the same time; returns the result of `main` after both have ended. If one fails, the run
 * of the other is aborted with the same error, which is thrown after both have ended.
 */
export async function runConcurrently<A, M>(
  run: Run,
  aside: (run: Run) => Promise<A>,
  main: (pending: Promise<A>, run: Run) => Promise<M>,
): Promise<M> {
  const stop = new AbortController();
  const shared: Run = {
    jobs: run.jobs,
    signal: run.signal ? AbortSignal.any([run.signal, stop.signal]) : stop.signal,
    report: (progress) => run.report(progress),
  };
  const pending = aside(shared);
  pending.catch((error) => stop.abort(error));
  try {
    const result = await main(pending, shared);
    await pending;
    return result;
  } catch (error) {
    stop.abort(error);
    await pending.catch(() => {});
    throw error;
  }
}
