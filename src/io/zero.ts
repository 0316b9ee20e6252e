// Whether bytes are zeros.

const ZEROS = Buffer.alloc(256 * 1024);

/**
 * Whether all bytes from `from` to `to` are zero. The comparison runs at the speed of memory, but is a call into the
 * engine; most data differs in its first byte.
 */
export function isZero(bytes: Uint8Array, from = 0, to = bytes.length): boolean {
  for (let at = from; at < to; at += ZEROS.length) {
    const end = Math.min(at + ZEROS.length, to);
    if (bytes[at] !== 0 || ZEROS.compare(bytes, at, end, 0, end - at) !== 0) return false;
  }
  return true;
}
