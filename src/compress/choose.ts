// From what the user asked for to the engine that does it. The only place of defaults and limits of codecs.

import { InvalidInputError } from '../errors.js';
import { chooseNative, type EngineChoice, type NativeAddon } from '../native/index.js';
import type { Compression, CompressionName, EngineId } from './compressor.js';
import { openNativePool } from './native-pool.js';
import { NODE_ZLIB } from './node-zlib.js';
import { type Codec, PORTABLE_LEVELS, portableEngine } from './portable.js';
import { openWorkerPool } from './worker-pool.js';
import { type BcjFilter, checkXz, USUAL_FILTERS } from './xz-settings.js';
import { checkZlib, type GzipStrategy, USUAL_ZLIB } from './zlib-settings.js';

/** What the user asks for. */
export interface CompressionRequest {
  readonly name: CompressionName;
  /**
   * Within the codec's own scale. gzip: 1…9, default 9, native 1…12, default 6, whose blocks are smaller than zlib's with
   * 9; xz: 0…9, default 6; zstd: −7…−1, 1…22, default 15; lz4: 1 (fast, default), 2…12 (high compression); lzo has none.
   */
  readonly level?: number;
  /** gzip: log2 of the window, 8…15. Given, zlib compresses, whatever is native: libdeflate has one window. Default 15. */
  readonly windowBits?: number;
  /** gzip: ways to compress tried on each block; the smallest result is taken. Given, zlib compresses. Default: its usual. */
  readonly strategies?: readonly GzipStrategy[];
  /** xz: more time for less size. Default false. */
  readonly extreme?: boolean;
  /** xz: most bytes of the dictionary, 2^n or 3 × 2^n, 8192 or more. Default: as many as a block. */
  readonly dictionarySize?: number;
  /**
   * xz: branch filters, each to be tried on blocks that look like its code; the smallest result is kept. `auto`: those
   * that every kernel with xz has had for long. Default: none.
   */
  readonly bcj?: 'auto' | readonly BcjFilter[];
  /** Default `auto`. `reproducible` takes an engine whose bytes are the same on every machine and Node version. */
  readonly engine?: EngineChoice | 'reproducible';
}

/** Levels of the native engine. */
const LEVELS: Readonly<Record<Codec, { readonly least: number; readonly most: number; readonly usual: number }>> = {
  gzip: { least: 1, most: 12, usual: 6 },
  xz: { least: 0, most: 9, usual: 6 },
  zstd: { least: -7, most: 22, usual: 15 },
  lz4: { least: 1, most: 12, usual: 1 },
  lzo: { least: 0, most: 0, usual: 0 },
};

const STORE: EngineId = 'script/store@1';

/** Nothing is compressed: every block is stored. */
export const NO_COMPRESSION: Compression = {
  name: 'none',
  engine: STORE,
  level: 0,
  open: () => ({ compress: async () => undefined, close: async () => {} }),
};

/**
 * Chooses the engine for a codec. Throws {@link InvalidInputError} for an unknown codec or a setting outside its scale, and
 * {@link UnsupportedError} for an engine that is not there; it never falls back to another codec.
 */
export function chooseCompression(request: CompressionRequest): Compression {
  const { name, engine = 'auto', level } = request;
  if (!['auto', 'native', 'portable', 'reproducible'].includes(engine)) {
    throw new InvalidInputError('compress.unknown-engine', `"${String(engine)}" is not an engine.`, {
      hint: 'Choose auto, native, portable or reproducible.',
    });
  }
  if (name !== 'none' && !Object.hasOwn(LEVELS, name)) {
    throw new InvalidInputError('compress.unknown', `"${String(name)}" is not a compression that can be chosen.`, {
      hint: `Choose ${Object.keys(LEVELS).join(', ')} or none.`,
    });
  }
  if (name !== 'xz') refuseXzSettings(request);
  if (name !== 'gzip') refuseZlibSettings(request);
  if (level !== undefined && (name === 'none' || name === 'lzo')) throw noSuchLevel(name, level, 'It has no levels.');
  if (name === 'none') return NO_COMPRESSION;
  if (request.windowBits !== undefined || request.strategies !== undefined) return tunedZlib(request);
  const { addon, reason } = chooseNative(engine === 'reproducible' ? 'portable' : engine);
  if (addon) return native(addon, name, request);
  return portable(name, level, engine === 'reproducible', reason);
}

