// Numbers the inodes. Entries that are not directories come first, directory by directory in tree order, then the
// directories from the deepest level up to the root: so each listing follows the inodes it refers to, and all inodes and
// listings of one level can be rendered and compressed in parallel.

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
  type LossLog,
  type Node,
} from '../../tree/index.js';
import { MAX_NAME } from './directory.js';

/** A directory at its place in the tree. */
export interface PlannedDirectory {
  readonly node: Directory;
  readonly path: ByteString;
  readonly parent: PlannedDirectory | undefined;
  /** In the order of the node's entries. */
  readonly children: PlannedDirectory[];
  /** The number of the first leaf that is numbered here; the others follow in the order of the node's entries. */
  firstLeaf: number;
  /** Inode number. */
  number: number;
}

export interface PlannedInodes {
  /** Everything but directories, each node once; the inode number is the index plus one. */
  readonly leaves: readonly Leaf[];
  /** For each leaf the index of the first one with the same content. */
  readonly contentOwners: Uint32Array;
  /** The numbers of leaves with more than one name: those are numbered where the first of their names is. */
  readonly linked: ReadonlyMap<Leaf, number>;
  /** How many names a leaf has, for those with more than one. */
  readonly linkCounts: ReadonlyMap<Leaf, number>;
  /** Directories by depth: `levels[0]` is the root alone. */
  readonly levels: readonly (readonly PlannedDirectory[])[];
  readonly count: number;
}

/** Kernels refuse a target of a page or more. */
const LIMITS: EntryLimits = { format: 'squashfs', name: MAX_NAME, target: 4095, major: MAX_MAJOR, minor: MAX_MINOR };
const MAX_TIME = 0xffff_ffff;

/** Gives every entry its inode number. Refuses what the format cannot hold; what it holds inexactly goes to `losses`. */
export function planInodes(tree: FileTree, losses: LossLog): PlannedInodes {
  const table = new LeafTable(tree);
  const levels: PlannedDirectory[][] = [];
  const root = unnumbered(tree.root, '' as ByteString, undefined);
  const stack: [dir: PlannedDirectory, depth: number][] = [[root, 0]];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [dir, depth] = top;
    noteTime(dir.node, dir.path, losses);
    levels[depth] ??= [];
    levels[depth].push(dir);
    dir.firstLeaf = table.count + 1;
    for (const [name, node] of dir.node.entries) {
      checkName(LIMITS, dir.path, name);
      if (node.kind === 'directory') {
        dir.children.push(unnumbered(node, joinPath(dir.path, name), dir));
      } else if (table.add(node)) {
        checkLimits(LIMITS, dir.path, name, node);
        noteTime(node, dir.path, losses, name);
      }
    }
    for (let i = dir.children.length - 1; i >= 0; i--) stack.push([dir.children[i]!, depth + 1]);
  }
  let count = table.count;
  for (const level of levels.toReversed()) for (const dir of level) dir.number = ++count;
  return { ...table.finish(), levels, count };
}

function unnumbered(node: Directory, path: ByteString, parent: PlannedDirectory | undefined): PlannedDirectory {
  return { node, path, parent, children: [], firstLeaf: 0, number: 0 };
}

/** All inodes in the order of their numbers. */
export function* inodesInOrder(inodes: PlannedInodes): Generator<Node> {
  yield* inodes.leaves;
  for (const level of inodes.levels.toReversed()) for (const dir of level) yield dir.node;
}

/** The mtime an inode can hold: whole seconds, unsigned 32 bits. */
export function inodeTime(seconds: number): number {
  return Math.min(Math.max(seconds, 0), MAX_TIME);
}

function noteTime(node: Node, directory: ByteString, losses: LossLog, name?: ByteString): void {
  const { seconds, nanoseconds } = node.mtime;
  if (nanoseconds === 0 && inodeTime(seconds) === seconds) return;
  const path = name === undefined ? directory : joinPath(directory, name);
  if (inodeTime(seconds) !== seconds) {
    losses.add(
      'squashfs.mtime-range',
      'Times before 1970 or after 2106-02-07 become the nearest time in this range.',
      path,
    );
  } else {
    losses.add('squashfs.mtime-fraction', 'Fractions of a second are cut off modification times.', path);
  }
}
