// A whole tree: a root directory with lookup by path, and small trees built from paths.

import { type ByteString, byteStringOf, fromText, isAscii, type PathLike, shownName } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import type { Content, ExactContent } from '../io/index.js';
import { type Attributes, type Directory, directory, type Node } from './node.js';

/** A tree of directories, files, links and devices. It is immutable: changes make a new tree. */
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

  /**
   * The node at a path, without following symbolic links; undefined if there is none. Each name may be given by its bytes, as
   * text, or as a walk shows it (`caf\xe9`); if it could mean several entries, the first in this order counts.
   */
  get(path: PathLike): Node<C> | undefined {
    let node: Node<C> | undefined = this.root;
    for (const name of splitPath(typeof path === 'string' ? path : byteStringOf(path))) {
      if (node?.kind !== 'directory') return undefined;
      node = entryNamed(node, name);
    }
    return node;
  }
}

/** The entry above a path that is not a directory, so that nothing can be below it; undefined if there is none. */
export function nonDirectoryAbove<C extends Content>(
  tree: FileTree<C>,
  path: ByteString | string,
): Node<C> | undefined {
  const parents = splitPath(path).slice(0, -1);
  for (let i = 1; i <= parents.length; i++) {
    const node = tree.get(parents.slice(0, i).join('/'));
    if (node !== undefined && node.kind !== 'directory') return node;
  }
  return undefined;
}

function entryNamed<C extends Content>({ entries }: Directory<C>, name: ByteString): Node<C> | undefined {
  const found = entries.get(name);
  if (found || (isAscii(name) && !name.includes('\\'))) return found;
  const text = fromText(name);
  const shown = shownName(text);
  return entries.get(text) ?? (shown === undefined ? undefined : entries.get(shown));
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
