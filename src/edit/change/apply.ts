// Applies changes of entries to the hierarchies of a disc, and logs them.

import { type ByteString, displayText } from '../../bytes/index.js';
import {
  checkEntryName,
  type Directory,
  type File,
  hardLinkCounts,
  joinPath,
  type Node,
  splitPath,
} from '../../tree/index.js';
import type { AddedTree, AttributeChange } from '../changes.js';
import type { Folder } from '../kept/entries.js';
import { pathTest } from '../kept/plain-names.js';
import type { EditedEntry } from '../layout.js';
import { attributePaths, type Candidate } from './attribute-paths.js';
import { type EditedTrees, fileEntry } from './edited-trees.js';
import { entryExists, noMatch, notDirectory } from './refusals.js';

/** Mode of missing directories above the directory to which entries are added. */
export const WAY_MODE = 0o755;

/** The changes of entries so far. */
export class ChangeLog {
  readonly #paths = new Map<ByteString, EditedEntry>();

  add(path: ByteString, change: EditedEntry['change'], size?: number): void {
    const known = this.#paths.get(path);
    const before = known?.change;
    // Other attributes of an entry that is new or different anyway say nothing more.
    const stays = (before === 'added' && change !== 'removed') || (before !== undefined && change === 'attributes');
    const bytes = change === 'attributes' ? known?.size : size;
    this.#paths.set(path, {
      path: `/${displayText(path)}`,
      change: stays ? before! : change,
      ...(bytes === undefined ? {} : { size: bytes }),
    });
  }

  /** Paths of entries with new or other bytes, without leading slash. */
  *paths(): Generator<ByteString> {
    for (const [path, { change }] of this.#paths) if (change !== 'removed' && change !== 'attributes') yield path;
  }

  list(): EditedEntry[] {
    return [...this.#paths.values()];
  }
}

/** Removes the entries that a pattern matches, directories with their entries. */
export function removeMatching(trees: EditedTrees, pattern: ByteString, log: ChangeLog): void {
  const matches = pathTest(pattern, trees.isPlain);
  const found: ByteString[] = [];
  for (const { path } of trees.walk()) if (matches(path)) found.push(path);
  // The entries of a directory go with it.
  const roots = found.filter((path) => !found.some((other) => path.startsWith(`${other}/`)));
  if (roots.length === 0) throw noMatch(pattern);
  for (const path of roots) {
    trees.remove(path);
    log.add(path, 'removed');
  }
}

/** Adds a tree. Existing directories stay as they are; every other entry has to be new. */
export function addTree(trees: EditedTrees, { tree, at = '' as ByteString }: AddedTree, log: ChangeLog): void {
  const links = hardLinkCounts(tree);
  const target = makeFolders(trees, splitPath(at), tree.root, log);
  addEntries(trees, target, tree.root, links, log);
}

function addEntries(
  trees: EditedTrees,
  folder: Folder,
  { entries }: Directory,
  links: ReadonlyMap<Node, number>,
  log: ChangeLog,
): void {
  for (const [name, node] of entries) {
    const path = joinPath(folder.path, name);
    const known = folder.get(name);
    if (known && node.kind === 'directory') {
      addEntries(trees, existingFolder(trees, path), node, links, log);
      continue;
    }
    if (known) throw entryExists(path);
    const made = trees.add(folder, name, { node, links: links.get(node) ?? 1 });
    log.add(path, 'added', node.kind === 'file' ? node.content.size : undefined);
    if (node.kind === 'directory') addEntries(trees, made!, node, links, log);
  }
}

/** The directory at a path. A missing one is made with the attributes of `like`, those above it with {@link WAY_MODE}. */
function makeFolders(trees: EditedTrees, names: readonly ByteString[], like: Directory, log: ChangeLog): Folder {
  let folder = trees.folderAt([])!;
  for (const [i, name] of names.entries()) {
    if (folder.get(name)) {
      folder = existingFolder(trees, names.slice(0, i + 1).join('/') as ByteString);
      continue;
    }
    checkEntryName(name);
    log.add(joinPath(folder.path, name), 'added');
    const given = i === names.length - 1 ? like : { ...like, mode: WAY_MODE };
    folder = trees.add(folder, name, { node: { ...given, entries: new Map() }, links: 1 })!;
  }
  return folder;
}

function existingFolder(trees: EditedTrees, path: ByteString): Folder {
  const folder = trees.folderAt(splitPath(path));
  if (folder) return folder;
  throw notDirectory(path);
}

/** Gives entries another mode or owner. Throws {@link InvalidInputError} if there is none, or the disc stores neither. */
export function changeAttributes(trees: EditedTrees, change: AttributeChange, log: ChangeLog): void {
  const { path: _, ...values } = change;
  const paths = attributePaths(
    change,
    (path) => trees.find(path) !== undefined,
    (pattern) => entriesMatching(trees, pattern),
  );
  for (const path of paths) for (const changed of trees.changeAttributes(path, values)) log.add(changed, 'attributes');
}

function* entriesMatching(trees: EditedTrees, pattern: ByteString): Generator<Candidate> {
  const matches = pathTest(pattern, trees.isPlain);
  for (const { path, entry } of trees.walk()) {
    const isSymlink = entry.records ? entry.facts.target !== undefined : entry.node.kind === 'symlink';
    if (matches(path)) yield { path, isSymlink };
  }
}

/** Replaces the content of a file. Throws if there is no such file. */
export function replaceBytes(
  trees: EditedTrees,
  path: ByteString,
  node: File,
  change: 'replaced' | 'edited',
  log: ChangeLog,
): void {
  fileEntry(trees, path);
  trees.replace(path, node);
  log.add(trees.pathOf(path), change, node.content.size);
}
