// Names of codecs and streams in the codec core.

import type { LIBRARIES, STREAMS } from './built.js';

/** Codecs of the core. */
export type CoreCodec = keyof typeof LIBRARIES;
/** Formats of streams that the core decompresses. */
export type CoreStream = (typeof STREAMS)[number];
