// Every kind of compressed file that is written, in the order in which help and reports list them.

import { gzip } from './gzip.js';
import { lz4 } from './lz4.js';
import { lzo } from './lzo.js';
import { xz } from './xz.js';
import { zstd } from './zstd.js';

export const CONTAINERS = [gzip, xz, zstd, lz4, lzo] as const;

/** Names of the kinds of compressed files that are written. */
export type StreamCompressionName = (typeof CONTAINERS)[number]['name'];
