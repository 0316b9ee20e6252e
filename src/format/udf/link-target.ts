// Targets of symbolic links as path components (ECMA-167 4/14.16.1, UDF 2.3.13).

import { type ByteString, concatBytes, fromText } from '../../bytes/index.js';
import { decodeCs0, encodeCs0 } from './cs0.js';
import { exactName, storedNames } from './names.js';

const ROOT = 2;
const PARENT = 3;
const SELF = 4;
const NAME = 5;
/** Kind, length of the name, and its version. */
const HEAD = 4;

/** The components back to back. */
export function encodeTarget(target: ByteString): Uint8Array {
  const names = target.split('/').filter((name) => name !== '') as ByteString[];
  const parts = names.map((name) => {
    if (name === '.') return Uint8Array.of(SELF, 0, 0, 0);
    if (name === '..') return Uint8Array.of(PARENT, 0, 0, 0);
    const encoded = encodeCs0(storedNames([name])[0]!);
    return concatBytes([Uint8Array.of(NAME, encoded.length, 0, 0), encoded]);
  });
  return concatBytes(target.startsWith('/') ? [Uint8Array.of(ROOT, 0, 0, 0), ...parts] : parts);
}

/** The target in components; undefined if they are invalid. */
export function decodeTarget(bytes: Uint8Array): ByteString | undefined {
  const names: string[] = [];
  let isAbsolute = false;
  for (let at = 0; at < bytes.length; ) {
    if (at + HEAD > bytes.length) return undefined;
    const [kind, length] = [bytes[at]!, bytes[at + 1]!];
    const text = decodeCs0(bytes.subarray(at + HEAD, at + HEAD + length));
    at += HEAD + length;
    if (kind === ROOT) {
      isAbsolute = true;
      names.length = 0;
    } else if (kind === PARENT) names.push('..');
    else if (kind === SELF) names.push('.');
    else if (kind === NAME && text !== undefined) names.push(text);
    else return undefined;
  }
  return fromText((isAbsolute ? '/' : '') + names.join('/'));
}

/** Whether readers get back this very target: slashes in a row and at the end do not survive. */
export function isExactTarget(target: ByteString): boolean {
  if (target === '/') return true;
  const inner = (target.startsWith('/') ? target.slice(1) : target) as ByteString;
  return inner.split('/').every((name) => name !== '' && exactName(name as ByteString) !== undefined);
}
