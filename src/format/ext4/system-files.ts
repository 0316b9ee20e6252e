// Files that no directory names: the file system's own. Their inodes have fixed numbers, or follow those of the tree.

import type { Blueprint } from './blueprint.js';
import { inodeSeed } from './checksum.js';
import { type Inventory, inodeNumber } from './inventory.js';
import type { ResolvedOptions } from './options.js';
import { orphanFileBlocks, renderOrphanBlock } from './orphan-file.js';

/** A file of the file system's own. */
export interface SystemFile {
  readonly kind: 'orphan-file';
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
}

/** What the file systems of an inventory may need, whatever their size: highest inode number in use. */
export function mostInodes(inventory: Inventory, options: ResolvedOptions): number {
  return highest(inventory, systemFiles(inventory, options, 0, true));
}

/** Highest inode number in use with these system files. */
export function highest(inventory: Inventory, files: readonly SystemFile[]): number {
  return files.reduce((most, { ino }) => Math.max(most, ino), inodeNumber(inventory.nodes.length - 1));
}

/** The system files of a file system of so many blocks, in the order of their data. */
export function systemFiles(
  inventory: Inventory,
  { features, blockSize }: ResolvedOptions,
  blocks: number,
  hasJournal: boolean,
): SystemFile[] {
  const files: SystemFile[] = [];
  let next = inodeNumber(inventory.nodes.length);
  // Last, for without a journal it is left out and leaves no unused number behind.
  if (features.has('orphan_file') && hasJournal) {
    files.push({ kind: 'orphan-file', ino: next++, size: orphanFileBlocks(blocks) * blockSize });
  }
  return files;
}

/** The bytes of a system file whose first block has this index in the data space. */
export function renderSystemFile({ geometry, checksumSeed }: Blueprint, file: SystemFile, start: number): Uint8Array {
  const { blockSize, space } = geometry;
  const bytes = new Uint8Array(file.size);
  const seed = inodeSeed(checksumSeed, file.ino);
  for (let turn = 0; turn * blockSize < file.size; turn++) {
    renderOrphanBlock(bytes.subarray(turn * blockSize, (turn + 1) * blockSize), space.blockAt(start + turn), seed);
  }
  return bytes;
}
