// Which slot, and so which inode number, each entry gets: in tree order, or as at the same path of an earlier image.

import type { Directory, Node } from '../../tree/index.js';
import { FIRST_INODE } from './inode.js';
import { LOST_FOUND_SLOT } from './inventory.js';
import type { EarlierEntry, Ext4Places } from './read-places.js';

/** Gives out slots. */
export interface Slots {
  /** Names in the tree. */
  readonly names: number;
  /** More than the highest slot. */
  readonly most: number;
  /** Entries of the earlier image by the slots of those at the same paths; undefined without such an image. */
  readonly earlier: readonly (EarlierEntry | undefined)[] | undefined;
  /** The slot of a node that is met for the first time; the root comes first, then lost+found. */
  next(node: Node): number;
}

/** The tree whose entries get slots. */
interface NumberedTree {
  readonly root: Directory;
  readonly lostFound: Directory;
  readonly names: number;
}

/** Slots in tree order, or those of an earlier image. */
export function slotsFor(tree: NumberedTree, like: Ext4Places | undefined): Slots {
  if (like) return new EarlierSlots(tree, like);
  const { names } = tree;
  let next = 0;
  return { names, most: names + 1, earlier: undefined, next: () => next++ };
}

/** Slots that may stay unused, in addition to one for each name: otherwise an image with a few entries could ask for billions. */
const MOST_UNUSED = 65_536;

/** Entries keep their slots; new ones get the lowest that are left. */
class EarlierSlots implements Slots {
  readonly names: number;
  readonly most: number;
  readonly earlier: (EarlierEntry | undefined)[] = [];
  readonly #entries = new Map<Node, EarlierEntry>();
  readonly #slots = new Map<Node, number>();
  readonly #taken = new Set<number>([0, LOST_FOUND_SLOT]);
  #free = 0;

  constructor({ root, lostFound, names }: NumberedTree, { root: earlier }: Ext4Places) {
    this.names = names;
    const limit = 2 * names + MOST_UNUSED;
    this.#slots.set(root, 0).set(lostFound, LOST_FOUND_SLOT);
    this.#meet(root, earlier, limit);
    let highest = 0;
    for (const slot of this.#taken) highest = Math.max(highest, slot);
    this.most = highest + names + 2;
  }

  next(node: Node): number {
    const slot = this.#slots.get(node) ?? this.#lowest();
    // A directory in two places is two inodes.
    this.#slots.delete(node);
    const entry = this.#entries.get(node);
    if (entry) this.earlier[slot] = entry;
    return slot;
  }

  #lowest(): number {
    while (this.#taken.has(this.#free)) this.#free++;
    return this.#free++;
  }

  #meet(root: Directory, earlier: EarlierEntry, limit: number): void {
    this.#entries.set(root, earlier);
    const stack: [Directory, EarlierEntry][] = [[root, earlier]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const [directory, was] = top;
      for (const [name, node] of directory.entries) {
        const entry = was.entries.get(name);
        if (!entry || this.#entries.has(node)) continue;
        this.#entries.set(node, entry);
        const slot = entry.ino - FIRST_INODE + 1;
        if (slot > LOST_FOUND_SLOT && slot < limit && !this.#taken.has(slot) && !this.#slots.has(node)) {
          this.#taken.add(slot);
          this.#slots.set(node, slot);
        }
        if (node.kind === 'directory' && entry.entries.size > 0) stack.push([node, entry]);
      }
    }
  }
}
