// Files that no directory names: the file system's own. Their inodes have fixed numbers, or follow those of the tree.

import { GROUP_QUOTA_INODE, USER_QUOTA_INODE } from './inode.js';
import { type Inventory, inodeNumber } from './inventory.js';
import type { ResolvedOptions } from './options.js';
import { orphanFileBlocks } from './orphan-file.js';
import { type QuotaKind, quotaFileSize } from './quota.js';
import type { XattrValue } from './xattr-inventory.js';

/** A file of the file system's own. */
export interface SystemFile {
  readonly kind: 'orphan-file' | 'xattr-value' | QuotaKind;
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
  /** The value itself, of a value in an inode. */
  readonly value?: XattrValue;
}

/** Upper limit for file systems of an inventory of any size: highest inode number in use. */
export function mostInodes(inventory: Inventory, options: ResolvedOptions): number {
  return highest(inventory, systemFiles(inventory, options, 0, true));
}

/** Highest inode number in use with these system files. */
export function highest(inventory: Inventory, files: readonly SystemFile[]): number {
  return files.reduce((most, { ino }) => Math.max(most, ino), inodeNumber(inventory.nodes.length - 1));
}

/** The system files of a file system of `blocks` blocks, in the order of their data. */
export function systemFiles(
  inventory: Inventory,
  { features, blockSize }: ResolvedOptions,
  blocks: number,
  hasJournal: boolean,
): SystemFile[] {
  const files: SystemFile[] = [];
  let next = inodeNumber(inventory.nodes.length);
  for (const value of inventory.xattrs.values.values()) {
    files.push({ kind: 'xattr-value', ino: next++, size: value.value.length, value });
  }
  if (features.has('quota')) {
    const { users, groups } = inventory;
    files.push({ kind: 'user-quota', ino: USER_QUOTA_INODE, size: quotaFileSize(users) });
    files.push({ kind: 'group-quota', ino: GROUP_QUOTA_INODE, size: quotaFileSize(groups) });
  }
  // The tree has no projects: everything belongs to project 0.
  if (features.has('project')) files.push({ kind: 'project-quota', ino: next++, size: quotaFileSize([0]) });
  // Last: if there is no journal, no inode number stays unused.
  if (features.has('orphan_file') && hasJournal) {
    files.push({ kind: 'orphan-file', ino: next++, size: orphanFileBlocks(blocks) * blockSize });
  }
  return files;
}
