// From what the user asked for to the engine that does it. The only place of defaults and limits of codecs.

import { InvalidInputError, UnsupportedError } from '../errors.js';
import { chooseNative, type EngineChoice, type NativeAddon } from '../native/index.js';
import type { Compression, CompressionName, EngineId } from './compressor.js';
import { openNativePool } from './native-pool.js';
import { type Codec, PORTABLE_LEVELS, portableEngine } from './portable.js';
import { openWorkerPool } from './worker-pool.js';

/** What the user asks for. */
export interface CompressionRequest {
  readonly name: CompressionName;
  /**
   * Within the codec's own scale. gzip: 1…9, default 9, native 1…12, default 6, whose blocks are smaller than zlib's with
   * 9; zstd: 1…22, default 15; lz4: 1 (fast, default).
   */
  readonly level?: number;
  /** Default `auto`. `reproducible` takes an engine whose bytes are the same on every machine and Node version. */
  readonly engine?: EngineChoice | 'reproducible';
}

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
  if (name === 'none') {
    if (request.level !== undefined) throw noSuchLevel(name, request.level, 'It has no levels.');
    return NO_COMPRESSION;
  }
  if (!Object.hasOwn(PORTABLE_LEVELS, name)) {
    throw new InvalidInputError('compress.unknown', `"${String(name)}" is not a compression that can be chosen.`, {
      hint: `Choose ${Object.keys(PORTABLE_LEVELS).join(', ')} or none.`,
    });
  }
  const { addon, reason } = chooseNative(engine === 'reproducible' ? 'portable' : engine);
  if (addon && name === 'gzip') return native(addon, name, checkLevel(name, request.level ?? 6, 1, 12));
  const lacking = reason ?? 'the addon does not have it';
  if (engine === 'native') {
    throw new UnsupportedError('compress.no-native', `The native engine was asked for ${name}, but ${lacking}.`, {
      hint: 'Let the engine be auto or portable.',
    });
  }
  return portable(name, request.level, engine === 'reproducible', lacking);
}

function native(addon: NativeAddon, name: 'gzip', level: number): Compression {
  const engine: EngineId = `native/${addon.engines()[name] as `${string}@${string}`}`;
  return { name, engine, level, open: (run) => openNativePool(addon, { codec: name, level }, run) };
}

function portable(name: Codec, asked: number | undefined, reproducible: boolean, reason: string): Compression {
  const { least, most, usual } = PORTABLE_LEVELS[name];
  const level = checkLevel(name, asked ?? usual, least, most);
  const { engine, spec } = portableEngine(name, level, reproducible, reason);
  return { name, engine, level, open: (run) => openWorkerPool(spec, run) };
}

function checkLevel(name: string, level: number, least: number, most: number): number {
  if (Number.isInteger(level) && level >= least && level <= most) return level;
  throw noSuchLevel(name, level, `Choose ${least} to ${most}.`);
}

function noSuchLevel(name: string, level: number, hint: string): InvalidInputError {
  return new InvalidInputError('compress.level', `${level} is not a level of ${name}.`, { hint });
}
