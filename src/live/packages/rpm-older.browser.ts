// Older kinds of RPM databases are not read in browsers, which run no other program.

import type * as host from './rpm-older.js';

export const PLACES: typeof host.PLACES = ['usr/lib/sysimage/rpm', 'var/lib/rpm'];

/** None is found. */
export const openOlder: typeof host.openOlder = () => undefined;
