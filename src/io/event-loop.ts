// Pauses in long synchronous work.

import type { Run } from './content.js';

/** Yields to the event loop for timers, signals and output, and stops an aborted run. */
export async function yieldToEventLoop(run: Run | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  run?.signal?.throwIfAborted();
}
