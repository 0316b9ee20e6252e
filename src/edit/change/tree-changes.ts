// Applies changes of entries to a tree of files, such as that of a layer.

import type { ByteString } from '../../bytes/index.js';
import {
  type Directory,
  directory,
  directoryPath,
  type File,
  FileTree,
  follow,
  joinPath,
  layOver,
  mapNodes,
  matchesPath,
  type Node,
  parsePattern,
  select,
  splitPath,
  walk,
} from '../../tree/index.js';
import type { AddedTree, AttributeChange, ReplacedFile, TreeChanges } from '../changes.js';
import type { EditedEntry } from '../layout.js';
import { WAY_MODE } from './apply.js';
import { attributePaths, type Candidate } from './attribute-paths.js';
import { entryExists, noEntry, noFile, noMatch, notDirectory } from './refusals.js';

/** Receives each change. */
export type NoteChange = (path: ByteString, change: EditedEntry['change'], size?: number) => void;

/**
 * The tree with the changes, in this order: entries removed, files replaced, entries added, attributes changed. Paths lead through symbolic
 * links as in a running system. Throws {@link InvalidInputError} for changes that do not fit the tree.
 */
export function changedTree(tree: FileTree, changes: TreeChanges, note: NoteChange): FileTree {
  let result = (changes.remove ?? []).reduce((now, pattern) => withoutMatching(now, pattern, note), tree);
  for (const one of changes.replace ?? []) result = withContent(result, one, note);
  for (const one of changes.add ?? []) result = withAdded(result, one, note);
  for (const one of changes.attributes ?? []) result = withAttributes(result, one, note);
  return result;
}

function withoutMatching(tree: FileTree, pattern: ByteString, note: NoteChange): FileTree {
  const parsed = parsePattern(pattern);
  let count = 0;
  const kept = select(tree, (path) => {
    if (!matchesPath(parsed, path.split('/'))) return true;
    count++;
    note(path, 'removed');
    return false;
  });
  if (count === 0) throw noMatch(pattern);
  return kept;
}

/** The tree with another node in the place of one, which may have several names. */
function withNode(tree: FileTree, old: Node, made: (node: Node) => Node): FileTree {
  return mapNodes(tree, (node, before) => (before === old ? made(node) : node));
}

function withContent(tree: FileTree, { path, file: given }: ReplacedFile, note: NoteChange): FileTree {
  const old = follow(tree, path);
  if (old?.kind !== 'file') throw noFile(path, old !== undefined);
  note(plain(path), 'replaced', given.content.size);
  return withNode(tree, old, (node) => ({ ...(node as File), content: given.content, mtime: given.mtime }));
}

function withAdded(tree: FileTree, { tree: added, at = '' as ByteString }: AddedTree, note: NoteChange): FileTree {
  const target = splitPath(at);
  for (const { path, node } of walk(added)) {
    const place = [...target, ...splitPath(path)].join('/') as ByteString;
    const there = place === '' ? tree.root : entryAt(tree, place);
    if (there === 'blocked') throw notDirectory(place);
    if (there && !(node.kind === 'directory' && there.kind === 'directory')) throw entryExists(place);
    if (!there && (path !== '' || target.length > 0)) {
      note(place, 'added', node.kind === 'file' ? node.content.size : undefined);
    }
  }
  return layOver(tree, new FileTree(below(target, kept(added.root))));
}

/** A directory at a path. Directories on the way to it are only made where they are missing. */
function below(names: readonly ByteString[], root: Directory): Directory {
  const made = (entry: Directory, name: ByteString): Directory => {
    return { ...directory({ mode: WAY_MODE, mtime: root.mtime }, [[name, entry]]), implied: true };
  };
  return names.reduceRight(made, root);
}

/** The entry at a path, through links to directories; `blocked` if something on the way is not a directory. */
function entryAt(tree: FileTree, path: ByteString): Node | 'blocked' | undefined {
  const names = splitPath(path);
  for (let count = 1; count < names.length; count++) {
    const above = names.slice(0, count).join('/') as ByteString;
    const node = follow(tree, above);
    if (!node) return tree.get(above) ? 'blocked' : undefined;
    if (node.kind !== 'directory') return 'blocked';
  }
  const parent = directoryPath(tree, names.slice(0, -1).join('/') as ByteString)!;
  const found = tree.get(joinPath(parent, names.at(-1)!));
  return found?.kind === 'symlink' && follow(tree, path)?.kind === 'directory' ? follow(tree, path) : found;
}

/** A directory whose attributes, and those of the directories in it, give way to those of existing ones. */
function kept(root: Directory): Directory {
  const { root: implied } = mapNodes(new FileTree(root), (node) =>
    node.kind === 'directory' ? { ...node, implied: true } : node,
  );
  return implied;
}

function withAttributes(tree: FileTree, change: AttributeChange, note: NoteChange): FileTree {
  const { path: asked, mode, uid, gid } = change;
  const paths = attributePaths(
    change,
    (path) => follow(tree, path) !== undefined,
    (pattern) => entriesMatching(tree, pattern),
  );
  const changed = (node: Node): Node => ({
    ...node,
    mode: mode ?? node.mode,
    uid: uid ?? node.uid,
    gid: gid ?? node.gid,
  });
  return paths.reduce((now, path) => {
    note(plain(path), 'attributes');
    // Only a path that was given leads through links.
    return withNode(now, path === asked ? namedEntry(now, path) : now.get(path)!, changed);
  }, tree);
}

function* entriesMatching(tree: FileTree, pattern: ByteString): Generator<Candidate> {
  const parsed = parsePattern(pattern);
  for (const { path, node } of walk(tree)) {
    if (path !== '' && matchesPath(parsed, path.split('/'))) yield { path, isSymlink: node.kind === 'symlink' };
  }
}

function namedEntry(tree: FileTree, path: ByteString): Node {
  const found = splitPath(path).length === 0 ? tree.root : entryAt(tree, path);
  if (!found || found === 'blocked') throw noEntry(path);
  return found;
}

function plain(path: ByteString): ByteString {
  return splitPath(path).join('/') as ByteString;
}
