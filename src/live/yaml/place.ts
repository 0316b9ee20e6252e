// Places in texts, apart from the parser: declarations that name them need no package.

import type { ErrorPlace } from '../../errors.js';

/** Lines and columns from 1. */
export type TextPlace = ErrorPlace & { readonly path: string; readonly line: number; readonly column: number };
