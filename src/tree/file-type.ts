// The types of files as st_mode has them (inode(7)). Formats with POSIX modes store the same bits.

import type { Node } from './node.js';

/** The bits of a mode for the type. */
export const TYPE_MASK = 0o170000;

/** The bits of each kind. */
export const TYPE_BITS: Readonly<Record<Node['kind'], number>> = {
  fifo: 0o010000,
  'character-device': 0o020000,
  directory: 0o040000,
  'block-device': 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
};

const KINDS: ReadonlyMap<number, Node['kind']> = new Map(
  (Object.keys(TYPE_BITS) as Node['kind'][]).map((kind) => [TYPE_BITS[kind], kind]),
);

/** The kind in a mode; undefined for an unknown one. */
export function kindOfMode(mode: number): Node['kind'] | undefined {
  return KINDS.get(mode & TYPE_MASK);
}
