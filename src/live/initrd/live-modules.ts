// Which dracut modules a live initrd is made with, and how dracut is called: by the type's flags and the description's
// schema version, as KIWI of that time did.

import { isBefore, type SchemaVersion } from '../description/index.js';

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

const POLL = 'pollcdrom';
/** Modules of KIWI's disk images, which early releases had to keep out of live media. */
const DISK_MODULES = ['kiwi-dump', 'kiwi-overlay', 'kiwi-repart', 'kiwi-lib'];
/** Schema versions from which on the recipes changed. */
const MULTIPATH_OMITTED: SchemaVersion = { major: 6, minor: 9 };
const NETWORK_ADDED: SchemaVersion = { major: 7, minor: 0 };
const KIWI_10: SchemaVersion = { major: 8, minor: 0 };

export function dracutRecipe(flags: LiveFlags, schema: SchemaVersion): DracutRecipe {
  const early = isBefore(schema, NETWORK_ADDED);
  const call = { omit: omittedModules(schema), xz: isBefore(schema, KIWI_10) };
  if (flags === 'overlay') {
    const name = 'dracut-kiwi-live (kiwi-dracut-live on Debian)';
    return { essential: 'kiwi-live', add: ['kiwi-live', POLL], package: name, ...call };
  }
  const network = early ? [] : ['livenet'];
  return { essential: 'dmsquash-live', add: ['dmsquash-live', ...network, POLL], package: 'dracut-live', ...call };
}

function omittedModules(schema: SchemaVersion): readonly string[] {
  if (isBefore(schema, MULTIPATH_OMITTED)) return DISK_MODULES;
  if (isBefore(schema, NETWORK_ADDED)) return [...DISK_MODULES, 'multipath'];
  return isBefore(schema, KIWI_10) ? ['multipath'] : [];
}

/** Options of dracut for a recipe and the modules of it that are there; where the result goes comes behind them. */
export function dracutOptions({ omit, xz }: DracutRecipe, modules: readonly string[]): string[] {
  return [
    ...['--force', '--verbose', '--reproducible', '--no-hostonly', '--no-hostonly-cmdline'],
    ...(xz ? ['--xz'] : []),
    ...['--add', ` ${modules.join(' ')} `],
    ...(omit.length > 0 ? ['--omit', ` ${omit.join(' ')} `] : []),
  ];
}
