// Applies changes of entries to the hierarchies of a disc, and logs them.

import { type ByteString, displayText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import {
  type Directory,
  type File,
  hardLinkCounts,
  joinPath,
  matchesPath,
  type Node,
  parsePattern,
  splitPath,
} from '../../tree/index.js';
import type { AddedTree } from '../changes.js';
import type { Folder } from '../kept/entries.js';
import type { EditedEntry } from '../layout.js';
import { type EditedTrees, fileEntry } from './edited-trees.js';

/** Mode of missing directories above the directory to which entries are added. */
const WAY_MODE = 0o755;

/** The changes of entries so far. */
export class ChangeLog {
  readonly #paths = new Map<ByteString, EditedEntry>();

  add(path: ByteString, change: EditedEntry['change'], size?: number): void {
    const before = this.#paths.get(path)?.change;
    const now = before === 'added' && change !== 'removed' ? 'added' : change;
    this.#paths.set(path, { path: `/${displayText(path)}`, change: now, ...(size === undefined ? {} : { size }) });
  }

  /** Paths of entries that are new or different, without leading slash. */
  *paths(): Generator<ByteString> {
    for (const [path, { change }] of this.#paths) if (change !== 'removed') yield path;
  }

  list(): EditedEntry[] {
    return [...this.#paths.values()];
  }
}

/** Removes the entries that a pattern matches, directories with their entries. */
export function removeMatching(trees: EditedTrees, pattern: ByteString, log: ChangeLog): void {
  const parsed = parsePattern(pattern);
  const found: ByteString[] = [];
  for (const { path } of trees.walk()) if (matchesPath(parsed, path.split('/'))) found.push(path);
  // The entries of a directory go with it.
  const roots = found.filter((path) => !found.some((other) => path.startsWith(`${other}/`)));
  if (roots.length === 0) {
    const message = `No entry of the image matches ${displayText(pattern)}.`;
    throw new InvalidInputError('edit.no-match', message, { path: displayText(pattern) });
  }
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
    if (known) {
      const shown = displayText(path);
      throw new InvalidInputError('edit.exists', `The image already has ${shown}.`, {
        path: shown,
        hint: 'Replace the file, or remove it first.',
      });
    }
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
    log.add(joinPath(folder.path, name), 'added');
    const given = i === names.length - 1 ? like : { ...like, mode: WAY_MODE };
    folder = trees.add(folder, name, { node: { ...given, entries: new Map() }, links: 1 })!;
  }
  return folder;
}

function existingFolder(trees: EditedTrees, path: ByteString): Folder {
  const folder = trees.folderAt(splitPath(path));
  if (folder) return folder;
  const shown = displayText(path);
  const message = `${shown} is not a directory of the image, so nothing can be added in it.`;
  throw new InvalidInputError('edit.not-a-directory', message, { path: shown });
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
  log.add(splitPath(path).join('/') as ByteString, change, node.content.size);
}
