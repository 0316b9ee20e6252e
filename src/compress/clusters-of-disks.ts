// Clusters of disk images: compressed data after which the rest of a sector follows.

import { InvalidImageError } from '../errors.js';
import { chooseDecoder } from './block-decoder.js';
import { inflateWhole } from './inflate.js';

const ZSTD_MAGIC = 0xfd2fb528;
/** Bytes of the number of a dictionary, and of the size of the content, by two bits of the descriptor each (RFC 8878, 3.1.1.1.1). */
const DICTIONARY = [0, 1, 2, 4];
const CONTENT_SIZE = [0, 2, 4, 8];
const RLE = 1;

/** Deflated data without a header, at most `limit` bytes. Throws {@link InvalidImageError} `compress.damaged`. */
export function inflateRaw(data: Uint8Array, limit: number): Uint8Array {
  try {
    return inflateWhole(data, limit);
  } catch (error) {
    throw damaged('deflated', (error as Error).message, error);
  }
}

/** The zstd frame at the start of some data, at most `limit` bytes. Rejects with {@link InvalidImageError} `compress.damaged`. */
export function unpackZstdFrame(data: Uint8Array, limit: number): Promise<Uint8Array> {
  return chooseDecoder('zstd')(data.subarray(0, frameLength(data)), limit);
}

/** RFC 8878, 3.1.1: a header, blocks that say which is the last, and a checksum. */
function frameLength(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 5 || view.getUint32(0, true) !== ZSTD_MAGIC) throw damaged('zstd', 'it is not a frame');
  const descriptor = data[4]!;
  const isSingle = (descriptor & 0x20) !== 0;
  const contentSize = CONTENT_SIZE[descriptor >> 6]! || (isSingle ? 1 : 0);
  let at = 5 + (isSingle ? 0 : 1) + DICTIONARY[descriptor & 3]! + contentSize;
  for (let isLast = false; !isLast; ) {
    if (at + 3 > data.length) throw damaged('zstd', 'it ends inside a frame');
    const head = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16);
    isLast = (head & 1) !== 0;
    at += 3 + (((head >> 1) & 3) === RLE ? 1 : head >>> 3);
  }
  return at + ((descriptor & 4) === 0 ? 0 : 4);
}

function damaged(codec: string, why: string, cause?: unknown): InvalidImageError {
  return new InvalidImageError('compress.damaged', `A cluster that is ${codec} is damaged: ${why}.`, { cause });
}
