// The values of mkisofs's options while they are read.

import { type BootDraft, newBootDraft } from './mkisofs-boot.js';
import type { DiscOptions, HideRule, TreeName } from './options.js';

/** The options of mkisofs while they are read. */
export interface Draft extends BootDraft {
  readonly disc: { -readonly [K in keyof DiscOptions]?: DiscOptions[K] };
  readonly hide: HideRule[];
  readonly excludeFrom: string[];
  readonly hideFrom: { path: string; from: readonly TreeName[] }[];
  readonly exclude: string[];
  readonly relax: Set<NonNullable<DiscOptions['relax']>[number]>;
  sort?: string;
  output?: string;
  /** Whether the words are mkisofs's alone, whose defaults then count. */
  whole: boolean;
  joliet: false | true | 'long';
  pad: number | undefined;
  rational: boolean;
  duplicatesOnce: boolean;
  graftPoints: boolean;
  quiet: boolean;
}

/** Without any option. */
export function newDraft(): Draft {
  return {
    ...newBootDraft(),
    disc: {},
    hide: [],
    excludeFrom: [],
    hideFrom: [],
    exclude: [],
    relax: new Set(),
    whole: false,
    joliet: false,
    pad: undefined,
    rational: false,
    duplicatesOnce: false,
    graftPoints: false,
    quiet: false,
  };
}
