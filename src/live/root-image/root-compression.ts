// How the root image is compressed: what the command line, the description and its generation say, in that order.

import {
  type BcjFilter,
  type Compression,
  type CompressionName,
  type CompressionRequest,
  chooseCompression,
  NO_COMPRESSION,
} from '../../compress/index.js';
import {
  InvalidInputError,
  IsopressError,
  MissingEngineError,
  option,
  UnsupportedError,
  UsageError,
  wording,
} from '../../errors.js';
import { resolveSquashfs } from '../../format/squashfs/index.js';
import type { BuildOptions } from '../build/options.js';
import { type LiveDescription, placeOf } from '../description/index.js';
import {
  ROOT_BLOCK_SIZE,
  readSquashfsRootOptions,
  rootCompressionRequest,
  type SquashfsRootOptions,
} from './squashfs-options.js';

/** KIWI's default is xz with the branch filter of the architecture, on x86 and PowerPC. */
export function chooseRootCompression(
  options: BuildOptions,
  description: LiveDescription,
  machine: string,
  asRoot: SquashfsRootOptions | undefined,
): Compression {
  const { type, generation } = description;
  const worded = asRoot ? rootCompressionRequest(asRoot, rootBlockSize(options, asRoot)) : {};
  const described = type.squashfscompression ?? worded.name;
  const name: string = options.compression ?? (described === 'uncompressed' ? 'none' : (described ?? 'xz'));
  const { level, engine, extreme, dictionarySize, windowBits, strategies } = { ...worded, ...options };
  const asked = options.bcj ?? worded.bcj;
  const bcj = name !== 'xz' || (asked ?? 'auto') !== 'auto' ? asked : filtersFor(machine);
  const settings = { level, engine, extreme, dictionarySize, windowBits, strategies, bcj };
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  try {
    return chooseCompression({ name: name as CompressionName, ...(given as Omit<CompressionRequest, 'name'>) });
  } catch (error) {
    throw refusal(error, { name, described, description, options, generation });
  }
}

/** Throws for what the options alone cannot have, whatever the description and the machine are. */
export function checkAskedCompression(options: BuildOptions): void {
  const { compression: name, level, engine, extreme, dictionarySize, windowBits, strategies, bcj } = options;
  const settings = { level, engine, extreme, dictionarySize, windowBits, strategies, bcj };
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const compression = name === undefined ? NO_COMPRESSION : chooseCompression({ name, ...given });
  checkBlockSize(compression, rootBlockSize(options, undefined));
}

/** Throws for a block size that squashfs does not have, or not with the dictionary of the compression. */
export function checkBlockSize(compression: Compression, blockSize: number): void {
  resolveSquashfs({ compression, epoch: { seconds: 0, nanoseconds: 0 }, blockSize });
}

interface Refused {
  readonly name: string;
  readonly described: string | undefined;
  readonly description: LiveDescription;
  readonly options: BuildOptions;
  readonly generation: LiveDescription['generation'];
}

/** The error of a compression that cannot be had, with the place in the description that asked for it. */
function refusal(error: unknown, { name, described, description, options, generation }: Refused): unknown {
  if (!(error instanceof IsopressError)) return error;
  const isMissing = error instanceof MissingEngineError && error.code === 'compress.engine-missing';
  if (!isMissing && error.code !== 'compress.unknown') {
    const isOwn = !(error instanceof UsageError) || error.option === undefined || error.option in options;
    if (isOwn) return error;
    const message = `fscreateoptions cannot be followed: ${error.message}`;
    const place = { ...placeOf(description, 'fscreateoptions'), hint: error.wording.hint, cause: error };
    return new InvalidInputError('live.fscreateoptions', message, place);
  }
  const why = described === undefined && options.compression === undefined ? ', which is the default,' : '';
  const first = generation.choosesCompression ? 'Set squashfscompression="gzip" in the description, or ' : '';
  const message = `Compression ${name}${why} is not available: ${error.message}`;
  const place = {
    ...placeOf(description, 'squashfscompression'),
    hint: wording`${first}give ${option('compression', 'gzip')}.`,
    cause: error,
  };
  if (isMissing) return new MissingEngineError('live.compression', message, place);
  return new UnsupportedError('live.compression', message, place);
}

/** Bytes of a block of the root image. */
export function rootBlockSize(options: BuildOptions, asRoot: SquashfsRootOptions | undefined): number {
  return options.blockSize ?? asRoot?.image.blockSize ?? ROOT_BLOCK_SIZE;
}

/** `fscreateoptions` of a root image that is a squashfs itself. Throws for what has no meaning in one. */
export function readSquashfsOptions(description: LiveDescription): SquashfsRootOptions {
  const text = description.type.fscreateoptions ?? '';
  try {
    return readSquashfsRootOptions(text);
  } catch (error) {
    if (!(error instanceof IsopressError)) throw error;
    const message = `fscreateoptions="${text}" cannot be followed: ${error.message}`;
    const place = { ...placeOf(description, 'fscreateoptions'), hint: error.wording.hint, cause: error };
    if (error instanceof UnsupportedError) throw new UnsupportedError(error.code, message, place);
    throw new InvalidInputError(error.code, message, place);
  }
}

function filtersFor(machine: string): readonly BcjFilter[] {
  if (machine.includes('86')) return ['x86'];
  return machine.includes('ppc') ? ['powerpc'] : [];
}
