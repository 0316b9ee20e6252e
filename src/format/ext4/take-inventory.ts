// Numbers the inodes of a tree, in the order of the tree, and decides what each of them stores where.

import { type ByteString, displayText, divCeil } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import {
  countNames,
  type Directory,
  directory,
  type FileTree,
  joinPath,
  LossLog,
  type Node,
} from '../../tree/index.js';
import { linearBlocks } from './dirent.js';
import { nameHasher } from './dirhash.js';
import { checkEntry, checkLeaves, checkName, checkNode } from './entry-limits.js';
import { hashOrder, indexedBlocks, mostLeaves } from './htree.js';
import { fitsInline } from './inline-data.js';
import { BLOCK_FIELD_SIZE, MAX_LINKS } from './inode.js';
import { type Inventory, LOST_FOUND, LOST_FOUND_SLOT } from './inventory.js';
import type { ResolvedOptions } from './options.js';
import { allocatedBlocks } from './segments.js';
import { type Slots, slotsFor } from './slots.js';
import { type StoredXattr, storedXattr } from './xattr.js';
import { XattrInventory } from './xattr-inventory.js';

/** So that e2fsck can put files there without allocating. */
const LOST_FOUND_SIZE = 16 * 1024;

/** Numbers the inodes of a tree. Throws {@link InvalidInputError} for what ext4 cannot hold, with the path. */
export function takeInventory(tree: FileTree, options: ResolvedOptions): Inventory {
  const root = withLostFound(tree.root, options);
  const lostFound = root.entries.get(LOST_FOUND) as Directory;
  const slots = slotsFor({ root, lostFound, names: countNames(root) }, options.like);
  return new InventoryTaker(root, slots, options).take();
}

function withLostFound(root: Directory, options: ResolvedOptions): Directory {
  const given = root.entries.get(LOST_FOUND);
  if (given?.kind === 'directory') return root;
  if (given) {
    throw new InvalidInputError('ext4.lost-found', 'lost+found at the root must be a directory.', { path: LOST_FOUND });
  }
  const made: Directory = directory({ mode: 0o700, mtime: options.epoch });
  return directory(root, [...root.entries, [LOST_FOUND, made]]);
}

class InventoryTaker {
  readonly #options: ResolvedOptions;
  readonly #slots = new Map<Node, number>();
  readonly #xattrs: XattrInventory;
  readonly #xattrSetOf: Int32Array;
  readonly #inline: Uint8Array;
  readonly #users = new Set<number>();
  readonly #groups = new Set<number>();
  readonly #losses = new LossLog();
  readonly #links: Uint32Array;
  readonly #dataBlocks: Uint32Array;
  readonly #parents: Uint32Array;
  readonly #childStart: Uint32Array;
  readonly #children: Uint32Array;
  readonly #xattrBlockOf: Int32Array;
  readonly #hasher: ReturnType<typeof nameHasher>;
  readonly #numbers: Slots;
  readonly #nodes: (Node | undefined)[] = [];
  #named = 0;

  constructor(root: Directory, numbers: Slots, options: ResolvedOptions) {
    const { most, names } = numbers;
    this.#options = options;
    this.#numbers = numbers;
    this.#links = new Uint32Array(most);
    this.#dataBlocks = new Uint32Array(most);
    this.#parents = new Uint32Array(most);
    this.#childStart = new Uint32Array(most);
    this.#children = new Uint32Array(names);
    this.#xattrs = new XattrInventory(options);
    this.#xattrSetOf = new Int32Array(most).fill(-1);
    this.#xattrBlockOf = new Int32Array(most).fill(-1);
    this.#inline = new Uint8Array(most);
    this.#hasher = nameHasher(options.hashSeed);
    this.#add(root, '' as ByteString);
    this.#add(root.entries.get(LOST_FOUND)!, LOST_FOUND);
  }

  /** Directory by directory: the entries of one get consecutive numbers, then those of its subdirectories. */
  take(): Inventory {
    const stack: { slot: number; path: ByteString }[] = [{ slot: 0, path: '' as ByteString }];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const below = this.#addEntries(top.slot, top.path);
      while (below.length > 0) stack.push(below.pop()!);
    }
    return {
      nodes: this.#nodes,
      earlier: this.#numbers.earlier,
      links: this.#links,
      dataBlocks: this.#dataBlocks,
      parents: this.#parents,
      childStart: this.#childStart,
      children: this.#children,
      xattrSetOf: this.#xattrSetOf,
      xattrBlockOf: this.#xattrBlockOf,
      xattrs: { sets: this.#xattrs.sets, blocks: this.#xattrs.blocks, values: this.#xattrs.values },
      inline: this.#inline,
      users: this.#users,
      groups: this.#groups,
      losses: this.#losses,
    };
  }

