// Numbers the inodes: the root, then everything except directories in tree order, then the other directories in tree order.

import { type ByteString, MAX_MAJOR, MAX_MINOR } from '../../bytes/index.js';
import {
  checkLimits,
  checkName,
  type Directory,
  type EntryLimits,
  type FileTree,
  joinPath,
  type Leaf,
  LeafTable,
} from '../../tree/index.js';
import { MAX_NAME } from './dirent.js';
import { listingSize } from './listing.js';

/** A directory at its place in the tree. */
export interface PlannedDirectory {
  readonly node: Directory;
  readonly path: ByteString;
  /** Itself for the root. */
  readonly parent: PlannedDirectory;
  /** In the order of the node's entries. */
  readonly children: readonly PlannedDirectory[];
  /** Index of the first leaf that is numbered here; the others follow in the order of the node's entries. */
  readonly firstLeaf: number;
  /** Bytes of the listing. */
  readonly listingSize: number;
  /** Inode number. */
  readonly number: number;
}

export interface PlannedInodes {
  /** Everything except directories, each node once. The inode number is the index plus two. */
  readonly leaves: readonly Leaf[];
  /** For each leaf the index of the first one with the same content. */
  readonly contentOwners: Uint32Array;
  /** The number of leaves that share the content of an owner, for shared contents. */
  readonly sharers: ReadonlyMap<number, number>;
  /** The indexes of leaves with several names: they are numbered at the first of them. */
  readonly linked: ReadonlyMap<Leaf, number>;
  /** The number of names of leaves with several. */
  readonly linkCounts: ReadonlyMap<Leaf, number>;
  /** In tree order, the root first. */
  readonly directories: readonly PlannedDirectory[];
  readonly count: number;
}

/** Inode number of the root. */
export const ROOT_NUMBER = 1;
/** Inode number of the first leaf. */
export const FIRST_LEAF_NUMBER = 2;
/** Kernels refuse a target of a page or more. */
const LIMITS: EntryLimits = { format: 'erofs', name: MAX_NAME, target: 4095, major: MAX_MAJOR, minor: MAX_MINOR };

type Unnumbered = { -readonly [K in keyof PlannedDirectory]: PlannedDirectory[K] } & { children: Unnumbered[] };

/** Gives every entry its inode number. Refuses entries that the format cannot store. */
export function planInodes(tree: FileTree, blockSize: number): PlannedInodes {
  const table = new LeafTable(tree);
  const root = unnumbered(tree.root, '' as ByteString);
  const directories: Unnumbered[] = [];
  const stack = [root];
  for (let dir = stack.pop(); dir; dir = stack.pop()) {
    directories.push(dir);
    dir.firstLeaf = table.count;
    dir.listingSize = listingSize(dir.node.entries.keys(), blockSize);
    for (const [name, node] of dir.node.entries) {
      checkName(LIMITS, dir.path, name);
      if (node.kind === 'directory') dir.children.push(unnumbered(node, joinPath(dir.path, name), dir));
      else if (table.add(node)) checkLimits(LIMITS, dir.path, name, node);
    }
    for (let i = dir.children.length - 1; i >= 0; i--) stack.push(dir.children[i]!);
  }
  const { leaves, contentOwners, linked, linkCounts } = table.finish();
  for (const [index, dir] of directories.entries()) {
    dir.number = index === 0 ? ROOT_NUMBER : FIRST_LEAF_NUMBER + leaves.length + index - 1;
  }
  const sharers = new Map<number, number>();
  for (let index = 0; index < leaves.length; index++) {
    const owner = contentOwners[index]!;
    if (owner !== index) sharers.set(owner, (sharers.get(owner) ?? 1) + 1);
  }
  const count = leaves.length + directories.length;
  const indexes = new Map([...linked].map(([leaf, number]) => [leaf, number - 1]));
  return { leaves, contentOwners, sharers, linked: indexes, linkCounts, directories, count };
}

function unnumbered(node: Directory, path: ByteString, parent?: Unnumbered): Unnumbered {
  const dir = { node, path, children: [], firstLeaf: 0, listingSize: 0, number: 0 } as unknown as Unnumbered;
  dir.parent = parent ?? dir;
  return dir;
}
