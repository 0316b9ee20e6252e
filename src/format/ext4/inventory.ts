// The tree as numbered inodes, with the names and blocks of each. Nothing here depends on places.

import type { ByteString } from '../../bytes/index.js';
import type { Directory, LossLog, Node } from '../../tree/index.js';
import type { Dirent } from './dirent.js';
import { FIRST_INODE, ROOT_INODE } from './inode.js';
import type { ResolvedOptions } from './options.js';
import type { EarlierEntry } from './read-places.js';
import type { XattrInventory, XattrSet } from './xattr-inventory.js';

export const LOST_FOUND = 'lost+found' as ByteString;
/** Slot of its inode. */
export const LOST_FOUND_SLOT = 1;

/** Inodes by slot: slot 0 is the root, slot 1 lost+found, then tree order or that of an earlier image. Arrays are indexed by slot. */
export interface Inventory {
  /** Undefined: nothing has this slot. That happens only in the order of an earlier image. */
  readonly nodes: readonly (Node | undefined)[];
  /** The entry of the earlier image at the same path; undefined without such an image. */
  readonly earlier: readonly (EarlierEntry | undefined)[] | undefined;
  readonly links: Uint32Array;
  /** Blocks that hold content: of directories and long symlinks too. */
  readonly dataBlocks: Uint32Array;
  /** Of directories: slot of the directory above. */
  readonly parents: Uint32Array;
  /** Of directories: where their entries start in `children`. */
  readonly childStart: Uint32Array;
  /** Slot of each directory entry, directory by directory, in the order of the entries. */
  readonly children: Uint32Array;
  /** Index in `xattrs.sets`, -1 without attributes. */
  readonly xattrSetOf: Int32Array;
  /** Index in `xattrs.blocks`, -1 without a block. */
  readonly xattrBlockOf: Int32Array;
  readonly xattrs: Pick<XattrInventory, 'sets' | 'blocks' | 'values'>;
  /** Whether the data is in the inode: 1 or 0. */
  readonly inline: Uint8Array;
  /** All owners, each once. */
  readonly users: ReadonlySet<number>;
  readonly groups: ReadonlySet<number>;
  readonly losses: LossLog;
}

export function inodeNumber(slot: number): number {
  return slot === 0 ? ROOT_INODE : slot + FIRST_INODE - 1;
}

/** Blocks of content and of attributes that count as an inode's, without those of its extent tree. */
export function ownBlocks(inventory: Inventory, slot: number): number {
  const { dataBlocks, xattrBlockOf } = inventory;
  return dataBlocks[slot]! + (xattrsOf(inventory, slot)?.valueBlocks ?? 0) + (xattrBlockOf[slot]! < 0 ? 0 : 1);
}

/** How the attributes of this slot's inode are stored; undefined if it has none. */
export function xattrsOf({ xattrSetOf, xattrs }: Inventory, slot: number): XattrSet | undefined {
  const index = xattrSetOf[slot]!;
  return index < 0 ? undefined : xattrs.sets[index]!;
}

/** The names in a directory without `.` and `..`. */
export function* direntsOf(inventory: Inventory, slot: number): Generator<Dirent> {
  const node = inventory.nodes[slot] as Directory;
  let at = inventory.childStart[slot]!;
  for (const [name, child] of node.entries)
    yield { ino: inodeNumber(inventory.children[at++]!), name, kind: child.kind };
}

/** Whether the directory of this slot has a hash index. lost+found stays linear: its blocks are kept empty. */
export function isIndexed(inventory: Inventory, slot: number, options: ResolvedOptions): boolean {
  return options.features.has('dir_index') && slot !== LOST_FOUND_SLOT && inventory.dataBlocks[slot]! > 1;
}
