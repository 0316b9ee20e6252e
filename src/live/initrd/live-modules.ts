// Which dracut modules a live initrd is made with, and how dracut is called: by the type's flags and the generation.

import type { GenerationRules } from '../description/index.js';

/** What dracut is asked for. */
export interface DracutRecipe {
  /** The module without which no live medium boots. */
  readonly essential: string;
  /** Modules asked for; the essential one is the first. */
  readonly add: readonly string[];
  /** Modules left out whatever dracut thinks. */
  readonly omit: readonly string[];
  /** Whether the initrd is compressed by xz, and not as dracut's configuration says. */
  readonly xz: boolean;
  /** Debian's and others' names of the package that has the essential module. */
  readonly package: string;
}

export type LiveFlags = 'overlay' | 'dmsquash';

const liveModules: Readonly<Record<LiveFlags, Pick<DracutRecipe, 'essential' | 'package'>>> = {
  overlay: { essential: 'kiwi-live', package: 'dracut-kiwi-live (kiwi-dracut-live on Debian)' },
  dmsquash: { essential: 'dmsquash-live', package: 'dracut-live' },
};

export function dracutRecipe(flags: LiveFlags, rules: GenerationRules): DracutRecipe {
  const module = liveModules[flags];
  const add = [module.essential, ...rules.extraModules[flags]];
  return { ...module, add, omit: rules.omittedModules, xz: rules.xzInitrd };
}

/**
 * Options of dracut for a recipe and the modules of it that are there; where the result goes comes behind them. They say
 * all that KIWI's 02-livecd.conf says, so that no file has to be laid into the root tree.
 */
export function dracutOptions({ omit, xz }: DracutRecipe, modules: readonly string[]): string[] {
  return [
    ...['--force', '--verbose', '--reproducible', '--no-hostonly', '--no-hostonly-cmdline'],
    ...(xz ? ['--xz'] : []),
    ...['--add', ` ${modules.join(' ')} `],
    ...(omit.length > 0 ? ['--omit', ` ${omit.join(' ')} `] : []),
  ];
}
