// A pause in long synchronous work.

import type { Run } from './content.js';

/** Lets timers, signals and output have their turn, and stops an aborted run. */
export async function yieldToEventLoop(run: Run | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  run?.signal?.throwIfAborted();
}
