// The objects of the data space in their order, said once: placing adds up their blocks, emitting renders them.

import type { Geometry } from './geometry.js';
import type { Inventory } from './inventory.js';

/** An object, from one index of the data space to that of the next. The blocks of its extent tree follow its own. */
export type DataObject<F> =
  | { readonly kind: 'resize-block' }
  | { readonly kind: 'xattr-blocks' }
  /** Of the inode with this slot: a directory, a file or a long symbolic link. */
  | { readonly kind: 'content'; readonly slot: number }
  | { readonly kind: 'system-file'; readonly file: F }
  | { readonly kind: 'journal' };

/** Decides which objects there are. */
export interface DataObjectSource<F> {
  readonly inventory: Inventory;
  readonly geometry: Geometry;
  /** System files, with what the caller knows of each. */
  readonly files: readonly F[];
  readonly journalBlocks: number;
}

/** Every object, in the order of the data space unless an earlier image gives another. */
export function* dataObjects<F>(source: DataObjectSource<F>): Generator<DataObject<F>> {
  const { inventory, geometry, files, journalBlocks } = source;
  const { nodes, dataBlocks, inline } = inventory;
  if (geometry.reservedDescriptorBlocks > 0) yield { kind: 'resize-block' };
  for (let slot = 0; slot < nodes.length; slot++) {
    if (nodes[slot]?.kind === 'directory' && dataBlocks[slot]! > 0) yield { kind: 'content', slot };
  }
  if (inventory.xattrs.blocks.length > 0) yield { kind: 'xattr-blocks' };
  for (let slot = 0; slot < nodes.length; slot++) {
    if (nodes[slot]?.kind !== 'directory' && dataBlocks[slot]! > 0) yield { kind: 'content', slot };
  }
  // Empty, or one hole: without blocks, but read as all others, because a file that has grown since the scan is an error.
  for (let slot = 0; slot < nodes.length; slot++) {
    const node = nodes[slot];
    const isHere = node?.kind === 'file' && dataBlocks[slot] === 0 && (node.content.size === 0 || inline[slot] === 0);
    if (isHere) yield { kind: 'content', slot };
  }
  for (const file of files) yield { kind: 'system-file', file };
  if (journalBlocks > 0) yield { kind: 'journal' };
}
