// One hierarchy while it is edited, and its entries by their paths.

import type { ByteString } from '../../bytes/index.js';
import { joinPath, type Node, splitPath } from '../../tree/index.js';
import type { Entry, Folder } from '../kept/entries.js';
import type { NameRules } from '../kept/name-rules.js';
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

/** An entry with its directory. */
export interface FoundPath {
  readonly parent: Folder;
  readonly entry: Entry;
}

/** The entry at a path of one hierarchy. */
export function findIn(edited: EditedTree, path: ByteString): FoundPath | undefined {
  const names = splitPath(path);
  const name = names.pop();
  const parent = folderIn(edited, names);
  const entry = name === undefined ? undefined : parent?.get(name);
  return parent && entry ? { parent, entry } : undefined;
}

/** Whether a UDF view has more entries than the hierarchies of ISO 9660: often these have only a note for old systems. */
export function isFuller(udf: KeptTree | undefined, iso: KeptTree): boolean {
  const count = ({ folders }: KeptTree) => [...folders.values()].reduce((sum, { entries }) => sum + entries.length, 0);
  return udf !== undefined && (iso.kind === 'iso9660' || count(udf) > count(iso));
}

/** The directory at a path of one hierarchy. */
export function folderIn({ tree }: EditedTree, names: readonly ByteString[]): Folder | undefined {
  let folder: Folder | undefined = tree.root;
  for (const name of names) {
    const entry: Entry | undefined = folder?.get(name);
    folder = entry && folderOf(tree, entry);
  }
  return folder;
}

function folderOf({ folders, origin }: KeptTree, entry: Entry): Folder | undefined {
  if (entry.folder || !entry.records) return entry.folder;
  const { movedTo } = entry.facts;
  return movedTo === undefined ? undefined : folders.get(movedTo + origin);
}

/** The entries of directories that Rock Ridge moved up, where they belong, by the first block of the directory. */
export function movedFolders({ folders, origin }: KeptTree): Map<number, FoundPath> {
  const moved = new Map<number, FoundPath>();
  for (const parent of folders.values()) {
    for (const entry of parent.entries) {
      const block = entry.records ? entry.facts.movedTo : undefined;
      if (block !== undefined) moved.set(block + origin, { parent, entry });
    }
  }
  return moved;
}

/** Every entry of one hierarchy with its path, parents first. */
export function* walkIn({ tree }: EditedTree): Generator<FoundPath & { readonly path: ByteString }> {
  const stack = [tree.root];
  for (let folder = stack.pop(); folder; folder = stack.pop()) {
    for (const entry of folder.all()) {
      yield { path: joinPath(folder.path, entry.name), parent: folder, entry };
      if (entry.folder) stack.push(entry.folder);
    }
  }
}
