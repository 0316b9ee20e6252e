// The compression of the root image, by the options, the description and its generation, in that order.

import { defined } from '../../bytes/index.js';
import {
  type BcjFilter,
  type Compression,
  type CompressionName,
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
import type { BuildRequest } from '../build/options.js';
import { type LiveDescription, placeOf } from '../description/index.js';
import {
  ROOT_BLOCK_SIZE,
  readSquashfsRootOptions,
  rootCompressionRequest,
  type SquashfsRootOptions,
} from './squashfs-options.js';

/** KIWI's default is xz with the branch filter of the architecture, on x86 and PowerPC. */
export function chooseRootCompression(
  request: BuildRequest,
  description: LiveDescription,
  machine: string,
  asRoot: SquashfsRootOptions | undefined,
): Compression {
  const { type } = description;
  const { name: asked, blockSize: _, ...settings } = request.compression ?? {};
  const worded = asRoot ? rootCompressionRequest(asRoot, rootBlockSize(request, asRoot)) : {};
  const described = type.squashfscompression ?? worded.name;
  const name: string = asked ?? (described === 'uncompressed' ? 'none' : (described ?? 'xz'));
  const all = { ...worded, ...defined({ ...settings, engine: request.engine }) };
  const bcj = name !== 'xz' || (all.bcj ?? 'auto') !== 'auto' ? all.bcj : filtersFor(machine);
  try {
    return chooseCompression(defined({ ...all, bcj, name: name as CompressionName }));
  } catch (error) {
    throw refusal(error, { name, described, description, request });
  }
}

/** Throws for options that are invalid with any description and any machine. */
export function checkAskedCompression(request: BuildRequest): void {
  const { name, blockSize: _, ...settings } = request.compression ?? {};
  const compression =
    name === undefined ? NO_COMPRESSION : chooseCompression(defined({ ...settings, name, engine: request.engine }));
  checkBlockSize(compression, rootBlockSize(request, undefined));
}

/** Throws for a block size that squashfs does not have, or that the dictionary of the compression excludes. */
export function checkBlockSize(compression: Compression, blockSize: number): void {
  resolveSquashfs({ compression, epoch: { seconds: 0, nanoseconds: 0 }, blockSize });
}

interface Refused {
  readonly name: string;
  readonly described: string | undefined;
  readonly description: LiveDescription;
  readonly request: BuildRequest;
}

/** The error of an unavailable compression, with the place in the description that asked for it. */
function refusal(error: unknown, { name, described, description, request }: Refused): unknown {
  if (!(error instanceof IsopressError)) return error;
  const { compression: asked = {}, engine } = request;
  const isMissing = error instanceof MissingEngineError && error.code === 'compress.engine-missing';
  if (!isMissing && error.code !== 'compress.unknown') {
    const isOwn = !(error instanceof UsageError) || error.option === undefined || error.option in { ...asked, engine };
    if (isOwn) return error;
    const message = `fscreateoptions cannot be followed: ${error.message}`;
    const place = { ...placeOf(description, 'fscreateoptions'), hint: error.wording.hint, cause: error };
    return new InvalidInputError('live.fscreateoptions', message, place);
  }
  const why = described === undefined && asked.name === undefined ? ', which is the default,' : '';
  const first = description.generation.choosesCompression
    ? 'Set squashfscompression="gzip" in the description, or '
    : '';
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
export function rootBlockSize({ compression }: BuildRequest, asRoot: SquashfsRootOptions | undefined): number {
  return compression?.blockSize ?? asRoot?.image.blockSize ?? ROOT_BLOCK_SIZE;
}

/** `fscreateoptions` of a root image that is a squashfs itself. Throws for options without meaning for one. */
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
