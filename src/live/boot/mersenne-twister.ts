// MT19937, seeded as Python's random.seed(int) does it: the sequence KIWI draws its medium id from.
// Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998; init_by_array of 2002.

const SIZE = 624;
const OFFSET = 397;

/** A generator of 32-bit outputs; the seed is a non-negative integer below 2^53. */
export function mersenneTwister(seed: number): () => number {
  const state = seeded(seed);
  let at = SIZE;
  return () => {
    if (at === SIZE) {
      twist(state);
      at = 0;
    }
    let word = state[at++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  };
}

/** The state after init_by_array with the seed's 32-bit digits, lowest first. */
function seeded(seed: number): Uint32Array {
  const key = seed >= 2 ** 32 ? [seed % 2 ** 32, Math.floor(seed / 2 ** 32)] : [seed];
  const state = new Uint32Array(SIZE);
  state[0] = 19_650_218;
  const mixed = (i: number) => state[i - 1]! ^ (state[i - 1]! >>> 30);
  for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1_812_433_253, mixed(i)) + i;
  let i = 1;
  const next = () => {
    if (++i < SIZE) return;
    state[0] = state[SIZE - 1]!;
    i = 1;
  };
  for (let k = 0; k < SIZE; k++) {
    const j = k % key.length;
    state[i] = (state[i]! ^ Math.imul(mixed(i), 1_664_525)) + key[j]! + j;
    next();
  }
  for (let k = 1; k < SIZE; k++) {
    state[i] = (state[i]! ^ Math.imul(mixed(i), 1_566_083_941)) - i;
    next();
  }
  state[0] = 0x8000_0000;
  return state;
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const word = (state[i]! & 0x8000_0000) | (state[(i + 1) % SIZE]! & 0x7fff_ffff);
    state[i] = state[(i + OFFSET) % SIZE]! ^ (word >>> 1) ^ (word & 1 ? 0x9908_b0df : 0);
  }
}
