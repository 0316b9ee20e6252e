// Settings of xz that go beyond a level.

import { UsageError } from '../../errors.js';

/** Machines whose code a branch filter (BCJ) makes more alike, in the order of the bits that squashfs has for them. */
export const BCJ_FILTERS = ['x86', 'powerpc', 'ia64', 'arm', 'armthumb', 'sparc', 'arm64', 'riscv'] as const;

/** The branch filter for code of one machine. */
export type BcjFilter = (typeof BCJ_FILTERS)[number];

/** Filters that any kernel with xz decodes; ia64 has gone from it, the last two came with 6.12. */
export const USUAL_FILTERS: readonly BcjFilter[] = ['x86', 'powerpc', 'arm', 'armthumb', 'sparc'];

/** Values that a decoder needs, and the effort of the encoder. */
export interface XzSettings {
  /** More time for less size: the `e` of `9e`. */
  readonly extreme: boolean;
  /** Most bytes of the dictionary: 2^n or 3 × 2^n. Undefined: as many as a block. */
  readonly dictionarySize: number | undefined;
  /** A block that looks like code of a machine gets the filter of that machine. */
  readonly filters: readonly BcjFilter[];
}

/** A metadata block of squashfs, the smallest that is any good. */
const MIN_DICTIONARY = 8192;
const MAX_DICTIONARY = 1024 * 1024 * 64;

/** Throws {@link UsageError} for a dictionary or filter that xz does not have. */
export function checkXz(settings: XzSettings): XzSettings {
  const { dictionarySize: size, filters } = settings;
  if (size !== undefined && !(hasFewBits(size) && size >= MIN_DICTIONARY && size <= MAX_DICTIONARY)) {
    throw new UsageError('compress.dictionary-size', `${size} bytes cannot be a dictionary of xz here.`, {
      option: 'dictionarySize',
      hint: 'Choose 2^n or 3 × 2^n bytes, 8192 or more.',
    });
  }
  for (const filter of filters) {
    if (BCJ_FILTERS.includes(filter)) continue;
    throw new UsageError('compress.filter', `"${String(filter)}" is not a branch filter of xz.`, {
      option: 'bcj',
      hint: `Choose from ${BCJ_FILTERS.join(', ')}.`,
    });
  }
  return { ...settings, filters: [...new Set(filters)] };
}

/** Whether a size is 2^n or 3 × 2^n, as both decoders and squashfs require. */
function hasFewBits(size: number): boolean {
  return Number.isInteger(Math.log2(size)) || Number.isInteger(Math.log2(size / 3));
}
