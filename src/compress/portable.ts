// Which engine does a codec where the addon does not.

import { UnsupportedError } from '../errors.js';
import type { CoderSpec } from './coder.js';
import type { CompressionName, EngineId } from './compressor.js';
import { NODE_ZLIB } from './node-zlib.js';
import { NODE_ZSTD } from './node-zstd.js';

/** Codecs that compress. */
export type Codec = Exclude<CompressionName, 'none'>;

/** An engine by its name, and what a worker thread has to load for it. */
export interface PortableEngine {
  readonly engine: EngineId;
  readonly spec: CoderSpec;
}

/** Versions of exactly pinned dependencies. */
const PAKO: EngineId = 'script/pako@3.0.3';
const ZSTD_WASM: EngineId = 'wasm/zstd-wasm@0.0.27';
const LZ4JS: EngineId = 'script/lz4js@0.2.0';

/** Scales of the portable engines. */
export const PORTABLE_LEVELS: Readonly<
  Record<Codec, { readonly least: number; readonly most: number; readonly usual: number }>
> = {
  gzip: { least: 1, most: 9, usual: 9 },
  xz: { least: 0, most: 9, usual: 6 },
  zstd: { least: -7, most: 22, usual: 15 },
  lz4: { least: 1, most: 12, usual: 1 },
  lzo: { least: 0, most: 0, usual: 0 },
};

/**
 * The engine for a codec at a level of its scale. With `reproducible` one whose bytes are the same on every machine and
 * Node version. Throws {@link UnsupportedError} for what no portable engine can do; `reason` says why there is no addon.
 */
export function portableEngine(codec: Codec, level: number, reproducible: boolean, reason: string): PortableEngine {
  switch (codec) {
    case 'gzip':
      return reproducible
        ? { engine: PAKO, spec: { coder: 'pako', level } }
        : { engine: NODE_ZLIB, spec: { coder: 'zlib', level } };
    case 'zstd':
      return reproducible || !NODE_ZSTD
        ? { engine: ZSTD_WASM, spec: { coder: 'zstd-wasm', level } }
        : { engine: NODE_ZSTD, spec: { coder: 'node-zstd', level } };
    case 'lz4':
      if (level > 1) throw needsNative(`lz4 with high compression (level ${level})`, reason, 'choose level 1');
      return { engine: LZ4JS, spec: { coder: 'lz4js', level } };
    case 'xz':
    case 'lzo':
      throw needsNative(codec, reason, 'choose zstd or gzip');
  }
}

function needsNative(what: string, reason: string, otherwise: string): UnsupportedError {
  return new UnsupportedError('compress.needs-native', `${what} needs the native engine, but ${reason}.`, {
    hint: `Build it with "npm run build:native" and let the engine be auto, or ${otherwise}.`,
  });
}
