// Paths as callers of the library give them: text, byte strings, or bytes.

import { type ByteString, byteStringOf, fromText, isAscii, toText } from './text.js';

/**
 * A path or a name. Bytes are taken as they are. A string is taken as a byte string if its characters are bytes that form
 * UTF-8, else as text. Give bytes for a name that is not UTF-8, or that is text like `Ã¼`, which could be either.
 */
export type PathLike = string | ByteString | Uint8Array;

/** The bytes of a path, as {@link PathLike} explains. */
export function pathBytes(path: PathLike): ByteString {
  if (typeof path !== 'string') return byteStringOf(path);
  return isByteString(path) ? path : fromText(path);
}

function isByteString(path: string): path is ByteString {
  if (isAscii(path)) return true;
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) > 0xff) return false;
  return toText(path as ByteString) !== undefined;
}
