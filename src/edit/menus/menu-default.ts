// The default entry of a menu by the rules of its boot loader.

import type { MenuText } from './disc-files.js';

/** A menu, and the value that makes an entry its default. */
export interface MenuDefault {
  /** The file that reports name. */
  readonly named: MenuText;
  /** All files that the boot loader reads as this one menu. */
  readonly files: readonly MenuText[];
  /** As the boot loader spells it; undefined if the menu does not have the entry. */
  readonly value: string | undefined;
}

/** The menus that no other one reads as a part of itself; of files that read each other the first one. */
export function ownMenus<T extends { readonly root: MenuText; readonly files: readonly MenuText[] }>(
  menus: readonly T[],
  parts: ReadonlySet<MenuText>,
): T[] {
  const own = menus.filter(({ root }) => !parts.has(root));
  const known = new Set(own.flatMap(({ files }) => files));
  for (const menu of menus) {
    if (known.has(menu.root)) continue;
    own.push(menu);
    for (const file of menu.files) known.add(file);
  }
  return own;
}

/** A test that takes upper and lower case for the same. */
export const sameLetters = (wanted: string) => (name: string) => name.toLowerCase() === wanted.toLowerCase();
