// RPM's databases are not read in browsers: the SQLite that reads them opens files by their names.

import type * as host from './rpm.js';

/** None is found. */
export const openRpm: typeof host.openRpm = async () => undefined;
