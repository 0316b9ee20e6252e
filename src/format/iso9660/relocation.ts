// Deep directories moved up (RRIP 1.12 §4.1.5): below the eighth level a directory is in /rr_moved, and an empty file with
// its name points Rock Ridge readers to it. Other readers show it in /rr_moved.

import { type ByteString, fromText, type Timestamp } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { Content } from '../../io/index.js';
import { type Directory, directory, FileTree, type Node, walk } from '../../tree/index.js';
import { suspField } from './susp.js';

/** Levels of directories that ECMA-119 §6.8.2.1 allows, including the root. */
const DEEPEST = 8;
const MOVED_LEVEL = 3;
/** libarchive takes moved directories from a directory of this name only, and not if that is marked as moved itself. */
const MOVED_NAME = fromText('rr_moved');

export interface Relocation {
  /** The tree with the directory that holds the moved ones. */
  readonly tree: FileTree<Content>;
  readonly holder: Directory<Content> | undefined;
  /** Each moved directory and the directory it belongs to. */
  readonly parents: ReadonlyMap<Directory<Content>, Directory<Content>>;
  /** The original name of each; its name in the new place may differ, because names there must be unique. */
  readonly names: ReadonlyMap<Directory<Content>, ByteString>;
}

/** Finds what has to move. Throws {@link InvalidInputError} when the tree has an entry of the name that this takes. */
export function relocateDeep(tree: FileTree<Content>, epoch: Timestamp): Relocation {
  const parents = new Map<Directory<Content>, Directory<Content>>();
  const held = new Map<ByteString, Directory<Content>>();
  const names = new Map<Directory<Content>, ByteString>();
  const visit = (dir: Directory<Content>, level: number) => {
    for (const [name, child] of dir.entries) {
      if (child.kind !== 'directory') continue;
      const moves = level === DEEPEST;
      if (moves) {
        parents.set(child, dir);
        held.set(freeName(name, held), child);
        names.set(child, name);
      }
      visit(child, moves ? MOVED_LEVEL : level + 1);
    }
  };
  visit(tree.root, 1);
  if (parents.size === 0) return { tree, holder: undefined, parents, names };
  if (tree.root.entries.has(MOVED_NAME)) {
    throw new InvalidInputError(
      'iso9660.rr-moved',
      'The tree already has an entry /rr_moved, which is needed for deep directories.',
      {
        path: MOVED_NAME,
        hint: 'Keep deep directories where they are.',
      },
    );
  }
  const holder = directory<Content>({ mtime: epoch }, held);
  const root = directory<Content>(tree.root, [...tree.root.entries, [MOVED_NAME, holder]]);
  for (const [child, parent] of parents) if (parent === tree.root) parents.set(child, root);
  return { tree: new FileTree(root), holder, parents, names };
}

/** Throws {@link InvalidInputError} when a directory is below the eighth level. */
export function refuseDeep(tree: FileTree<Content>): void {
  for (const { node, path } of walk(tree)) {
    if (node.kind !== 'directory' || path === '' || path.split('/').length < DEEPEST) continue;
    throw new InvalidInputError('iso9660.too-deep', `ISO 9660 has no more than ${DEEPEST} levels of directories.`, {
      path,
      hint: 'Keep deep directories where they are, or have Rock Ridge move them.',
    });
  }
}

/** Whether an entry of `dir` is a directory that is elsewhere (`away`), or one that belongs elsewhere (`here`). */
export function movedIn(
  dir: Directory<Content>,
  node: Node<Content>,
  relocation: Relocation | undefined,
): 'away' | 'here' | undefined {
  if (!relocation?.holder || node.kind !== 'directory' || !relocation.parents.has(node)) return undefined;
  return dir === relocation.holder ? 'here' : 'away';
}

/** Only readers without Rock Ridge use the names of moved directories. */
function freeName(name: ByteString, taken: ReadonlyMap<ByteString, unknown>): ByteString {
  let free = name;
  for (let n = 1; taken.has(free); n++) free = `${name.slice(0, 240)}.${n}` as ByteString;
  return free;
}

/** RE: this record is not where its directory belongs. */
export const RELOCATED = suspField('RE', new Uint8Array(0));

/** CL: the directory is at this block. */
export const childLink = (block: number) => suspField('CL', bothEndian(block));
/** PL: the directory belongs to the one at this block. */
export const parentLink = (block: number) => suspField('PL', bothEndian(block));

function bothEndian(value: number): Uint8Array {
  const data = new Uint8Array(8);
  const view = new DataView(data.buffer);
  view.setUint32(0, value, true);
  view.setUint32(4, value, false);
  return data;
}
