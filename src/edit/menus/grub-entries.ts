// The entries of a GRUB menu, with those of files that it reads in.

import { commandsOf } from '../../disc/index.js';
import type { MenuText } from './disc-files.js';
import { fixedParts, hasParts } from './grub-variables.js';
import { ownMenus } from './menu-default.js';

/** An entry or a submenu of GRUB. */
export interface GrubEntry {
  /** Title, and identifier if it has one. */
  readonly names: readonly string[];
  readonly children: readonly GrubEntry[];
}

/** A menu: what its own file shows, and every file that it is made of. */
export interface GrubMenu {
  /** The file that reads the others, or the first one with entries if it has none. */
  readonly named: MenuText;
  readonly files: readonly MenuText[];
  readonly entries: readonly GrubEntry[];
}

/** Something at its place in a file: an entry, or files whose entries come here. */
type Item = { readonly names: readonly string[]; readonly items: Item[] } | { readonly source: string };

/** More than any menu has. */
const MOST_FILES = 100;
const DEEPEST = 50;

/**
 * The menus of all files with entries. `source` reads a file as a part of a menu; `configfile` shows another menu. A file that others
 * read is no separate menu.
 */
export function grubMenus(texts: readonly MenuText[]): GrubMenu[] {
  const items = new Map(texts.map((one) => [one, itemsOf(one.text)]));
  const find = finderOf(texts);
  const inside = new Set<MenuText>();
  const menus = texts.map((root) => {
    const files = new Set<MenuText>([root]);
    const withEntries = new Set<MenuText>();
    const read = (file: MenuText, list: readonly Item[]): GrubEntry[] =>
      list.flatMap((item) => {
        if ('names' in item) {
          withEntries.add(file);
          return [{ names: item.names, children: read(file, item.items) }];
        }
        return find(file, item.source).flatMap((other) => {
          if (other !== root) inside.add(other);
          if (files.has(other) || files.size === MOST_FILES) return [];
          files.add(other);
          return read(other, items.get(other)!);
        });
      });
    const entries = read(root, items.get(root)!);
    return { named: withEntries.has(root) ? root : ([...withEntries][0] ?? root), files: [...files], entries, root };
  });
  return ownMenus(menus, inside).filter(({ entries }) => entries.length > 0);
}

function itemsOf(text: string): Item[] {
  const open: Item[][] = [[]];
  for (const { words } of commandsOf(text, 'grub')) {
    const [command, path] = words;
    const top = open.at(-1)!;
    if (command === '}' && open.length > 1) open.pop();
    if ((command === 'source' || command === '.') && path !== undefined) top.push({ source: path });
    if (words.at(-1) !== '{') continue;
    if (command === 'menuentry' || command === 'submenu') {
      const items: Item[] = [];
      if (open.length < DEEPEST) top.push({ names: namesIn(words.slice(1, -1)), items });
      open.push(items);
      // Entries of a function are not at their place.
    } else open.push(command === 'function' ? [] : top);
  }
  return open[0]!;
}

const WITH_VALUE = /^(?:class|users|hotkey|source|id)$/;

/** The title, which options may precede, and the identifier. */
function namesIn(words: readonly string[]): string[] {
  let title: string | undefined;
  const identifiers: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const [, named, joined] = /^--([a-z]+)(?:=(.*))?$/s.exec(word) ?? [];
    // GRUB's own variable holds the option for identifiers.
    const option = /^\$\{?menuentry_id_option\}?$/.test(word) ? 'id' : named;
    if (option === undefined) {
      title ??= word;
      continue;
    }
    const value = joined ?? (WITH_VALUE.test(option) ? words[++i] : undefined);
    if (option === 'id' && value !== undefined) identifiers.push(value);
  }
  return title === undefined ? identifiers : [title, ...identifiers];
}

/** Finds the files that a path in a file means. A variable in it may stand for anything; of files of one name those on the same volume are meant. */
function finderOf(texts: readonly MenuText[]): (from: MenuText, path: string) => MenuText[] {
  const byName = groupedBy(texts, ({ path }) => nameOf(path));
  const byFolder = groupedBy(texts, ({ path }) => folderOf(path));
  return (from, path) => {
    const parts = fixedParts(path.replace(/^\([^)]*\)/, '')).map((part) => part.toLowerCase());
    if (parts[0] !== '' && !parts[0]!.startsWith('/')) parts.unshift('', `/${parts.shift()!}`);
    const last = parts.at(-1)!;
    const others = last.includes('/') ? byName.get(nameOf(last)) : byFolder.get(folderOf(from.path));
    const found = (others ?? [])
      .slice(0, MOST_FILES)
      .filter((other) => other !== from && hasParts(`/${other.path.toLowerCase()}`, parts));
    const near = found.filter(({ volume }) => volume === from.volume);
    return near.length > 0 ? near : found;
  };
}

function groupedBy(texts: readonly MenuText[], key: (text: MenuText) => string): Map<string, MenuText[]> {
  const groups = new Map<string, MenuText[]>();
  for (const one of texts) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/'))).toLowerCase();
}
