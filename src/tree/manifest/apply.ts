// A manifest over a tree: each entry in turn changes a draft, of which only directories on the way are copies.

import { type ByteString, displayText, type Timestamp } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { bytesSource, type ExactContent } from '../../io/index.js';
import { FileTree, splitPath } from '../file-tree.js';
import { attributes, type Directory, directory, file, type Node, special, symlink } from '../node.js';
import { mapNodes } from '../rewrite.js';
import type { HostFile, ManifestEntry } from './entry.js';

/** The surroundings of a manifest. */
export interface ManifestSetting {
  /** Time of new entries that state none. */
  readonly mtime: Timestamp;
  /** Opens a file of this machine that an entry names. */
  open(path: ByteString): HostFile;
}

/**
 * The tree with the entries laid over it, in their order. Directories on the way are made. Throws `InvalidInputError`
 * `tree.manifest-…` with the place of the entry at fault: a path through a non-directory, a
 * directory that would be replaced, attributes or a link of what is not there.
 */
export function applyManifest(tree: FileTree, entries: readonly ManifestEntry[], setting: ManifestSetting): FileTree {
  if (entries.length === 0) return tree;
  const draft = new Draft(tree.root, setting);
  for (const entry of entries) draft.apply(entry);
  return draft.finish();
}

/** A directory being changed. */
interface Open {
  node: Directory;
  readonly children: Map<ByteString, Node | Open>;
}

const isOpen = (child: Node | Open | undefined): child is Open => child !== undefined && 'children' in child;

class Draft {
  readonly #root: Open;
  readonly #setting: ManifestSetting;
  /** Entries that got other attributes: all their names show it. */
  readonly #changed = new Map<Node, Node>();

  constructor(root: Directory, setting: ManifestSetting) {
    this.#root = { node: root, children: new Map(root.entries) };
    this.#setting = setting;
  }

  apply(entry: ManifestEntry): void {
    const names = splitPath(entry.path);
    const name = names.pop();
    if (name === undefined) {
      this.#changeRoot(entry);
      return;
    }
    const parent = this.#directoryAt(names, entry, entry.action.verb !== 'set' && entry.action.verb !== 'remove');
    if (entry.optional && !parent?.children.has(name)) return;
    if (!parent) throw fault(entry, 'missing-entry', 'is not in the tree');
    const here = parent.children.get(name);
    const { verb } = entry.action;
    if (verb === 'remove') {
      if (!here) throw fault(entry, 'missing-entry', 'is not in the tree');
      parent.children.delete(name);
    } else if (verb === 'set' || (verb === 'dir' && (isOpen(here) || here?.kind === 'directory'))) {
      if (!here) throw fault(entry, 'missing-entry', 'is not in the tree');
      if (isOpen(here)) here.node = changed(here.node, entry);
      else parent.children.set(name, this.#change(here, entry));
    } else {
      if (isOpen(here) || here?.kind === 'directory') {
        throw fault(entry, 'directory', 'is a directory', 'Remove it first, on a separate line.');
      }
      parent.children.set(name, this.#make(entry));
    }
  }

  finish(): FileTree {
    const tree = new FileTree(close(this.#root));
    if (this.#changed.size === 0) return tree;
    return mapNodes(tree, (node) => this.#latest(node));
  }

  #changeRoot(entry: ManifestEntry): void {
    const { verb } = entry.action;
    if (verb !== 'dir' && verb !== 'set') throw fault(entry, 'directory', 'is the root directory');
    this.#root.node = changed(this.#root.node, entry);
  }

  #change(node: Node, entry: ManifestEntry): Node {
    const latest = this.#latest(node);
    const after = changed(latest, entry);
    if (latest.kind !== 'directory') this.#changed.set(latest, after);
    return after;
  }

  #latest(node: Node): Node {
    let latest = node;
    for (let next = this.#changed.get(latest); next; next = this.#changed.get(latest)) latest = next;
    return latest;
  }

  /** The directory at a path, opened for changes; made where it is not there, if it may be. */
  #directoryAt(names: readonly ByteString[], entry: ManifestEntry, make: boolean): Open | undefined {
    let at = this.#root;
    for (const name of names) {
      let child = at.children.get(name);
      if (!isOpen(child)) {
        if (child && child.kind !== 'directory') {
          throw fault(entry, 'no-directory', `leads through "${displayText(name)}", which is not a directory`);
        }
        if (!child && !make) return undefined;
        const node: Directory = child ?? { ...directory({ mtime: this.#setting.mtime }), implied: true };
        child = { node, children: new Map(node.entries) };
        at.children.set(name, child);
      }
      at = child;
    }
    return at;
  }

  #make(entry: ManifestEntry): Node {
    const { action, xattrs } = entry;
    const given = { mtime: this.#setting.mtime, ...entry.attributes, xattrs };
    switch (action.verb) {
      case 'dir':
        return directory<ExactContent>(given);
      case 'file':
        return file(bytesSource(action.content), given);
      case 'host-file': {
        const { content, ...own } = this.#setting.open(action.from);
        return file(content, action.inherits ? { ...own, ...entry.attributes, xattrs } : given);
      }
      case 'symlink':
        return symlink(action.target, given);
      case 'special':
        return special(action.kind, given, action.major, action.minor);
      case 'link':
        return this.#linked(entry, action.to);
      default:
        throw fault(entry, 'missing-entry', 'is not in the tree');
    }
  }

  #linked(entry: ManifestEntry, to: ByteString): Node {
    const names = splitPath(to);
    const name = names.pop();
    const found = name === undefined ? this.#root : this.#directoryAt(names, entry, false)?.children.get(name);
    const shown = `/${displayText(to)}`;
    if (!found) throw fault(entry, 'missing-entry', `cannot be linked to ${shown}, which is not in the tree`);
    if (isOpen(found) || found.kind === 'directory') {
      throw fault(entry, 'directory', `cannot be linked to ${shown}, which is a directory`);
    }
    return found;
  }
}

/** The attributes of an entry merged into those of a node. */
function changed<N extends Node>(node: N, { attributes: stated, xattrs }: ManifestEntry): N {
  const names = new Set(xattrs.map(({ name }) => name));
  const all = [...node.xattrs.filter(({ name }) => !names.has(name)), ...xattrs];
  const after = { ...node, ...attributes({ ...node, ...stated, xattrs: all }) };
  if (after.kind !== 'directory') return after;
  const { implied: _, ...explicit } = after;
  return explicit as N;
}

function close({ node, children }: Open): Directory {
  const entries: [ByteString, Node][] = [];
  for (const [name, child] of children) entries.push([name, isOpen(child) ? close(child) : child]);
  const closed = directory(node, entries);
  return node.implied ? { ...closed, implied: true } : closed;
}

function fault(entry: ManifestEntry, code: string, what: string, hint?: string): InvalidInputError {
  const path = `/${displayText(entry.path)}`;
  return new InvalidInputError(`tree.manifest-${code}`, `${path} ${what}.`, { ...entry.place, hint });
}
