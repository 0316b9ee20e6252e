// From what the user asked for to the engine that does it. The only place of defaults and limits of codecs.

import { InvalidInputError } from '../errors.js';
import { chooseNative, type EngineChoice, type NativeAddon } from '../native/index.js';
import type { CoderSpec } from './coder.js';
import type { Compression, CompressionName, EngineId } from './compressor.js';
import { openNativePool } from './native-pool.js';
import { NODE_ZLIB } from './node-zlib.js';
import { openWorkerPool } from './worker-pool.js';

/** What the user asks for. */
export interface CompressionRequest {
  readonly name: CompressionName;
  /** Within the codec's own scale; gzip: 1…9, native 1…12. Defaults: gzip 9, native 6, which is smaller than zlib's 9. */
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
 * Chooses the engine for a codec. Throws {@link InvalidInputError} for an unknown codec or a level outside its scale, and
 * {@link UnsupportedError} for an engine that is not there; what was asked for by name is never replaced.
 */
export function chooseCompression(request: CompressionRequest): Compression {
  const { name, engine = 'auto' } = request;
  if (!['auto', 'native', 'portable', 'reproducible'].includes(engine)) {
    throw new InvalidInputError('compress.unknown-engine', `"${String(engine)}" is not an engine.`, {
      hint: 'Choose auto, native, portable or reproducible.',
    });
  }
  switch (name) {
    case 'none':
      if (request.level !== undefined) throw noSuchLevel(name, request.level, 'It has no levels.');
      return NO_COMPRESSION;
    case 'gzip':
      return chooseGzip(request.level, engine);
    default:
      throw new InvalidInputError('compress.unknown', `"${String(name)}" is not a compression that can be chosen.`, {
        hint: 'Choose gzip or none.',
      });
  }
}

function chooseGzip(asked: number | undefined, engine: EngineChoice | 'reproducible'): Compression {
  const { addon } = chooseNative(engine === 'reproducible' ? 'portable' : engine);
  if (addon) return native(addon, 'gzip', checkLevel('gzip', asked ?? 6, 12));
  const level = checkLevel('gzip', asked ?? 9, 9);
  if (engine === 'reproducible') return inThreads('gzip', PAKO, { coder: 'pako', level });
  return inThreads('gzip', NODE_ZLIB, { coder: 'zlib', level });
}

function native(addon: NativeAddon, name: 'gzip', level: number): Compression {
  const engine: EngineId = `native/${addon.engines()[name] as `${string}@${string}`}`;
  return { name, engine, level, open: (run) => openNativePool(addon, { codec: name, level }, run) };
}

function inThreads(name: CompressionName, engine: EngineId, spec: CoderSpec): Compression {
  return { name, engine, level: spec.level, open: (run) => openWorkerPool(spec, run) };
}

function checkLevel(name: string, level: number, most: number): number {
  if (Number.isInteger(level) && level >= 1 && level <= most) return level;
  throw noSuchLevel(name, level, `Choose 1 to ${most}.`);
}

function noSuchLevel(name: string, level: number, hint: string): InvalidInputError {
  return new InvalidInputError('compress.level', `${level} is not a level of ${name}.`, { hint });
}
