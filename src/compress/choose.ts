// From what the user asked for to the engine that does it. The only place of defaults and limits of codecs.

import { InvalidInputError, UnsupportedError } from '../errors.js';
import type { CoderSpec } from './coder.js';
import type { Compression, CompressionName, EngineId } from './compressor.js';
import { NODE_ZLIB } from './node-zlib.js';
import { openWorkerPool } from './worker-pool.js';

/** `auto` takes the fastest engine there is, `native` insists on the addon, `portable` on what runs without it. */
export type EngineChoice = 'auto' | 'native' | 'portable';

/** What the user asks for. */
export interface CompressionRequest {
  readonly name: CompressionName;
  /** Within the codec's own scale; gzip: 1…9, default 9. */
  readonly level?: number;
  /** Default `auto`. `reproducible` takes an engine whose bytes are the same on every machine and Node version. */
  readonly engine?: EngineChoice | 'reproducible';
}

/** The version of the exactly pinned dependency. */
const PAKO: EngineId = 'script/pako@3.0.3';
const STORE: EngineId = 'script/store@1';

/** Nothing is compressed: every block is stored. */
export const NO_COMPRESSION: Compression = {
  name: 'none',
  engine: STORE,
  level: 0,
  open: () => ({ compress: async () => undefined, close: async () => {} }),
};

/**
 * Chooses the engine for a codec. Throws {@link InvalidInputError} for an unknown codec or a level outside its scale,
 * and {@link UnsupportedError} for an engine that is not there; it never falls back to another one silently.
 */
export function chooseCompression(request: CompressionRequest): Compression {
  const { name, engine = 'auto' } = request;
  switch (name) {
    case 'none':
      if (request.level !== undefined) throw noSuchLevel(name, request.level, 'It has no levels.');
      return NO_COMPRESSION;
    case 'gzip':
      return chooseGzip(request.level ?? 9, engine);
    default:
      throw new InvalidInputError('compress.unknown', `"${String(name)}" is not a compression that can be chosen.`, {
        hint: 'Choose gzip or none.',
      });
  }
}

function chooseGzip(level: number, engine: EngineChoice | 'reproducible'): Compression {
  if (!Number.isInteger(level) || level < 1 || level > 9) throw noSuchLevel('gzip', level, 'Choose 1 to 9.');
  switch (engine) {
    case 'native':
      throw new UnsupportedError('compress.no-native', 'The native addon has no deflate engine.', {
        hint: 'Choose the engine auto or portable.',
      });
    case 'reproducible':
      return inThreads('gzip', PAKO, { coder: 'pako', level });
    case 'auto':
    case 'portable':
      return inThreads('gzip', NODE_ZLIB, { coder: 'zlib', level });
    default:
      throw new InvalidInputError('compress.unknown-engine', `"${String(engine)}" is not an engine.`, {
        hint: 'Choose auto, native, portable or reproducible.',
      });
  }
}

function inThreads(name: CompressionName, engine: EngineId, spec: CoderSpec): Compression {
  return { name, engine, level: spec.level, open: (run) => openWorkerPool(spec, run) };
}

function noSuchLevel(name: string, level: number, hint: string): InvalidInputError {
  return new InvalidInputError('compress.level', `${level} is not a level of ${name}.`, { hint });
}
