// From what the user asked for to the engine that does it.

import { type MissingEngineError, UsageError } from '../errors.js';
import type { EngineChoice } from '../native/index.js';
import type { Codec, CodecSettings, EngineId, NamedEngine, Setting } from './codec.js';
import { CODECS, type CodecName, codecNamed, type SettingsRequest } from './codecs/index.js';
import type { Compression, CompressionName } from './compressor.js';
import { corePool } from './core-pool.js';
import { levelOf, noSuchLevel } from './level.js';
import { isNamed, namedEngine } from './named-engine.js';
import { openWorkerPool } from './worker-pool.js';

/** A request of the user: a codec, its level and settings, and an engine. */
export interface CompressionRequest extends SettingsRequest {
  readonly name: CompressionName;
  /** On the codec's scale; other libraries than the core may have another one. {@link CODECS} has them all. */
  readonly level?: number;
  /**
   * Default `auto`: the codec core, natively if the addon loads, otherwise in WebAssembly, with the same bytes. So
   * `reproducible` equals `auto`. `npm` or the name of a library chooses another one.
   */
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
  const { name, level } = request;
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
  const named = isNamed(engine);
  const given = codec.settings.filter((setting) => isGiven(request, setting));
  const bound = given.find((setting) => setting.engine !== undefined)?.engine;
  if (bound !== undefined && (engine === 'native' || (named && engine !== bound && engine !== 'npm'))) {
    throw onlyBy(bound, engine);
  }
  if (bound !== undefined) return byLibrary(codec, namedEngine(codec, bound, 'coder'), level, settings);
  if (!named) return byCore(codec, engine, level, settings);
  const library = namedEngine(codec, engine, 'coder');
  const foreign = given.find(({ key }) => !library.settings?.includes(key));
  if (!foreign) return byLibrary(codec, library, level, settings);
  throw new UsageError('compress.engine-setting', `${library.name} has no ${foreign.plural}.`, {
    option: foreign.key,
    hint: 'Use the engine auto or portable.',
  });
}

/** The codec core. */
function byCore(
  codec: Codec<CodecName>,
  choice: EngineChoice,
  asked: number | undefined,
  settings: CodecSettings,
): Compression {
  const { name } = codec;
  const level = levelOf(name, asked, codec.levels);
  const { engine, open } = corePool(choice, name, codec.parameters(level, settings));
  return { name, engine, level, ...settings, open };
}

function byLibrary(
  codec: Codec<CodecName>,
  library: NamedEngine,
  asked: number | undefined,
  settings: CodecSettings,
): Compression {
  const level = levelOf(codec.name, asked, library.levels ?? codec.levels);
  const spec = { codec: codec.name, engine: library.name, level, settings };
  return { name: codec.name, engine: library.id!, level, ...settings, open: (run) => openWorkerPool(spec, run) };
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

function onlyBy(bound: string, engine: string): UsageError {
  return new UsageError(`compress.${bound}-only`, `The ${engine} engine has one window and one strategy.`, {
    option: 'engine',
    hint: 'Use the engine auto or portable.',
  });
}
