// Compressed streams: told by their first bytes and unpacked piece by piece, bounded in what they may become.

import { createGunzip } from 'node:zlib';
import { InvalidImageError } from '../errors.js';
import { unpackBzip2 } from './bzip2.js';

/** What a stream is compressed with; `none` for anything not known here. */
export type StreamFormat = 'gzip' | 'bzip2' | 'xz' | 'zstd' | 'none';

const signatures: readonly (readonly [StreamFormat, ...number[]])[] = [
  ['gzip', 0x1f, 0x8b],
  ['bzip2', 0x42, 0x5a, 0x68],
  ['xz', 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  ['zstd', 0x28, 0xb5, 0x2f, 0xfd],
];

/** How many bytes {@link streamFormat} looks at. */
export const SIGNATURE_LENGTH = 6;

/** What the first bytes of a stream say about it. */
export function streamFormat(head: Uint8Array): StreamFormat {
  const found = signatures.find(([, ...bytes]) => (bytes as number[]).every((byte, i) => head[i] === byte));
  return found?.[0] ?? 'none';
}

type Pieces = AsyncIterable<Uint8Array>;

/**
 * Unpacks a stream. Throws {@link InvalidImageError} `compress.damaged` for a broken or shortened one, and
 * `compress.too-large` when it becomes more than `limit` bytes.
 */
export async function* unpackStream(
  format: StreamFormat,
  pieces: Pieces,
  limit: number,
): Pieces & AsyncGenerator<Uint8Array> {
  let total = 0;
  try {
    for await (const piece of decoders[format](pieces)) {
      total += piece.length;
      if (total > limit) throw tooLarge(format, limit);
      if (piece.length > 0) yield piece;
    }
  } catch (error) {
    if (error instanceof InvalidImageError || !isDecoderError(error)) throw error;
    const message = `The ${format} stream is damaged or ends too early: ${(error as Error).message}.`;
    throw new InvalidImageError('compress.damaged', message, { cause: error });
  }
}

const decoders: Readonly<Record<StreamFormat, (pieces: Pieces) => Pieces>> = {
  none: (pieces) => pieces,
  gzip: unpackGzip,
  bzip2: unpackBzip2,
  xz: unpackXz,
  zstd: unpackZstd,
};

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

async function* unpackXz(pieces: Pieces): Pieces & AsyncGenerator<Uint8Array> {
  const loaded = await import('xz-decompress');
  // A CommonJS module: Node finds its names below `default` only.
  const { XzReadableStream } = 'default' in loaded ? (loaded.default as typeof loaded) : loaded;
  const iterator = pieces[Symbol.asyncIterator]();
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value.slice());
    },
  });
  const reader = new XzReadableStream(source).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
  if (!(await iterator.next()).done) throw new Error('more data follow the first xz stream');
}

async function* unpackZstd(pieces: Pieces): Pieces & AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const ready: Uint8Array[] = [];
  const stream = new Decompress((piece) => ready.push(piece.slice()));
  for await (const piece of pieces) {
    stream.push(piece.slice());
    yield* ready.splice(0);
  }
  stream.push(new Uint8Array(0), true);
  yield* ready.splice(0);
}

function tooLarge(format: StreamFormat, limit: number): InvalidImageError {
  return new InvalidImageError('compress.too-large', `The ${format} stream unpacks to more than ${limit} bytes.`, {
    hint: 'Unpack it yourself if that is what it should be.',
  });
}
