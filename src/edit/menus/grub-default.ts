// The value of GRUB's variable `default` for an entry.

import type { MenuText } from './disc-files.js';
import { type GrubEntry, grubMenus } from './grub-entries.js';
import { fixedParts, hasParts } from './grub-variables.js';
import { type MenuDefault, sameLetters } from './menu-default.js';

/** The default of every GRUB menu. */
export function grubDefaults(texts: readonly MenuText[], wanted: string): MenuDefault[] {
  return grubMenus(texts).map(({ named, files, entries }) => ({ named, files, value: valueIn(entries, wanted) }));
}

function valueIn(entries: readonly GrubEntry[], wanted: string): string | undefined {
  const parts = wanted.split(/(?<!>)>(?!>)/).map((part) => part.replaceAll('>>', '>'));
  if (isPath(entries, parts)) return wanted;
  const isSame = sameLetters(wanted);
  for (const nameFor of [
    (name: string) => (name === wanted ? name : undefined),
    (name: string) => (isSame(name) ? name : undefined),
    (name: string) => (fits(name, wanted) ? wanted : undefined),
  ]) {
    const path = pathTo(entries, nameFor);
    if (path) return path.join('>');
  }
  return undefined;
}

/** Whether each part is the number or a name of an entry below the one before. */
function isPath(entries: readonly GrubEntry[], [first, ...rest]: readonly string[]): boolean {
  const found = /^\d+$/.test(first!)
    ? entries[Number(first)]
    : isName(first!) && entries.find(({ names }) => names.some((name) => fits(name, first!)));
  return !!found && (rest.length === 0 || isPath(found.children, rest));
}

/** Whether a name of an entry may be the wanted one: GRUB evaluates variables in it. */
function fits(name: string, wanted: string): boolean {
  return hasParts(wanted, fixedParts(name));
}

/** GRUB takes a name that begins with a digit for a number, whatever follows. */
function isName(name: string): boolean {
  return !/^\d/.test(name);
}

/** An entry and the submenus that it is in, as GRUB names them: a single `>` leads into a submenu. */
function pathTo(entries: readonly GrubEntry[], nameFor: (name: string) => string | undefined): string[] | undefined {
  for (const [i, { names }] of entries.entries()) {
    const found = names.flatMap((name) => nameFor(name) ?? []);
    if (found.length > 0) return [spelled([...found, ...names], i)];
  }
  for (const [i, { names, children }] of entries.entries()) {
    const path = pathTo(children, nameFor);
    if (path) return [spelled([...names].reverse(), i), ...path];
  }
  return undefined;
}

/** The first of the names that is not taken for a number and has no variables, or the number. */
function spelled(names: readonly string[], index: number): string {
  const name = names.find((one) => isName(one) && fixedParts(one).length === 1);
  return name?.replaceAll('>', '>>') ?? String(index);
}
