// Changes of entries, applied to every hierarchy of the disc that shows them.

import { type ByteString, displayText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { ExactContent } from '../../io/index.js';
import { type Attributes, type Directory, type File, joinPath, type Node, splitPath } from '../../tree/index.js';
import { type Data, type Entry, Folder, type KeptEntry, type NewEntry } from '../kept/entries.js';
import { type NameRules, nameRulesOf } from '../kept/name-rules.js';
import type { KeptDisc } from '../kept/read-disc.js';
import type { KeptTree } from '../kept/read-hierarchy.js';

/** A hierarchy while it is edited. */
export interface EditedTree {
  readonly tree: KeptTree;
  readonly rules: NameRules;
  /** Its directories, by the same directories of the first hierarchy; undefined if it does not show one. */
  readonly counterparts: Map<Folder, Folder | undefined>;
  /** Serial numbers of nodes that were added. */
  readonly serials: Map<Node, number>;
  nextSerial: number;
}

/** An entry to add. */
export interface Addition {
  readonly node: Node;
  /** How many names the node has. */
  readonly links: number;
}

export class EditedTrees {
  /** Paths are looked up in the first one. */
  readonly trees: readonly EditedTree[];
  readonly #data = new Map<ExactContent, Data>();
  /** Added entries that some hierarchy cannot show, because it does not show their directory. */
  readonly hiddenIn = new Set<string>();

  constructor(disc: KeptDisc) {
    this.trees = disc.trees.map((tree) => ({
      tree,
      rules: nameRulesOf(
        tree,
        disc.descriptors.some((one) => one.tree === tree && one.isEnhanced),
      ),
      counterparts: new Map([[disc.trees[0]!.root, tree.root]]),
      serials: new Map(),
      nextSerial: tree.lastSerial + 1,
    }));
  }

  get #master(): EditedTree {
    return this.trees[0]!;
  }

  /** The entry at a path; undefined if there is none. The root is a directory without an entry. */
  find(path: ByteString): { readonly parent: Folder; readonly entry: Entry } | undefined {
    const names = splitPath(path);
    const name = names.pop();
    const parent = this.folderAt(names);
    const entry = name === undefined ? undefined : parent?.get(name);
    return parent && entry ? { parent, entry } : undefined;
  }

  /** The directory at a path of the first hierarchy; directories that Rock Ridge moved up are found where they belong. */
  folderAt(names: readonly ByteString[]): Folder | undefined {
    let folder: Folder | undefined = this.#master.tree.root;
    for (const name of names) {
      const entry: Entry | undefined = folder?.get(name);
      folder = entry && this.#folderOf(entry);
    }
    return folder;
  }

  #folderOf(entry: Entry): Folder | undefined {
    if (entry.folder || !entry.records) return entry.folder;
    const { movedTo } = entry.facts;
    return movedTo === undefined ? undefined : this.#master.tree.folders.get(movedTo + this.#master.tree.origin);
  }

  /** Every entry of the first hierarchy with its path, parents first. */
  *walk(): Generator<{ readonly path: ByteString; readonly parent: Folder; readonly entry: Entry }> {
    const stack = [this.#master.tree.root];
    for (let folder = stack.pop(); folder; folder = stack.pop()) {
      for (const entry of folder.all()) {
        yield { path: joinPath(folder.path, entry.name), parent: folder, entry };
        if (entry.folder) stack.push(entry.folder);
      }
    }
  }

  /** Adds an entry with a new name to a directory. Returns its directory, if it is one. */
  add(parent: Folder, name: ByteString, { node, links }: Addition): Folder | undefined {
    let made: Folder | undefined;
    for (const edited of this.trees) {
      const folder = this.#counterpart(edited, parent);
      if (!folder) {
        this.hiddenIn.add(joinPath(parent.path, name));
        continue;
      }
      if (edited.tree.kind !== 'rock-ridge' && node.kind !== 'file' && node.kind !== 'directory') continue;
      const child = this.#newEntry(edited, folder, name, { node, links });
      folder.add(child);
      if (edited === this.#master) made = child.folder;
      if (child.folder) edited.counterparts.set(made ?? child.folder, child.folder);
    }
    return made;
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

  /** Gives a file other bytes; owner and mode stay. */
  replace(path: ByteString, node: File): void {
    const { parent, entry } = this.find(path)!;
    for (const edited of this.trees) {
      const folder = this.#counterpart(edited, parent);
      const old = folder && this.#entryLike(edited, folder, entry);
      if (folder && old) folder.replace(old, this.#replaced(old, node));
    }
  }

  #replaced(old: Entry, node: File): Entry {
    const data = this.#dataOf(node, old.data);
    if (!old.records) return { ...old, node: { ...old.node, content: node.content } as Node, data };
    const attributes: Attributes = { ...node };
    return { ...old, data, attributes } satisfies KeptEntry;
  }

  remove(path: ByteString): void {
    const { parent, entry } = this.find(path)!;
    // The first hierarchy last, because entries of the others are found by it.
    for (const edited of [...this.trees].reverse()) {
      const folder = this.#counterpart(edited, parent);
      const old = folder && this.#entryLike(edited, folder, entry);
      if (folder && old) folder.remove(old);
    }
  }

  /** The same directory in another hierarchy. */
  #counterpart(edited: EditedTree, folder: Folder): Folder | undefined {
    if (edited === this.#master) return folder;
    if (edited.counterparts.has(folder)) return edited.counterparts.get(folder);
    const above = folder.parent && this.#counterpart(edited, folder.parent);
    const own = folder.parent && [...folder.parent.all()].find((entry) => entry.folder === folder);
    const found = above && own ? this.#entryLike(edited, above, own)?.folder : undefined;
    edited.counterparts.set(folder, found);
    return found;
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

/** Throws unless the path names a file. */
export function fileEntry(trees: EditedTrees, path: ByteString): Entry {
  const found = trees.find(path);
  if (found && isFile(found.entry)) return found.entry;
  const shown = displayText(path);
  const message = found ? `${shown} is not a file.` : `The image has no ${shown}.`;
  throw new InvalidInputError('edit.no-file', message, { path: shown });
}

/** Whether an entry is a regular file. */
export function isFile(entry: Entry): boolean {
  if (entry.folder) return false;
  if (!entry.records) return entry.node.kind === 'file';
  const type = (entry.facts.mode ?? 0o100000) & 0o170000;
  return type === 0o100000 && entry.facts.movedTo === undefined;
}
