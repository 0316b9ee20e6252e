// Changes of entries, applied to every hierarchy of the disc that shows them.

import type { ByteString } from '../../bytes/index.js';
import { UnsupportedError } from '../../errors.js';
import { nameOf } from '../../format/iso9660/index.js';
import type { ExactContent } from '../../io/index.js';
import { type Attributes, type Directory, type File, joinPath, type Node, splitPath } from '../../tree/index.js';
import {
  type AttributeValues,
  type Data,
  type Entry,
  Folder,
  foldersOf,
  type KeptEntry,
  type NewEntry,
} from '../kept/entries.js';
import { nameRulesOf } from '../kept/name-rules.js';
import { hasPlainNames, plainKey, plainPath } from '../kept/plain-names.js';
import type { KeptDisc } from '../kept/read-disc.js';
import type { KeptTree } from '../kept/read-hierarchy.js';
import { type EditedTree, type FoundPath, findIn, folderIn, isFuller, movedFolders, walkIn } from './edited-tree.js';
import { countNames, type LinkedName, type NameCounts, namesOf, settleLinks } from './hard-links.js';
import { noEntry, noFile, shownPath } from './refusals.js';

/** An entry to add. */
export interface Addition {
  readonly node: Node;
  /** How many names the node has. */
  readonly links: number;
}

export class EditedTrees {
  /** The hierarchies of ISO 9660, first the one with the most metadata. */
  readonly trees: readonly EditedTree[];
  /** The UDF view. */
  readonly udf: EditedTree | undefined;
  /** Every hierarchy. Paths are looked up in the first one, then in the others. */
  readonly all: readonly EditedTree[];
  readonly #data = new Map<ExactContent, Data>();
  /** The names of files before the edit. */
  readonly #names: ReadonlyMap<EditedTree, NameCounts>;
  /** Where directories belong that Rock Ridge moved up, by their first block. */
  #moved: ReadonlyMap<number, FoundPath> | undefined;
  /** Added entries that some hierarchy cannot show, because it does not show their directory. */
  readonly hiddenIn = new Set<string>();
  /** Added entries whose names the disc cannot keep, with those that they get, by {@link keyOf} their paths. */
  readonly renamed = new Map<ByteString, ByteString>();
  /** Whether paths are compared as {@link plainPath}. */
  readonly isPlain: boolean;

  constructor(disc: KeptDisc) {
    const master = isFuller(disc.udf?.tree, disc.trees[0]!) ? disc.udf!.tree : disc.trees[0]!;
    this.isPlain = hasPlainNames(master);
    const plain = this.isPlain ? disc.trees.filter(hasPlainNames) : [];
    for (const { root } of plain) for (const folder of foldersOf(root)) folder.compareNamesBy(plainKey);
    const edited = (tree: KeptTree): EditedTree => ({
      tree,
      rules: nameRulesOf(
        tree,
        disc.descriptors.some((one) => one.tree === tree && one.isEnhanced),
      ),
      counterparts: new Map([[master.root, tree.root]]),
      serials: new Map(),
      nextSerial: tree.lastSerial + 1,
    });
    this.trees = disc.trees.map(edited);
    this.udf = disc.udf && edited(disc.udf.tree);
    const all = [...this.trees, ...(this.udf ? [this.udf] : [])];
    this.all = all.sort((a, b) => Number(b.tree === master) - Number(a.tree === master));
    this.#names = new Map(all.map((one) => [one, countNames(one)]));
  }

