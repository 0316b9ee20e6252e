// Deflate in browsers, by pako.

import { Inflate } from 'pako';
import { concatBytes } from '../bytes/index.js';
import type * as host from './inflate.js';

/** Only streams with the header of gzip: the largest window, and 16. */
const GZIP = 15 + 16;

/** As on Node.js. */
export const inflateWhole: typeof host.inflateWhole = (data, limit) => {
  const decoder = new Inflate({ raw: true });
  const parts: Uint8Array[] = [];
  let length = 0;
  decoder.onData = (bytes) => {
    length += bytes.length;
    if (length > limit) throw new Error(`it has more than ${limit} bytes`);
    parts.push(bytes as Uint8Array);
  };
  if (!decoder.push(data, true) || decoder.err) throw new Error(decoder.msg || 'it ends too early');
  return concatBytes(parts);
};

/** As on Node.js. */
export const gunzip: typeof host.gunzip = async function* (pieces) {
  const ready: Uint8Array[] = [];
  let decoder: Inflate | undefined;
  for await (const piece of pieces) {
    // The decoder goes on with the next member inside a piece; at its end it has to be a new one.
    if (!decoder || (decoder.ended && piece[0] !== 0)) decoder = memberDecoder(ready);
    decoder.push(piece.slice(), false);
    if (decoder.err) throw new Error(decoder.msg || 'it is not a gzip stream');
    yield* ready.splice(0);
  }
  if (!decoder?.ended) throw new Error('unexpected end of file');
};

function memberDecoder(ready: Uint8Array[]): Inflate {
  const decoder = new Inflate({ windowBits: GZIP });
  decoder.onData = (bytes) => ready.push(bytes as Uint8Array);
  return decoder;
}
