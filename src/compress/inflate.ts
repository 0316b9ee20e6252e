// Deflate by zlib: streams with a header and members, and data without.

import { createGunzip, inflateRawSync } from 'node:zlib';

/** Deflated data without a header, at most `limit` bytes. Throws for anything else. */
export function inflateWhole(data: Uint8Array, limit: number): Uint8Array {
  return inflateRawSync(data, { maxOutputLength: limit });
}

/** Bytes of an unpacked piece. With the 16 KiB of Node.js a layer takes twice the CPU time, as every piece is digested and written alone. */
const PIECE = 256 * 1024;

/** A gzip stream of one or more members. Throws for anything else. */
export async function* gunzip(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = createGunzip({ chunkSize: PIECE });
  let wake = () => {};
  const room = () => wake();
  decoder.on('drain', room).on('close', room);
  const fed = (async () => {
    for await (const piece of pieces) {
      const more = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!decoder.write(Buffer.from(piece)) && !decoder.destroyed) await more;
      if (decoder.destroyed) return;
    }
    decoder.end();
  })();
  fed.catch((error) => decoder.destroy(error));
  try {
    yield* decoder;
    await fed;
  } finally {
    decoder.destroy();
  }
}
