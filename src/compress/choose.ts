// From what the user asked for to the engine that does it.

import { MissingEngineError, UsageError } from '../errors.js';
import { chooseNative, type EngineChoice, type NativeAddon } from '../native/index.js';
import type { Codec, CodecSettings, EngineId, LevelScale, NamedEngine, Setting } from './codec.js';
import { CODECS, type CodecName, codecNamed, type SettingsRequest } from './codecs/index.js';
import type { Compression, CompressionName } from './compressor.js';
import { openNativePool } from './native-pool.js';
import { openWorkerPool } from './worker-pool.js';

/** What the user asks for: a codec, its level and settings, and an engine. */
export interface CompressionRequest extends SettingsRequest {
  readonly name: CompressionName;
  /** Within the codec's own scale, which {@link CODECS} has, and an engine may have another one. */
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
 * Chooses the engine for a codec. Throws {@link UsageError} for an unknown codec or a setting outside its scale, and
 * {@link MissingEngineError} for an engine that is not there; it never falls back to another codec.
 */
export function chooseCompression(request: CompressionRequest): Compression {
  const { name, engine = 'auto', level } = request;
  if (!['auto', 'native', 'portable', 'reproducible'].includes(engine)) {
    throw new UsageError('compress.unknown-engine', `"${String(engine)}" is not an engine.`, {
      option: 'engine',
      hint: 'Choose auto, native, portable or reproducible.',
    });
  }
  const codec = codecNamed(name);
  if (!codec && name !== 'none') {
    throw new UsageError('compress.unknown', `"${String(name)}" is not a compression that can be chosen.`, {
      option: 'compression',
      hint: `Choose ${CODECS.map((known) => known.name).join(', ')} or none.`,
    });
  }
  refuseForeignSettings(request);
  if (level !== undefined && !codec?.levels) throw noSuchLevel(name, level, 'It has no levels.');
  return codec ? compressionBy(codec, request) : NO_COMPRESSION;
}

function compressionBy(codec: Codec<CodecName>, request: CompressionRequest): Compression {
  const { engine = 'auto', level } = request;
  const settings = codec.check(request);
  const bound = codec.settings.find((setting) => isGiven(request, setting))?.engine;
  if (bound !== undefined) {
    if (engine === 'native' || engine === 'reproducible') throw onlyBy(bound, engine);
    const named = codec.engines.find(({ name }) => name === bound)!;
    return byNamed(codec, named, level, settings);
  }
  const { addon, reason } = chooseNative(engine === 'reproducible' ? 'portable' : engine);
  if (addon) return byNative(addon, codec, level, settings);
  const available = codec.engines.filter(({ id }) => id !== undefined);
  const named = engine === 'reproducible' ? available.at(-1) : available[0];
  if (!named) throw needsNative(codec.name, reason, 'choose zstd or gzip');
  const scale = named.levels;
  if (
    level !== undefined &&
    scale &&
    level > scale.most &&
    level <= (codec.levels?.most ?? 0) &&
    codec.name === 'lz4'
  ) {
    throw needsNative(`lz4 with high compression (level ${level})`, reason, `choose level ${scale.most}`);
  }
  return byNamed(codec, named, level, settings);
}

function byNative(
  addon: NativeAddon,
  codec: Codec<CodecName>,
  asked: number | undefined,
  settings: CodecSettings,
): Compression {
  const level = levelOf(codec.name, asked, codec.levels);
  const engine: EngineId = `native/${addon.engines()[codec.name]}`;
  const parameters = codec.native(level, settings);
  return { name: codec.name, engine, level, ...settings, open: (run) => openNativePool(addon, parameters, run) };
}

function byNamed(
  codec: Codec<CodecName>,
  engine: NamedEngine,
  asked: number | undefined,
  settings: CodecSettings,
): Compression {
  const level = levelOf(codec.name, asked, engine.levels ?? codec.levels);
  const spec = { codec: codec.name, engine: engine.name, level, settings };
  return { name: codec.name, engine: engine.id!, level, ...settings, open: (run) => openWorkerPool(spec, run) };
}

/** Whether a request asks for something by a setting; filters that are left to choose, or none, ask for nothing. */
function isGiven(request: CompressionRequest, { key, value }: Setting): boolean {
  const given = (request as unknown as Record<string, unknown>)[key];
  if (value.kind === 'names' && (given === 'auto' || (Array.isArray(given) && given.length === 0))) return false;
  return given !== undefined && given !== false;
}

function refuseForeignSettings(request: CompressionRequest): void {
  for (const { name, settings } of CODECS) {
    const foreign = request.name === name ? undefined : settings.find((setting) => isGiven(request, setting));
    if (!foreign) continue;
    throw new UsageError(`compress.${name}-only`, `${request.name} has no ${foreign.plural}.`, {
      option: foreign.key,
      hint: `Only ${name} has them.`,
    });
  }
}

function levelOf(name: string, asked: number | undefined, scale: LevelScale | undefined): number {
  if (!scale) return 0;
  const { least, most, usual } = scale;
  const level = asked ?? usual;
  // zstd takes 0 for its default, under which a layout would not say what was done.
  const exists = Number.isInteger(level) && level >= least && level <= most && (level !== 0 || least === 0);
  if (exists) return level;
  throw noSuchLevel(name, level, `Choose ${least} to ${most}${least < 0 ? ', but not 0' : ''}.`);
}

function noSuchLevel(name: string, level: number, hint: string): UsageError {
  return new UsageError('compress.level', `${level} is not a level of ${name}.`, { option: 'level', hint });
}

function onlyBy(bound: string, engine: string): UsageError {
  return new UsageError(`compress.${bound}-only`, `The ${engine} engine has one window and one strategy.`, {
    option: 'engine',
    hint: 'Let the engine be auto or portable.',
  });
}

function needsNative(what: string, reason: string, otherwise: string): MissingEngineError {
  return new MissingEngineError('compress.needs-native', `${what} needs the native engine, but ${reason}.`, {
    hint: `Build it with "npm run build:native" and let the engine be auto, or ${otherwise}.`,
  });
}
