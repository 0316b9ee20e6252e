// Targets of symbolic links as path components (ECMA-167 4/14.16.1, UDF 2.3.13).

import { type ByteString, concatBytes } from '../../bytes/index.js';
import { encodeCs0 } from './cs0.js';
import { exactName, storedNames } from './names.js';

const ROOT = 2;
const PARENT = 3;
const SELF = 4;
const NAME = 5;

/** The components one behind the other. */
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

/** Whether readers get back this very target: slashes in a row and at the end do not survive. */
export function isExactTarget(target: ByteString): boolean {
  if (target === '/') return true;
  const inner = (target.startsWith('/') ? target.slice(1) : target) as ByteString;
  return inner.split('/').every((name) => name !== '' && exactName(name as ByteString) !== undefined);
}
