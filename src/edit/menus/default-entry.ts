// The entry that becomes the default of each menu that has it, in the spelling of its boot loader.

import type { MenuText } from './disc-files.js';
import { grubDefaults } from './grub-default.js';
import { isolinuxDefaults } from './isolinux-default.js';
import { loaderDefaults } from './loader-default.js';
import type { MenuDefault } from './menu-default.js';

/** The choice for all menus of a disc. */
export interface DefaultEntry {
  /** By file; one without a value stays as it is. */
  readonly values: ReadonlyMap<MenuText, string>;
  /** The menus that have the entry, each by one of its files. */
  readonly having: readonly MenuText[];
  /** The menus that do not. */
  readonly lacking: readonly MenuText[];
}

/**
 * Finds an entry by its number from 0, or its title, label or identifier, in each menu by the rules of its boot loader: what one menu calls
 * an entry may mean nothing in another.
 */
export function defaultEntry(texts: readonly MenuText[], wanted: string | number): DefaultEntry {
  const ofKind = (...kinds: MenuText['kind'][]) => texts.filter(({ kind }) => kinds.includes(kind));
  const menus: MenuDefault[] = [
    ...grubDefaults(ofKind('grub'), String(wanted)),
    ...isolinuxDefaults(ofKind('isolinux'), wanted),
    ...loaderDefaults(ofKind('loader', 'loader-entry'), wanted),
  ];
  const values = new Map<MenuText, string>();
  const having = new Set<MenuText>();
  for (const { named, files, value } of menus) {
    if (value === undefined) continue;
    having.add(named);
    for (const file of files) values.set(file, value);
  }
  const lacking = new Set(menus.map(({ named }) => named).filter((named) => !having.has(named)));
  return { values, having: [...having], lacking: [...lacking] };
}
