// Compressed streams: recognised by their first bytes and unpacked piece by piece, bounded in what they may become.

import { createGunzip } from 'node:zlib';
import { InvalidImageError, UnsupportedError } from '../errors.js';
import { unpackBzip2 } from './bzip2.js';
import { Core, CoreFault, type CoreStream, TOO_HUNGRY, UNSUPPORTED } from './core/instance.js';
import { coreModule } from './core/module.js';
import { unpackLegacyLz4 } from './legacy-lz4.js';

/** The compression of a stream; `none` for any other data. */
export type StreamFormat = 'gzip' | 'bzip2' | 'xz' | 'lzma' | 'zstd' | 'lz4' | 'lz4-legacy' | 'none';

/** The first bytes of each format; undefined stands for any byte. */
const signatures: readonly (readonly [StreamFormat, ...(number | undefined)[]])[] = [
  ['gzip', 0x1f, 0x8b],
  ['bzip2', 0x42, 0x5a, 0x68],
  ['xz', 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  ['zstd', 0x28, 0xb5, 0x2f, 0xfd],
  ['lz4', 0x04, 0x22, 0x4d, 0x18],
  ['lz4-legacy', 0x02, 0x21, 0x4c, 0x18],
];

/** How many bytes {@link streamFormat} looks at. */
export const SIGNATURE_LENGTH = 13;

/**
 * Most bytes of a window or dictionary: 1 GiB, `zstd --long=30`. WebAssembly has no room for more, and a stream that asks
 * for it gets it.
 */
const LARGEST_WINDOW = 2 ** 30;

/** Recognizes a stream by its first bytes. */
export function streamFormat(head: Uint8Array): StreamFormat {
  const found = signatures.find(([, ...bytes]) => bytes.every((byte, i) => byte === undefined || head[i] === byte));
  if (found) return found[0];
  if (isSkippable(head)) return 'zstd';
  return isLzma(head) ? 'lzma' : 'none';
}

/** A skippable frame (RFC 8878, 3.1.2), as pzstd writes first. LZ4 has the same ones, but no tool that starts with one. */
function isSkippable(head: Uint8Array): boolean {
  return (head[0]! & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
}

/**
 * lzma has no signature. Its usual properties (lc 3, lp 0, pb 2), a dictionary of 2^n or 3 × 2^n bytes, and a size that is
 * unknown or below 2^40 are not the beginning of anything else.
 */
function isLzma(head: Uint8Array): boolean {
  if (head.length < SIGNATURE_LENGTH || head[0] !== 0x5d) return false;
  const view = new DataView(head.buffer, head.byteOffset, SIGNATURE_LENGTH);
  const dictionary = view.getUint32(1, true);
  const fits = [dictionary, dictionary / 3].some((size) => Number.isInteger(Math.log2(size)));
  const size = view.getBigUint64(5, true);
  return (fits || dictionary === 0xffff_ffff) && (size === 0xffff_ffff_ffff_ffffn || size < 2n ** 40n);
}

type Pieces = AsyncIterable<Uint8Array>;

/**
 * Unpacks a stream. Throws {@link InvalidImageError} `compress.damaged` for a broken or shortened one, and
 * `compress.too-large` when it becomes more than `limit` bytes; {@link UnsupportedError} `compress.window` for one that
 * needs more memory than there is for it, `compress.feature` for what is not read.
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
  gzip: unpackGzip,
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

/** Errors of the input carry an errno or a code of their own; those of decoders do not, or zlib's. */
function isDecoderError(error: unknown): boolean {
  const { code, syscall, name } = error as NodeJS.ErrnoException;
  if (syscall !== undefined || name === 'AbortError') return false;
  return typeof code !== 'string' || code.startsWith('Z_') || code.startsWith('ERR_');
}

async function* unpackGzip(pieces: Pieces): Pieces & AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  let wake = () => {};
  const room = () => wake();
  gunzip.on('drain', room).on('close', room);
  const fed = (async () => {
    for await (const piece of pieces) {
      const more = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!gunzip.write(Buffer.from(piece)) && !gunzip.destroyed) await more;
      if (gunzip.destroyed) return;
    }
    gunzip.end();
  })();
  fed.catch((error) => gunzip.destroy(error));
  try {
    yield* gunzip;
    await fed;
  } finally {
    gunzip.destroy();
  }
}

/** In a separate instance, whose memory goes with it. */
async function* unpackByCore(format: CoreStream, pieces: Pieces): Pieces & AsyncGenerator<Uint8Array> {
  const decoder = new Core(coreModule()).stream(format, LARGEST_WINDOW);
  for await (const piece of pieces) yield* decoder.push(piece, false);
  yield* decoder.push(new Uint8Array(0), true);
}

function tooLarge(format: StreamFormat, limit: number): InvalidImageError {
  return new InvalidImageError('compress.too-large', `The ${format} stream unpacks to more than ${limit} bytes.`, {
    hint: 'Unpack it yourself if that is what it should be.',
  });
}
