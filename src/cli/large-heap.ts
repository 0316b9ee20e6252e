// The heap of a command on a large tree. V8 lets a heap grow to several times what was alive at its last full collection, and the
// tree, which stays, is most of it: garbage of a million entries would wait for the end of the process.

import { setFlagsFromString } from 'node:v8';
import type { Progress } from '../io/index.js';

/** From this many entries on; with fewer, more collections would cost time for little memory. */
const MANY = 100_000;
/** How much the heap may grow until the next full collection, in percent. */
const GROWTH = 20;

/** Watches the progress of a run. */
export function heapWatch(): (progress: Progress) => void {
  let isLarge = false;
  return ({ unit, done }) => {
    if (isLarge || unit !== 'entries' || done < MANY) return;
    isLarge = true;
    setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
  };
}
