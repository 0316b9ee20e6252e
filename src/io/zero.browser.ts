// Whether bytes are zeros, in browsers.

import type * as host from './zero.js';

/** As on Node.js. */
export const isZero: typeof host.isZero = (bytes, from = 0, to = bytes.length) => {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
};
