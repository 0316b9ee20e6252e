// The entry that becomes the default of each menu, in the spelling of its boot loader.

import { type ByteString, trimBlanks } from '../../bytes/index.js';
import { commandsOf } from '../../disc/index.js';
import { type MenuText, resolvedPath } from './disc-files.js';

/** The choice for all menus of a disc. */
export interface DefaultEntry {
  /** By menu; a menu without one stays as it is. */
  readonly values: ReadonlyMap<MenuText, string>;
  /** Whether any menu shows the entry, as far as can be told. */
  readonly isFound: boolean;
  /** Whether it is a number, and systemd-boot, which has none, would show it. */
  readonly isLost: boolean;
}

/** Finds an entry by its number from 0, or its title, label or identifier. */
export function defaultEntry(menus: readonly MenuText[], wanted: string | number): DefaultEntry {
  const values = new Map<MenuText, string>();
  const ofKind = (kind: MenuText['kind']) => menus.filter((menu) => menu.kind === kind);
  const grub = grubDefaultOf(ofKind('grub'), String(wanted));
  for (const menu of ofKind('grub')) values.set(menu, grub ?? String(wanted));
  const labels = isolinuxDefaults(ofKind('isolinux'), wanted);
  for (const [menu, label] of labels) values.set(menu, label);
  const loader = typeof wanted === 'string' ? loaderDefaultOf(ofKind('loader-entry'), wanted) : undefined;
  for (const menu of ofKind('loader')) if (typeof wanted === 'string') values.set(menu, loader ?? wanted);
  return {
    values,
    isFound: grub !== undefined || labels.size > 0 || loader !== undefined,
    isLost: typeof wanted === 'number' && ofKind('loader').length > 0,
  };
}

/** An entry or a submenu of GRUB. */
interface GrubEntry {
  /** Title, and identifier if it has one. */
  readonly names: readonly string[];
  readonly children: GrubEntry[];
}

function grubEntries(text: string): GrubEntry[] {
  const open: GrubEntry[][] = [[]];
  for (const { words } of commandsOf(text, 'grub')) {
    const [command] = words;
    const top = open.at(-1)!;
    if (command === '}' && open.length > 1) open.pop();
    if (words.at(-1) !== '{') continue;
    if (command === 'menuentry' || command === 'submenu') {
      const entry = { names: namesIn(words.slice(1)), children: [] };
      top.push(entry);
      open.push(entry.children);
      // Entries of a function are not at their place.
    } else open.push(command === 'function' ? [] : top);
  }
  return open[0]!;
}

function namesIn(words: readonly string[]): string[] {
  const option = words.findIndex((word) => /^(?:--id|\$\{?menuentry_id_option\}?)$/.test(word));
  const joined = words.flatMap((word) => /^--id=(.+)$/.exec(word)?.[1] ?? []);
  return [...words.slice(0, 1), ...(option < 0 ? [] : words.slice(option + 1, option + 2)), ...joined];
}

/** The value of GRUB's variable; undefined if no menu shows the entry. */
function grubDefaultOf(menus: readonly MenuText[], wanted: string): string | undefined {
  const roots = menus.map(({ text }) => grubEntries(text));
  const parts = wanted.split(/(?<!>)>(?!>)/).map((part) => part.replaceAll('>>', '>'));
  if (roots.some((entries) => isPath(entries, parts))) return wanted;
  for (const matches of [(name: string) => name === wanted, sameLetters(wanted)]) {
    for (const entries of roots) {
      const path = pathTo(entries, matches);
      if (path) return path.join('>');
    }
  }
  // GRUB evaluates variables in titles.
  const all = roots.flat();
  return all.some(({ names }) => names.some((name) => name.includes('$'))) ? wanted : undefined;
}

/** Whether each part is the number or a name of an entry below the one before. */
function isPath(entries: readonly GrubEntry[], [first, ...rest]: readonly string[]): boolean {
  const found = /^\d+$/.test(first!)
    ? entries[Number(first)]
    : isName(first!) && entries.find(({ names }) => names.includes(first!));
  return !!found && (rest.length === 0 || isPath(found.children, rest));
}

/** GRUB takes a name that begins with a digit for a number, whatever follows. */
function isName(name: string): boolean {
  return !/^\d/.test(name);
}

/** An entry and the submenus that it is in, as GRUB names them: a single `>` leads into a submenu. */
function pathTo(entries: readonly GrubEntry[], matches: (name: string) => boolean): string[] | undefined {
  for (const [i, { names }] of entries.entries()) {
    const name = names.find(matches);
    if (name !== undefined) return [spelled([name, ...names], i)];
  }
  for (const [i, { names, children }] of entries.entries()) {
    const path = pathTo(children, matches);
    if (path) return [spelled([...names].reverse(), i), ...path];
  }
  return undefined;
}

/** The first of the names that is not taken for a number, or the number. */
function spelled(names: readonly string[], index: number): string {
  return names.find(isName)?.replaceAll('>', '>>') ?? String(index);
}

const sameLetters = (wanted: string) => (name: string) => name.toLowerCase() === wanted.toLowerCase();

const ISOLINUX_LINE = /^[ \t]*(?:(label)|(?:menu[ \t]+)?include)[ \t]+(\S.*)/gim;

/** The labels of ISOLINUX, for each menu and the files that it includes: they are one menu. */
function isolinuxDefaults(menus: readonly MenuText[], wanted: string | number): Map<MenuText, string> {
  const byPath = new Map(menus.map((menu) => [menu.path, menu]));
  const included = new Set<MenuText>();
  const read = (menu: MenuText, seen: Set<MenuText>): string[] => {
    if (seen.has(menu)) return [];
    seen.add(menu);
    return [...menu.text.matchAll(ISOLINUX_LINE)].flatMap(([, isLabel, value]) => {
      if (isLabel) return [trimBlanks(value as ByteString)];
      const other = byPath.get(resolvedPath(menu.path, value!.split(/[ \t\r]/, 1)[0]!));
      if (other && other !== menu) included.add(other);
      return other ? read(other, seen) : [];
    });
  };
  const wholes = menus.map((menu) => {
    const files = new Set<MenuText>();
    return { menu, labels: read(menu, files), files };
  });
  const values = new Map<MenuText, string>();
  for (const { menu, labels, files } of wholes) {
    if (included.has(menu)) continue;
    const label = typeof wanted === 'number' ? labels[wanted] : labels.find(sameLetters(wanted));
    if (label !== undefined) for (const file of files) values.set(file, label);
  }
  return values;
}

/** The identifier of an entry of systemd-boot: its file name. A pattern stays one. */
function loaderDefaultOf(entries: readonly MenuText[], wanted: string): string | undefined {
  const named = entries.map(({ path, text }) => {
    const title = /^title[ \t]+(\S.*)/m.exec(text)?.[1];
    return { id: path.slice(path.lastIndexOf('/') + 1), title: title && trimBlanks(title as ByteString) };
  });
  const found = named.find(({ id, title }) => [id, id.replace(/\.conf$/, ''), title].includes(wanted));
  return found?.id ?? (/[*?[]/.test(wanted) ? wanted : undefined);
}