  #addEntries(slot: number, path: ByteString): { slot: number; path: ByteString }[] {
    const dir = this.#nodes[slot] as Directory;
    const below: { slot: number; path: ByteString }[] = [];
    this.#childStart[slot] = this.#named;
    for (const [name, node] of dir.entries) {
      const at = joinPath(path, name);
      checkName(name, at);
      const child = slot === 0 && name === LOST_FOUND ? LOST_FOUND_SLOT : this.#slotOf(node, at);
      this.#children[this.#named++] = child;
      if (node.kind === 'directory') {
        this.#parents[child] = slot;
        below.push({ slot: child, path: at });
      } else {
        this.#links[child]!++;
        checkEntry(this.#links[child]!, at);
      }
    }
    this.#links[slot] = this.#directoryLinks(below.length, slot, path);
    return below;
  }

  /** From 65 000 subdirectories on the count is 1, for "many" (dir_nlink), which needs the index. */
  #directoryLinks(subdirectories: number, slot: number, path: ByteString): number {
    const links = 2 + subdirectories;
    if (links <= MAX_LINKS) return links;
    const { features } = this.#options;
    if (features.has('dir_nlink') && features.has('dir_index') && this.#dataBlocks[slot]! > 1) return 1;
    checkEntry(links, path);
    return links;
  }

  #slotOf(node: Node, path: ByteString): number {
    // A directory has one name; any other entry is one inode under all its names.
    if (node.kind === 'directory') return this.#add(node, path);
    const known = this.#slots.get(node);
    if (known !== undefined) return known;
    const slot = this.#add(node, path);
    this.#slots.set(node, slot);
    return slot;
  }

  #add(node: Node, path: ByteString): number {
    const slot = this.#numbers.next(node);
    checkNode(node, path, this.#options, this.#losses);
    // Most slots follow each other; those of an earlier image may leave some out.
    while (this.#nodes.length < slot) this.#nodes.push(undefined);
    this.#nodes[slot] = node;
    this.#users.add(node.uid);
    this.#groups.add(node.gid);
    const xattrs = node.xattrs.length > 0 ? this.#storedXattrs(node, path) : [];
    if (this.#mayBeInline(node, slot) && fitsInline(node, xattrs, this.#options.inodeSize)) this.#inline[slot] = 1;
    else this.#dataBlocks[slot] = this.#blocksOf(node, slot, path);
    if (xattrs.length > 0) {
      const set = this.#setOf(xattrs, path);
      this.#xattrSetOf[slot] = set;
      this.#xattrBlockOf[slot] = this.#xattrs.refer(this.#xattrs.sets[set]!);
    }
    return slot;
  }

  /** Linux mounts no root without blocks; lost+found has some so that e2fsck can put files there without allocating. */
  #mayBeInline(node: Node, slot: number): boolean {
    const { features } = this.#options;
    if (!features.has('inline_data') || slot <= LOST_FOUND_SLOT) return false;
    // e2fsck does not count such a symlink for its owner's quota, as Linux does, and reports a difference.
    return node.kind !== 'symlink' || !features.has('quota');
  }

  #blocksOf(node: Node, slot: number, path: ByteString): number {
    const { blockSize, features } = this.#options;
    if (node.kind === 'file') return allocatedBlocks(node.content, blockSize);
    if (node.kind === 'symlink') return node.target.length < BLOCK_FIELD_SIZE ? 0 : 1;
    if (node.kind !== 'directory') return 0;
    const summed = features.has('metadata_csum');
    const linear = linearBlocks(node.entries.keys(), blockSize, summed);
    if (slot === LOST_FOUND_SLOT) return Math.max(linear, divCeil(LOST_FOUND_SIZE, blockSize));
    if (linear === 1 || !features.has('dir_index')) return linear;
    const leaves = hashOrder([...node.entries.keys()], this.#hasher, blockSize, summed).starts.length;
    checkLeaves(leaves, mostLeaves(blockSize, summed, features.has('large_dir')), path);
    return indexedBlocks(leaves, blockSize, summed);
  }

  #storedXattrs(node: Node, path: ByteString): StoredXattr[] {
    const stored: StoredXattr[] = [];
    for (const xattr of node.xattrs) {
      const form = storedXattr(xattr);
      if (form === 'bad-acl') {
        const message = `/${displayText(path)}: the value of ${displayText(xattr.name)} is not a POSIX ACL.`;
        throw new InvalidInputError('ext4.bad-acl', message, { path: displayText(path) });
      }
      if (form === 'unknown-namespace') {
        const message = 'Extended attributes outside user, trusted and security are left out: ext4 cannot store them.';
        this.#losses.add('ext4.xattr-namespace', message, path);
      } else stored.push(form);
    }
    return stored;
  }

  /** Decides where attributes are stored. Returns the index of their set. */
  #setOf(stored: readonly StoredXattr[], path: ByteString): number {
    const set = this.#xattrs.setOf(stored);
    if (set !== undefined) return set;
    const { blockSize } = this.#options;
    const message = `/${displayText(path)}: its extended attributes need more than its inode and one block of ${blockSize} bytes.`;
    throw new InvalidInputError('ext4.xattr-too-large', message, { path: displayText(path) });
  }
}