  get #master(): EditedTree {
    return this.all[0]!;
  }

  /** The entry at a path; undefined if there is none. The root is a directory without an entry. */
  find(path: ByteString): FoundPath | undefined {
    for (const edited of this.all) {
      const found = findIn(edited, path);
      if (found) return found;
    }
    return undefined;
  }

  /** A path in the form in which it is compared, without leading slash. */
  keyOf(path: ByteString): ByteString {
    return this.isPlain ? plainPath(path) : (splitPath(path).join('/') as ByteString);
  }

  /** A path with the names that the disc has, as far as it has them. */
  pathOf(path: ByteString): ByteString {
    const found = this.isPlain ? this.find(path) : undefined;
    return found ? joinPath(found.parent.path, found.entry.name) : (splitPath(path).join('/') as ByteString);
  }

  /** The directory at a path of the first hierarchy; directories that Rock Ridge moved up are found where they belong. */
  folderAt(names: readonly ByteString[]): Folder | undefined {
    return folderIn(this.#master, names);
  }

  /** Every entry of the first hierarchy with its path, parents first; then those that only UDF shows. */
  *walk(): Generator<FoundPath & { readonly path: ByteString }> {
    yield* walkIn(this.#master);
    if (!this.udf || this.udf === this.#master) return;
    for (const found of walkIn(this.udf)) if (!findIn(this.#master, found.path)) yield found;
  }

  /** Every entry of every hierarchy. */
  *entries(): Generator<Entry> {
    for (const { tree } of this.all) for (const folder of foldersOf(tree.root)) yield* folder.all();
  }

  /** Adds an entry with a new name to a directory. Returns its directory, if it is one. */
  add(parent: Folder, name: ByteString, { node, links }: Addition): Folder | undefined {
    let made: Folder | undefined;
    for (const edited of this.all) {
      const folder = this.#counterpart(edited, parent);
      if (!folder) {
        this.hiddenIn.add(joinPath(parent.path, name));
        continue;
      }
      if (edited.tree.kind !== 'rock-ridge' && node.kind !== 'file' && node.kind !== 'directory') continue;
      const child = this.#newEntry(edited, folder, name, { node, links });
      if (edited === this.#master) this.#noteName(folder, child);
      const known = folder.get(name);
      // Another hierarchy may show an entry that the first one does not.
      if (known?.folder && child.folder) {
        edited.counterparts.set(made!, known.folder);
        continue;
      }
      if (known) folder.remove(known);
      folder.add(child);
      if (edited === this.#master) made = child.folder;
      if (child.folder) edited.counterparts.set(made ?? child.folder, child.folder);
    }
    return made;
  }

  #noteName(folder: Folder, { name, identifier }: NewEntry): void {
    const { kind } = this.#master.tree;
    if (kind !== 'iso9660' && kind !== 'joliet') return;
    const stored = nameOf(identifier, kind);
    const isKept = kind === 'joliet' ? stored === name : plainKey(stored) === plainKey(name);
    if (!isKept) this.renamed.set(this.keyOf(joinPath(folder.path, name)), stored);
  }

  #newEntry(edited: EditedTree, folder: Folder, name: ByteString, { node, links }: Addition): NewEntry {
    const isDirectory = node.kind === 'directory';
    const child = isDirectory ? new Folder(joinPath(folder.path, name), folder, node as Directory) : undefined;
    const known = edited.serials.get(node);
    const serial = known ?? edited.nextSerial++;
    edited.serials.set(node, serial);
    const data = node.kind === 'file' ? this.#dataOf(node, undefined) : undefined;
    const identifier = edited.rules.identify(folder, name, isDirectory);
    return { name, identifier, folder: child, records: undefined, node, data, links, serial };
  }

  #dataOf({ content }: File, replaces: Data | undefined): Data | undefined {
    if (content.size === 0) return undefined;
    const known = this.#data.get(content);
    if (known) return known;
    const data: Data = { size: content.size, old: undefined, content, replaces };
    this.#data.set(content, data);
    return data;
  }

  /** Gives a file other bytes; owner and mode stay. Other names of the file (hard links) keep the old ones. */
  replace(path: ByteString, node: File): void {
    for (const { folder, entry } of this.#everywhere(path)) folder.replace(entry, this.#replaced(entry, node));
  }

  #replaced(old: Entry, node: File): Entry {
    const data = this.#dataOf(node, old.data?.content ? old.data.replaces : old.data);
    if (!old.records) return { ...old, node: { ...old.node, content: node.content } as Node, data };
    const attributes: Attributes = { ...node };
    return { ...old, data, attributes } satisfies KeptEntry;
  }

  /** Gives an entry, with all its names, another mode or owner in every hierarchy that stores them. Returns the paths of these names. */
  changeAttributes(path: ByteString, values: AttributeValues): Set<ByteString> {
    const storing = this.all.filter(({ tree }) => tree.kind === 'rock-ridge' || tree.kind === 'udf');
    if (storing.length === 0) {
      const message = 'The disc has neither Rock Ridge extensions nor a UDF view, so it stores no modes and owners.';
      throw new UnsupportedError('edit.no-attributes', message);
    }
    if (splitPath(path).length === 0) {
      for (const { tree } of storing) changeFolder(tree.root, values);
      return new Set([path]);
    }
    if (!this.find(path)) throw noEntry(path);
    const paths = new Set([this.pathOf(path)]);
    for (const { edited, ...own } of this.#everywhere(path, storing)) {
      if (own.entry.records && own.entry.facts.movedTo !== undefined) {
        const message = 'Rock Ridge has moved this directory, so its attributes cannot be changed.';
        throw new UnsupportedError('edit.moved-directory', message, { path: shownPath(path) });
      }
      const names = namesOf(edited, own);
      const linked = new Set(names.map(({ entry }) => entry));
      for (const folder of new Set(names.map((one) => one.folder))) {
        folder.update((one) => (linked.has(one) ? { ...one, changed: { ...one.changed, ...values } } : one));
      }
      if (own.entry.folder) changeFolder(own.entry.folder, values);
      else for (const { folder, entry } of names) paths.add(joinPath(folder.path, entry.name));
    }
    return paths;
  }

  remove(path: ByteString): void {
    for (const { folder, entry } of this.#everywhere(path)) folder.remove(entry);
  }

  /** Ends the changes: names of hard links that got another file, or are gone, no longer count for the others. */
  settleLinks(): void {
    for (const edited of this.all) settleLinks(edited, this.#names.get(edited)!);
  }

  /** The entries of hierarchies that a path of the first one, or of any, means. */
  #everywhere(path: ByteString, hierarchies = this.all): (LinkedName & { readonly edited: EditedTree })[] {
    const first = findIn(this.#master, path);
    return hierarchies.flatMap((edited) => {
      const folder = first && this.#counterpart(edited, first.parent);
      const entry = folder && this.#entryLike(edited, folder, first!.entry);
      if (folder && entry) return [{ edited, folder, entry }];
      const own = findIn(edited, path);
      return own ? [{ edited, folder: own.parent, entry: own.entry }] : [];
    });
  }

  /** The same directory in another hierarchy. */
  #counterpart(edited: EditedTree, folder: Folder): Folder | undefined {
    if (edited === this.#master) return folder;
    if (edited.counterparts.has(folder)) return edited.counterparts.get(folder);
    const own = this.#placeOf(folder);
    const above = own && this.#counterpart(edited, own.parent);
    const found = above ? this.#entryLike(edited, above, own!.entry)?.folder : undefined;
    edited.counterparts.set(folder, found);
    return found;
  }

  /** The entry of a directory of the first hierarchy. One that Rock Ridge moved up has it where it belongs. */
  #placeOf(folder: Folder): FoundPath | undefined {
    const { parent, records } = folder;
    this.#moved ??= movedFolders(this.#master.tree);
    const moved = records && this.#moved.get(records.block);
    if (moved) return moved;
    const entry = parent && [...parent.all()].find((one) => one.folder === folder);
    return entry && { parent, entry };
  }

  /** The same entry in a directory of another hierarchy: found by its name, or else by its data. */
  #entryLike(edited: EditedTree, folder: Folder, entry: Entry): Entry | undefined {
    if (edited === this.#master) return entry;
    const { name, data, folder: own } = entry;
    const byName = folder.get(name);
    if (byName) return byName;
    const identifier = edited.rules.usual(name, own !== undefined);
    const entries = [...folder.all()];
    const usual = entries.find((one) => one.identifier === identifier);
    if (usual && (usual.folder !== undefined) === (own !== undefined)) return usual;
    const same = data ? entries.filter((one) => one.data?.old !== undefined && one.data.old === data.old) : [];
    return same.length === 1 ? same[0] : undefined;
  }
}

/** The records "." of a directory and ".." of those in it hold its attributes too. */
function changeFolder(folder: Folder, values: AttributeValues): void {
  folder.changed = { ...folder.changed, ...values };
  folder.isChanged = true;
  for (const { folder: child } of folder.all()) if (child) child.isChanged = true;
}

/** Throws unless the path names a file. */
export function fileEntry(trees: EditedTrees, path: ByteString): Entry {
  const found = trees.find(path);
  if (found && isFile(found.entry)) return found.entry;
  throw noFile(path, found !== undefined);
}

/** Whether an entry is a regular file. */
export function isFile(entry: Entry): boolean {
  if (entry.folder) return false;
  if (!entry.records) return entry.node.kind === 'file';
  const type = (entry.facts.mode ?? 0o100000) & 0o170000;
  return type === 0o100000 && entry.facts.movedTo === undefined;
}
