// Compressed streams: recognised by their first bytes and unpacked piece by piece, with a limit of the unpacked size.

import type { StreamFormat } from '../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../errors.js';
import { unpackBzip2 } from './bzip2.js';
import { Core, CoreFault, TOO_HUNGRY, UNSUPPORTED } from './core/instance.js';
import { coreModule } from './core/module.js';
import type { CoreStream } from './core/names.js';
import { gunzip } from './inflate.js';
import { unpackLegacyLz4 } from './legacy-lz4.js';

/** Most bytes that compressed data becomes, unless a caller allows another number. */
export const UNPACK_LIMIT = 64 * 1024 ** 3;

/**
 * Most bytes of a window or dictionary: 1 GiB, `zstd --long=30`. WebAssembly has no space for more, and a stream that requests
 * this much gets it.
 */
const LARGEST_WINDOW = 2 ** 30;

type Pieces = AsyncIterable<Uint8Array>;

/**
 * Unpacks a stream. Throws {@link InvalidImageError} `compress.damaged` for a broken or shortened one, and
 * `compress.too-large` when it becomes more than `limit` bytes; {@link UnsupportedError} `compress.window` for one that
 * needs more memory than allowed, `compress.feature` for unsupported features.
 */
export async function* unpackStream(
  format: StreamFormat,
  pieces: Pieces,
  limit: number,
): Pieces & AsyncGenerator<Uint8Array> {
  let total = 0;
  let read = 0;
  const counted = (async function* () {
    for await (const piece of pieces) {
      yield piece;
      read += piece.length;
    }
  })();
  try {
    for await (const piece of decoders[format](counted)) {
      total += piece.length;
      if (total > limit) throw tooLarge(format, limit);
      if (piece.length > 0) yield piece;
    }
  } catch (error) {
    if (error instanceof CoreFault) throw faultOf(format, error, read);
    if (error instanceof InvalidImageError || !isDecoderError(error)) throw error;
    throw damaged(format, error as Error, read);
  }
}

const decoders: Readonly<Record<StreamFormat, (pieces: Pieces) => Pieces>> = {
  none: (pieces) => pieces,
  gzip: gunzip,
  bzip2: unpackBzip2,
  xz: (pieces) => unpackByCore('xz', pieces),
  lzma: (pieces) => unpackByCore('lzma', pieces),
  zstd: (pieces) => unpackByCore('zstd', pieces),
  lz4: (pieces) => unpackByCore('lz4', pieces),
  'lz4-legacy': unpackLegacyLz4,
};

/** `read`: bytes of the stream before the piece in which the fault is. */
function faultOf(format: StreamFormat, fault: CoreFault, read: number): Error {
  if (fault.status === TOO_HUNGRY) {
    const message = `The ${format} stream needs a window or dictionary of more than ${LARGEST_WINDOW} bytes.`;
    return new UnsupportedError('compress.window', message, {
      hint: 'Unpack it yourself, or pack it with a smaller window.',
      cause: fault,
    });
  }
  if (fault.status === UNSUPPORTED) {
    const message = `The ${format} stream cannot be read: ${fault.message}.`;
    return new UnsupportedError('compress.feature', message, { at: read, cause: fault });
  }
  return damaged(format, fault, read);
}

function damaged(format: StreamFormat, error: Error, read: number): InvalidImageError {
  const message = `The ${format} stream is damaged or ends too early: ${error.message.replace(/\.$/, '')}.`;
  return new InvalidImageError('compress.damaged', message, { at: read, cause: error });
}

/** Errors of the input have an errno or one of our codes; those of decoders have none, or zlib's. */
function isDecoderError(error: unknown): boolean {
  const { code, syscall, name } = error as NodeJS.ErrnoException;
  if (syscall !== undefined || name === 'AbortError') return false;
  return typeof code !== 'string' || code.startsWith('Z_') || code.startsWith('ERR_');
}

/** In a separate instance, which frees its memory when it ends. */
async function* unpackByCore(format: CoreStream, pieces: Pieces): Pieces & AsyncGenerator<Uint8Array> {
  const decoder = new Core(coreModule()).stream(format, LARGEST_WINDOW);
  for await (const piece of pieces) yield* decoder.push(piece, false);
  yield* decoder.push(new Uint8Array(0), true);
}

function tooLarge(format: StreamFormat, limit: number): InvalidImageError {
  return new InvalidImageError('compress.too-large', `The ${format} stream unpacks to more than ${limit} bytes.`, {
    hint: 'Unpack it yourself if that is intended.',
  });
}
