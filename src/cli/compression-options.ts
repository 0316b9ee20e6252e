// The options of commands that compress: one row each, the same for every command.

import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  BCJ_FILTERS,
  type BcjFilter,
  type CompressionName,
  type CompressionRequest,
  GZIP_STRATEGIES,
  type GzipStrategy,
} from '../compress/index.js';
import { parseInteger, parseSize } from './units.js';

/** Parsed values. Nothing is there that was not given. */
export interface CompressionOptions {
  readonly compression?: CompressionName;
  readonly level?: Pick<CompressionRequest, 'level' | 'extreme'>;
  readonly bcj?: 'auto' | readonly BcjFilter[];
  readonly dictSize?: number;
  readonly windowSize?: number;
  readonly strategies?: readonly GzipStrategy[];
}

const NAMES: readonly CompressionName[] = ['gzip', 'xz', 'zstd', 'lz4', 'lzo', 'none'];

/** Adds the rows. `usual` says what is compressed, and which compression and filters are the default. */
export function addCompressionOptions(
  command: Command,
  usual: { readonly what: string; readonly name: string; readonly bcj: string },
): Command {
  return command
    .addOption(new Option('-c, --compression <name>', `${usual.what} (default: ${usual.name})`).choices(NAMES))
    .addOption(
      new Option(
        '--level <n>',
        'gzip 1-12 (default 6; portable engine 1-9, default 9), xz 0-9 or 0e-9e (6), zstd -7 to 22 (15), lz4 1-12, 2 and more for high compression (1)',
      ).argParser(parseLevel),
    )
    .addOption(
      new Option(
        '--bcj <filters>',
        `xz: branch filters to try, auto or none (default: ${usual.bcj}); any of ${BCJ_FILTERS.join(', ')}`,
      ).argParser(parseFilters),
    )
    .addOption(
      new Option('--dict-size <bytes>', 'xz: size of the dictionary (default: the block size)').argParser(parseSize),
    )
    .addOption(
      new Option('--window-size <n>', 'gzip: log2 of the window, 8-15; compresses with zlib (default: 15)').argParser(
        parseInteger(8, 15),
      ),
    )
    .addOption(
      new Option(
        '--strategies <names>',
        `gzip: strategies of zlib to try on each block; any of ${GZIP_STRATEGIES.join(', ')} (default: default)`,
      ).argParser(parseStrategies),
    );
}

/** The request but for the codec and the engine. */
export function compressionSettings(options: CompressionOptions): Omit<CompressionRequest, 'name' | 'engine'> {
  return {
    ...options.level,
    ...(options.bcj === undefined ? {} : { bcj: options.bcj }),
    ...(options.dictSize === undefined ? {} : { dictionarySize: options.dictSize }),
    ...(options.windowSize === undefined ? {} : { windowBits: options.windowSize }),
    ...(options.strategies === undefined ? {} : { strategies: options.strategies }),
  };
}

/** `6`, or `9e` for the extreme variant of xz. */
function parseLevel(text: string): CompressionOptions['level'] {
  const match = /^(-?\d{1,2})(e?)$/.exec(text);
  if (!match) throw new InvalidArgumentError('Give a whole number, with an e behind it for the extreme levels of xz.');
  return { level: Number(match[1]), ...(match[2] ? { extreme: true } : {}) };
}

function parseFilters(text: string): 'auto' | readonly BcjFilter[] {
  if (text === 'auto') return 'auto';
  if (text === 'none') return [];
  return parseNames(text, BCJ_FILTERS, ['auto', 'none']);
}

function parseStrategies(text: string): readonly GzipStrategy[] {
  return parseNames(text, GZIP_STRATEGIES);
}

/** Names out of a list, with commas between; `words` are what may stand in their place. */
function parseNames<T extends string>(text: string, known: readonly T[], words: readonly string[] = []): readonly T[] {
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name as T));
  if (unknown === undefined) return names as T[];
  throw new InvalidArgumentError(`"${unknown}" is not one of ${[...words, ...known].join(', ')}.`);
}
