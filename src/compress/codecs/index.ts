// Every codec, in the order that help and reports list them. Nothing else lists codecs.

import type { Codec } from '../codec.js';
import { type GzipRequest, gzip } from './gzip.js';
import { lz4 } from './lz4.js';
import { lzo } from './lzo.js';
import { type XzRequest, xz } from './xz.js';
import { zstd } from './zstd.js';

const ALL = [gzip, xz, zstd, lz4, lzo] as const;

/** Names of the codecs. */
export type CodecName = (typeof ALL)[number]['name'];

/** Settings of all codecs; a codec refuses those of others. */
export type SettingsRequest = GzipRequest & XzRequest;

/** Every codec. */
export const CODECS: readonly Codec<CodecName>[] = ALL;

/** Names of all engines other than the core. */
export const NAMED_ENGINES: readonly string[] = CODECS.flatMap(({ engines }) => engines.map(({ name }) => name));

/** The codec of a name; undefined for anything else. */
export function codecNamed(name: string): Codec<CodecName> | undefined {
  return CODECS.find((codec) => codec.name === name);
}
