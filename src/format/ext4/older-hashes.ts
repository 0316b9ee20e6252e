// Hashes of directories that others wrote: the first one of the format, and the Tiny Encryption Algorithm, which is what its name
// says (kernel documentation, "Hash Tree Directories"). Writers here use half MD4.

import type { ByteString } from '../../bytes/index.js';
import { fillWords, HALF_MD4, inIndex, initialState, nameHasher } from './dirhash.js';

/** Versions of hashes in the root of an index; those from `UNSIGNED` on are the same over unsigned bytes. */
const LEGACY = 0;
const TEA = 2;
const UNSIGNED = 3;
const DELTA = 0x9e37_79b9;
const TEA_ROUNDS = 16;
const TEA_WORDS = 4;

type Hasher = (name: ByteString) => number;

/** The hash of an index's version; undefined for a version that is not known here. */
export function hasherOf(version: number, seed: Uint8Array, isUnsigned: boolean): Hasher | undefined {
  const kind = version % UNSIGNED;
  if (version >= 2 * UNSIGNED) return undefined;
  const isSigned = version < UNSIGNED && !isUnsigned;
  if (kind === LEGACY) return (name) => legacyHash(name, isSigned);
  if (kind === TEA) return teaHasher(initialState(seed), isSigned);
  const halfMd4 = kind === HALF_MD4 ? nameHasher(seed, isSigned) : undefined;
  return halfMd4 && ((name) => halfMd4(name).hash);
}

function legacyHash(name: ByteString, isSigned: boolean): number {
  let [last, before] = [0x12a3_fe2d, 0x37ab_e8f9];
  for (let at = 0; at < name.length; at++) {
    const code = isSigned ? (name.charCodeAt(at) << 24) >> 24 : name.charCodeAt(at);
    let next = (before + (last ^ Math.imul(code, 7_152_373))) >>> 0;
    if (next >= 0x8000_0000) next -= 0x7fff_ffff;
    before = last;
    last = next;
  }
  return inIndex(last << 1);
}

function teaHasher(start: readonly number[], isSigned: boolean): Hasher {
  const words = new Int32Array(TEA_WORDS);
  return (name) => {
    let [left, right] = [start[0]! | 0, start[1]! | 0];
    for (let from = 0; from < name.length; from += 4 * TEA_WORDS) {
      fillWords(name, from, words, isSigned);
      const [a, b, c, d] = words as unknown as [number, number, number, number];
      let [x, y, sum] = [left, right, 0];
      for (let round = 0; round < TEA_ROUNDS; round++) {
        sum = (sum + DELTA) | 0;
        x = (x + (((y << 4) + a) ^ (y + sum) ^ ((y >>> 5) + b))) | 0;
        y = (y + (((x << 4) + c) ^ (x + sum) ^ ((x >>> 5) + d))) | 0;
      }
      left = (left + x) | 0;
      right = (right + y) | 0;
    }
    return inIndex(left);
  };
}
