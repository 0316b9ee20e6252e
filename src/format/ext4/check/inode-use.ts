// The inodes in use, as directories and counts are held against them.

import { kindOfMode, type Node } from '../../../tree/index.js';
import type { Seed } from '../checksum.js';
import { INLINE_FLAG, type Inode, JOURNAL_INODE, ROOT_INODE } from '../inode.js';
import type { FileRun } from './file-blocks.js';
import type { CheckedImage } from './image.js';

/** Bits of a mode below those of its type. */
export const TYPE_SHIFT = 12;

export type Kind = Node['kind'];

/** An inode in use. */
export interface CheckedInode {
  readonly ino: number;
  readonly fields: Inode;
  readonly bytes: Uint8Array;
  readonly extraSize: number;
  readonly seed: Seed;
  readonly at: number;
}

/** A directory to be read. There may be many: only what that takes is kept of its inode. */
export interface FoundDirectory extends Omit<CheckedInode, 'fields'> {
  readonly fields: Pick<Inode, 'flags' | 'block'>;
  /** Empty for a directory that is in its inode. */
  readonly runs: readonly FileRun[];
}

const NOTHING = new Uint8Array(0);

/** A directory with what is needed of its inode: its bytes only where it is in them. */
export function foundDirectory(owner: CheckedInode, runs: readonly FileRun[]): FoundDirectory {
  const { ino, fields, bytes, extraSize, seed, at } = owner;
  const { flags, block } = fields;
  const isInline = (flags & INLINE_FLAG) !== 0;
  const kept = { flags, block: isInline ? block : NOTHING };
  return { ino, fields: kept, bytes: isInline ? bytes : NOTHING, extraSize, seed, at, runs };
}

/** The content of the tables of inodes, by inode number. */
export class InodeUse {
  /** Links as stored; 0 for an unused inode. */
  readonly links: Uint16Array;
  /** Type bits of the mode, 0 for an unused inode. */
  readonly types: Uint8Array;
  readonly directories: FoundDirectory[] = [];
  /** Inodes that no directory names: values of attributes. */
  readonly values = new Set<number>();
  /** First block of the journal. */
  journalBlock: number | undefined;

  constructor(inodes: number) {
    this.links = new Uint16Array(inodes + 1);
    this.types = new Uint8Array(inodes + 1);
  }

  /** Undefined for an unused inode. */
  kindOf(ino: number): Kind | undefined {
    return kindOfMode(this.types[ino]! << TYPE_SHIFT);
  }
}

/** Inodes that no directory names, and that are in use nevertheless. */
export function isNameless(checked: CheckedImage, found: InodeUse, ino: number): boolean {
  const { journalInode, orphanFileInode, userQuotaInode, groupQuotaInode, projectQuotaInode } = checked.superblock;
  const special = [journalInode, orphanFileInode, userQuotaInode, groupQuotaInode, projectQuotaInode, JOURNAL_INODE];
  if (ino < checked.firstInode) return ino !== ROOT_INODE;
  return special.includes(ino) || found.values.has(ino);
}
