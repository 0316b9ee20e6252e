// Half MD4: the hash that orders the names of an indexed directory (kernel documentation, "Hash Tree Directories";
// the mixing is that of MD4, RFC 1320 §3.4, with half the steps).

import type { ByteString } from '../../bytes/index.js';

/** `hash version` of half MD4 over signed bytes; the superblock's flags distinguish signed from unsigned. */
export const HALF_MD4 = 1;

/** Names are hashed 32 bytes at a time. */
const CHUNK = 32;
const WORDS = 8;
const INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
/** Hash value that readers keep for the end of a directory. */
const END_OF_DIRECTORY = 0xfffffffe;

const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));

const ROUNDS = [
  {
    mix: (x: number, y: number, z: number) => z ^ (x & (y ^ z)),
    add: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7],
    by: [3, 7, 11, 19],
  },
  {
    mix: (x: number, y: number, z: number) => ((x & y) + ((x ^ y) & z)) | 0,
    add: 0x5a827999,
    order: [1, 3, 5, 7, 0, 2, 4, 6],
    by: [3, 5, 9, 13],
  },
  {
    mix: (x: number, y: number, z: number) => x ^ y ^ z,
    add: 0x6ed9eba1,
    order: [3, 7, 2, 6, 1, 5, 0, 4],
    by: [3, 9, 11, 15],
  },
] as const;

function transform(state: Int32Array, words: Int32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (const { mix, add, order, by } of ROUNDS) {
    for (let step = 0; step < WORDS; step++) {
      const mixed = rotate((a + mix(b, c, d) + words[order[step]!]! + add) | 0, by[step & 3]!);
      a = d;
      d = c;
      c = b;
      b = mixed;
    }
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}

/** The next bytes of the name as big-endian words; what is missing is filled with the length still to hash. */
export function fillWords(name: ByteString, from: number, words: Int32Array, isSigned: boolean): void {
  const left = name.length - from;
  const low = left | (left << 8);
  const pad = low | (low << 16);
  const end = Math.min(name.length, from + 4 * words.length);
  let at = from;
  for (let index = 0; index < words.length; index++) {
    let word = pad;
    for (let byte = 0; byte < 4 && at < end; byte++, at++) {
      // Sign extension of bytes ≥ 0x80 is what "signed hash" means.
      const code = name.charCodeAt(at);
      word = (isSigned ? (code << 24) >> 24 : code) + (word << 8);
    }
    words[index] = word;
  }
}

/** A hasher for one file system. `seed` is the superblock's hash seed; all zeros mean the constants of MD4. */
export function nameHasher(seed: Uint8Array, isSigned = true): (name: ByteString) => { hash: number; minor: number } {
  const start = initialState(seed);
  const state = new Int32Array(4);
  const words = new Int32Array(WORDS);
  return (name) => {
    state.set(start);
    for (let from = 0; from < name.length; from += CHUNK) {
      fillWords(name, from, words, isSigned);
      transform(state, words);
    }
    return { hash: inIndex(state[1]!), minor: state[2]! >>> 0 };
  };
}

/** The seed, or the constants of MD4 for one of zeros. */
export function initialState(seed: Uint8Array): readonly number[] {
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const seeded = seed.some((byte) => byte !== 0);
  return INITIAL.map((word, index) => (seeded ? view.getUint32(index * 4, true) : word));
}

/** A hash as indexes have it: the lowest bit marks one that continues in the next block. */
export function inIndex(word: number): number {
  const hash = (word & ~1) >>> 0;
  return hash === END_OF_DIRECTORY ? END_OF_DIRECTORY - 2 : hash;
}
