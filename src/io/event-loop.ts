// Pauses in long synchronous work.

/** A run, or anything else with a signal that may end it. */
export interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

/** Yields to the event loop for timers, signals and output, and stops an aborted run. */
export async function yieldToEventLoop(run: Abortable | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  run?.signal?.throwIfAborted();
}
