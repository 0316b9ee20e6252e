// A whole tree: a root directory with lookup by path, and small trees built from paths.

import { type ByteString, fromText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import type { Content, ExactContent } from '../io/index.js';
import { type Attributes, type Directory, directory, type Node } from './node.js';

export class FileTree<C extends Content = ExactContent> {
  readonly root: Directory<C>;

  constructor(root: Directory<C>) {
    this.root = root;
  }

  /**
   * A tree from UTF-8 paths (`LiveOS/rootfs.img`, a leading slash is allowed). Directories on the way are made with
   * `given` attributes and marked as implied. The path "" or "/" gives the root directory itself.
   */
  static of<C extends Content = ExactContent>(
    nodes: Readonly<Record<string, Node<C>>>,
    given: Partial<Attributes> = {},
  ): FileTree<C> {
    const draft: Draft<C> = { children: new Map() };
    for (const [path, node] of Object.entries(nodes)) place(draft, splitPath(fromText(path)), node, path);
    return new FileTree(finish(draft, given));
  }

  /** The node at a path, without following symbolic links; undefined if there is none. */
  get(path: ByteString | string): Node<C> | undefined {
    let node: Node<C> | undefined = this.root;
    for (const name of splitPath(path)) {
      if (node?.kind !== 'directory') return undefined;
      node = node.entries.get(name);
    }
    return node;
  }
}

/** `/usr//lib/` → `usr`, `lib`. */
export function splitPath(path: ByteString | string): ByteString[] {
  return path.split('/').filter((part) => part !== '' && part !== '.') as ByteString[];
}

/** `parent` + `name`; the root is "". */
export function joinPath(parent: string, name: string): ByteString {
  return (parent === '' || parent.endsWith('/') ? parent + name : `${parent}/${name}`) as ByteString;
}

interface Draft<C extends Content> {
  node?: Node<C>;
  readonly children: Map<ByteString, Draft<C>>;
}

function place<C extends Content>(draft: Draft<C>, names: readonly ByteString[], node: Node<C>, path: string): void {
  let at = draft;
  for (const name of names) {
    let next = at.children.get(name);
    if (!next) {
      next = { children: new Map() };
      at.children.set(name, next);
    }
    at = next;
  }
  if (at.node) throw new InvalidInputError('tree.name-twice', `"${path}" is given twice.`, { path });
  at.node = node;
}

function finish<C extends Content>(draft: Draft<C>, given: Partial<Attributes>): Directory<C> {
  const children: [ByteString, Node<C>][] = [];
  for (const [name, child] of draft.children) {
    if (child.children.size === 0 && child.node) children.push([name, child.node]);
    else children.push([name, finish(child, given)]);
  }
  const own = draft.node;
  if (!own) return { ...directory(given, children), implied: true };
  if (own.kind !== 'directory') {
    throw new InvalidInputError('tree.not-a-directory', 'A path leads through an entry that is not a directory.');
  }
  return directory(own, [...own.entries, ...children]);
}