function native(addon: NativeAddon, name: Codec, request: CompressionRequest): Compression {
  const { least, most, usual } = LEVELS[name];
  const level = checkLevel(name, request.level ?? usual, least, most);
  const engine: EngineId = `native/${addon.engines()[name]}`;
  if (name !== 'xz') return { name, engine, level, open: (run) => openNativePool(addon, { codec: name, level }, run) };
  const { extreme = false, dictionarySize, bcj = [] } = request;
  const xz = checkXz({ extreme, dictionarySize, filters: bcj === 'auto' ? USUAL_FILTERS : bcj });
  const codec = { codec: name, level, extreme, filters: xz.filters, dictionary: dictionarySize };
  return { name, engine, level, xz, open: (run) => openNativePool(addon, codec, run) };
}

function portable(name: Codec, asked: number | undefined, reproducible: boolean, reason: string): Compression {
  const { least, most, usual } = PORTABLE_LEVELS[name];
  const level = checkLevel(name, asked ?? usual, least, most);
  const { engine, spec } = portableEngine(name, level, reproducible, reason);
  return { name, engine, level, open: (run) => openWorkerPool(spec, run) };
}

/** zlib with other settings than its usual; the engine's name tells that it is zlib. */
function tunedZlib({ level: asked, engine, windowBits, strategies }: CompressionRequest): Compression {
  if (engine === 'native' || engine === 'reproducible') {
    throw new InvalidInputError('compress.zlib-only', `The ${engine} engine has one window and one strategy.`, {
      hint: 'Let the engine be auto or portable.',
    });
  }
  const { least, most, usual } = PORTABLE_LEVELS.gzip;
  const level = checkLevel('zlib', asked ?? usual, least, most);
  const zlib = checkZlib({ ...USUAL_ZLIB, ...(windowBits && { windowBits }), ...(strategies && { strategies }) });
  const spec = { coder: 'zlib' as const, level, zlib };
  return { name: 'gzip', engine: NODE_ZLIB, level, zlib, open: (run) => openWorkerPool(spec, run) };
}

function refuseZlibSettings({ name, windowBits, strategies }: CompressionRequest): void {
  if (windowBits === undefined && strategies === undefined) return;
  const what = windowBits === undefined ? 'strategies' : 'window sizes';
  throw new InvalidInputError('compress.gzip-only', `${name} has no ${what}.`, { hint: 'Only gzip has them.' });
}

function refuseXzSettings({ name, extreme, dictionarySize, bcj }: CompressionRequest): void {
  if (extreme !== true && dictionarySize === undefined && (bcj === undefined || bcj === 'auto' || bcj.length === 0))
    return;
  const what = extreme ? 'extreme levels' : dictionarySize === undefined ? 'branch filters' : 'dictionary sizes';
  throw new InvalidInputError('compress.xz-only', `${name} has no ${what}.`, { hint: 'Only xz has them.' });
}

function checkLevel(name: string, level: number, least: number, most: number): number {
  // zstd takes 0 for its default; a level that means another is none.
  const exists = Number.isInteger(level) && level >= least && level <= most && (level !== 0 || least === 0);
  if (exists) return level;
  throw noSuchLevel(name, level, `Choose ${least} to ${most}${least < 0 ? ', but not 0' : ''}.`);
}

function noSuchLevel(name: string, level: number, hint: string): InvalidInputError {
  return new InvalidInputError('compress.level', `${level} is not a level of ${name}.`, { hint });
}
