// There are no native libraries in browsers.

import type * as host from './binding.js';

/** As on Node.js without an addon. */
export const loadNative: typeof host.loadNative = () => {
  return { addon: undefined, reason: 'native libraries are not loaded in a browser' };
};
