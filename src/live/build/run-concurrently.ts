// Two pieces of work at once, of which each ends the other when it fails.

import type { Run } from '../../io/index.js';

/**
 * Starts `aside`, and runs `main` beside it; returns what `main` returns once both have ended. When one fails, the run of
 * the other is aborted with the same error, and that error is thrown after both have come to rest.
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
