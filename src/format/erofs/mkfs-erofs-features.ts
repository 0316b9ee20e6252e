// The values of mkfs.erofs's option `-E`.

import { ALWAYS, BadValue } from '../../options/index.js';
import type { Draft } from './mkfs-erofs-draft.js';

export const SMALLER = 'It only makes images smaller, for newer kernels.';
export const EXPERIMENTAL = 'Only some kernels read it, as an experiment.';

type Feature = ((draft: Draft) => void) | typeof ALWAYS | string;

/** Values of `-E`. */
const FEATURES: Readonly<Record<string, Feature>> = {
  'force-inode-compact': ({ image }) => {
    image.inodes = 'compact';
  },
  'force-inode-extended': ({ image }) => {
    image.inodes = 'extended';
  },
  noinline_data: ({ image }) => {
    image.inlineData = false;
  },
  inline_data: ALWAYS,
  '^noinline_data': ALWAYS,
  'legacy-compress': 'Images are for Linux 5.4 and newer.',
  ztailpacking: ({ image }) => {
    image.tailPacking = true;
  },
  fragments: ({ image }) => {
    image.fragments ??= 'ends';
  },
  'all-fragments': ({ image }) => {
    image.fragments = 'all';
  },
  dedupe: ({ image }) => {
    image.dedupe = true;
  },
  'fragdedupe=off': ALWAYS,
  'fragdedupe=inode': ALWAYS,
  fragdedupe: 'Equal files are stored once, but not equal parts of small ones.',
  '48bit': EXPERIMENTAL,
  nosbcrc: 'Superblocks have a checksum.',
  'xattr-name-filter': 'Kernels find attributes without it.',
  '^xattr-name-filter': ALWAYS,
  'plain-xattr-prefixes': SMALLER,
  'force-chunk-indexes': 'Chunks have addresses of 4 bytes.',
  'force-inode-blockmap': ALWAYS,
};

/** Applies a value of `-E`; throws for one that is unknown, or has no equivalent. */
export function applyFeature(draft: Draft, word: string): void {
  const name = word.split('=')[0]!;
  const feature = FEATURES[word] ?? FEATURES[name];
  if (feature === undefined) throw new BadValue(`a list of ${Object.keys(FEATURES).join(', ')}`);
  if (typeof feature === 'string') throw new RefusedFeature(name, feature);
  if (feature !== ALWAYS) feature(draft);
}

class RefusedFeature extends Error {
  constructor(
    readonly feature: string,
    readonly instead: string,
  ) {
    super(feature);
  }
}

/** The feature that {@link applyFeature} refused, as an option with the advice; undefined for other errors. */
export function refusedFeature(error: unknown): { readonly option: string; readonly instead: string } | undefined {
  return error instanceof RefusedFeature ? { option: `-E ${error.feature}`, instead: error.instead } : undefined;
}
