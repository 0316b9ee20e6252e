// The digest of bytes with random access, which other work is done with on the way.

import { createDigest } from './hash.js';

/** Bytes of one read. */
const CHUNK = 1 << 20;

/** Fills `into` with the bytes from `at`. */
export type ReadInto = (into: Uint8Array, at: number) => Promise<void>;

/**
 * The SHA-256 of `size` bytes, as hexadecimal text. While a part is digested here, other threads read the next one, and do what `use`
 * asks of them with the part, which is lent to it.
 */
export async function digestAhead(
  readInto: ReadInto,
  size: number,
  use?: (bytes: Uint8Array, at: number) => Promise<void>,
): Promise<string> {
  const digest = createDigest('sha256');
  const buffers = [0, 1].map(() => Buffer.allocUnsafeSlow(Math.min(CHUNK, size)));
  const read = async (at: number) => {
    const bytes = buffers[(at / CHUNK) % 2]!.subarray(0, Math.min(CHUNK, size - at));
    await readInto(bytes, at);
    return bytes;
  };
  let next = read(0);
  for (let at = 0; at < size; ) {
    const bytes = await next;
    const using = use?.(bytes, at);
    at += bytes.length;
    if (at < size) next = read(at);
    digest.update(bytes);
    await Promise.all([using, next]);
  }
  return digest.hex();
}
