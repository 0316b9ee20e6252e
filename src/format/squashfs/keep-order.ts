// The order of contents as an earlier image has it. Its fragments are kept as they are if all their tails are still there; others have
// room for new tails, and what does not fit into them comes at the end.

import type { ExactContent } from '../../io/index.js';
import { type Directory, type File, type KeptPlaces, MoveCounter, type Node, walk } from '../../tree/index.js';
import type { ResolvedOptions } from './options.js';
import type { PlannedInodes } from './plan-inodes.js';
import type { EarlierPlace, SquashfsPlaces } from './read-places.js';
import { type KeptPlace, tailInFragment } from './tail-places.js';

/** The places of all contents. */
export interface KeptOrder {
  readonly placeOf: ReadonlyMap<ExactContent, KeptPlace>;
  readonly moves: KeptPlaces;
}

/** The place after everything that the earlier image has. */
const LAST: KeptPlace = { group: Number.MAX_SAFE_INTEGER, at: 0, tailAt: 0 };

/** Decides the order of the contents of a tree. */
export function keepOrder(
  root: Directory,
  { leaves }: PlannedInodes,
  options: ResolvedOptions,
  like: SquashfsPlaces,
): KeptOrder {
  const earlier = earlierFiles(root, like);
  const keeper = new Keeper(like, options);
  const moves = new MoveCounter();
  for (const leaf of leaves) {
    if (leaf.kind !== 'file') continue;
    const was = earlier.get(leaf);
    const isKept = keeper.keep(leaf.content, was && like.places.get(was.content));
    moves.count(was === undefined ? 'added' : isKept ? 'kept' : 'moved', leaf.content.size);
  }
  const found = new Set<Node>(earlier.values());
  for (const { node } of walk(like.tree)) {
    if (node.kind !== 'file' || found.has(node)) continue;
    found.add(node);
    moves.count('removed', node.content.size);
  }
  return { placeOf: keeper.finish(), moves };
}

/** Gives contents their old places, and finds new ones for the rest. */
class Keeper {
  readonly #options: ResolvedOptions;
  readonly #places = new Map<ExactContent, KeptPlace>();
  readonly #others: ExactContent[] = [];
  /** Places of tails that no content has claimed: by group, then by offset. */
  readonly #free = new Map<number, Map<number, number>>();
  /** Bytes of the tails that stay, by group. */
  readonly #filled = new Map<number, number>();
  readonly #sameBlocks: boolean;

  constructor({ places, blockSize }: SquashfsPlaces, options: ResolvedOptions) {
    this.#options = options;
    this.#sameBlocks = blockSize === options.blockSize;
    for (const { group, tailAt, size } of places.values()) {
      if (tailAt < 0) continue;
      const tails = this.#free.get(group) ?? new Map<number, number>();
      this.#free.set(group, tails);
      tails.set(tailAt, size % blockSize);
    }
  }

  /** Whether a content stays where it was. A content that several files share is asked for once for each. */
  keep(content: ExactContent, was: EarlierPlace | undefined): boolean {
    const known = this.#places.get(content);
    if (known) return was !== undefined && known !== LAST;
    const place = was && this.#sameBlocks && was.size === content.size ? this.#claim(content, was) : undefined;
    this.#places.set(content, place ?? LAST);
    if (!place) this.#others.push(content);
    return place !== undefined || content.size === 0;
  }

  #claim(content: ExactContent, { group, at, tailAt }: EarlierPlace): KeptPlace | undefined {
    const tail = tailInFragment(content, this.#options);
    if (tail > 0 !== tailAt >= 0) return undefined;
    if (tail === 0) return { group, at, tailAt };
    const free = this.#free.get(group)!;
    if (!free.delete(tailAt)) return undefined;
    this.#filled.set(group, (this.#filled.get(group) ?? 0) + tail);
    return { group, at, tailAt };
  }

  /** All places. Fragments that have lost a tail are compressed again in any case: what is new goes there first. */
  finish(): ReadonlyMap<ExactContent, KeptPlace> {
    const { blockSize } = this.#options;
    const open: { readonly group: number; room: number }[] = [];
    for (const [group, left] of this.#free) {
      const filled = this.#filled.get(group) ?? 0;
      if (left.size > 0 && filled > 0 && filled < blockSize) open.push({ group, room: blockSize - filled });
    }
    open.sort((a, b) => a.group - b.group);
    for (const [index, content] of this.#others.entries()) {
      const tail = tailInFragment(content, this.#options);
      const found = tail > 0 ? open.slice(0, TRIED).find(({ room }) => room >= tail) : undefined;
      if (!found) continue;
      found.room -= tail;
      if (found.room < LEAST_ROOM) open.splice(open.indexOf(found), 1);
      this.#places.set(content, { group: found.group, at: Number.MAX_SAFE_INTEGER, tailAt: index });
    }
    return this.#places;
  }
}

/** Fragments that are looked at for a tail. */
const TRIED = 64;
/** Less room in a fragment is not worth keeping it open. */
const LEAST_ROOM = 64;

/** The file that the earlier image has at the first path of each file that it has. */
function earlierFiles(root: Directory, like: SquashfsPlaces): Map<Node, File> {
  const found = new Map<Node, File>();
  const stack: [Directory, Directory][] = [[root, like.tree.root]];
  for (let top = stack.pop(); top; top = stack.pop()) {
    for (const [name, node] of top[0].entries) {
      const was: Node | undefined = top[1].entries.get(name);
      if (node.kind === 'directory' && was?.kind === 'directory') stack.push([node, was]);
      if (node.kind === 'file' && was?.kind === 'file' && !found.has(node)) found.set(node, was);
    }
  }
  return found;
}
