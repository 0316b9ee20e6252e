// Compressed streams by their first bytes.

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
