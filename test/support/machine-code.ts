// Blocks that look like linked machine code: calls to few functions from many places.

import type { BcjFilter } from '../../src/compress/index.js';

/** The call instruction of a machine over a distance in bytes, and bytes from one call to the next. */
interface Calls {
  readonly step: number;
  call(distance: number): readonly number[];
}

const little = (word: number) => [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24];
const big = (word: number) => little(word).reverse();
/** `count` bits of a number from bit `from` on. */
const bits = (value: number, from: number, count: number) => (value >> from) & (2 ** count - 1);

const MACHINES: Readonly<Record<BcjFilter, Calls>> = {
  x86: { step: 23, call: (d) => [0xe8, ...little((d - 5) >>> 0)] },
  powerpc: { step: 32, call: (d) => big((0x4800_0001 | (bits(d, 2, 24) << 2)) >>> 0) },
  ia64: { step: 48, call: ia64 },
  arm: { step: 32, call: (d) => little((0xeb00_0000 | bits(d - 8, 2, 24)) >>> 0) },
  armthumb: {
    step: 26,
    call: (d) => little((0xf000 | bits(d - 4, 12, 11) | ((0xf800 | bits(d - 4, 1, 11)) << 16)) >>> 0),
  },
  sparc: { step: 32, call: (d) => big(((1 << 30) | bits(d, 2, 30)) >>> 0) },
  arm64: { step: 32, call: (d) => little((0x9400_0000 | bits(d, 2, 26)) >>> 0) },
  riscv: {
    step: 26,
    call: (d) =>
      little(
        ((bits(d, 20, 1) << 31) | (bits(d, 1, 10) << 21) | (bits(d, 11, 1) << 20) | (bits(d, 12, 8) << 12) | 0xef) >>>
          0,
      ),
  },
};

/** br.call in the last slot of a bundle. */
function ia64(distance: number): readonly number[] {
  const branch = (5n << 37n) | (BigInt(bits(distance, 24, 1)) << 36n) | (BigInt(bits(distance, 4, 20)) << 13n);
  const bundle = 0x10n | (branch << 87n);
  return Array.from({ length: 16 }, (_, i) => Number((bundle >> BigInt(8 * i)) & 0xffn));
}

/** `calls` calls of one machine with other bytes between them. */
export function machineCode(machine: BcjFilter, calls = 1500): Uint8Array {
  const { step, call } = MACHINES[machine];
  const code = Uint8Array.from({ length: calls * step }, (_, i) => (i * 7 + ((i * i) >> 5)) & 0x3f);
  for (let i = 0; i < calls; i++) code.set(call((i % 5) * 4096 - i * step), i * step);
  return code;
}
