// Pauses in long synchronous work, in browsers.

import type * as host from './event-loop.js';

/** As on Node.js. */
export const yieldToEventLoop: typeof host.yieldToEventLoop = async (run) => {
  await new Promise((resolve) => setTimeout(resolve, 0));
  run?.signal?.throwIfAborted();
};
