// Gathers extended attributes into sets: all inodes with the same attributes share one.

import { type ByteString, byteStringOf } from '../../bytes/index.js';
import { joinPath, type LossLog, type Node, type Xattr } from '../../tree/index.js';
import type { PlannedInodes } from './plan-inodes.js';
import { xattrKey, xattrPrefix, xattrValue } from './xattr.js';

export interface PlannedXattrs {
  /** Only attributes the format has a prefix for, none of them empty. */
  readonly sets: readonly (readonly Xattr[])[];
  /** Index of the set of a node; nodes without attributes are not listed. */
  readonly setOf: ReadonlyMap<Node, number>;
  /** Most content bytes of the keys and values, in line. */
  readonly keyBytes: number;
}

/** Gives every node its set; attributes the format cannot name go to `losses`. */
export function planXattrs(inodes: PlannedInodes, losses: LossLog): PlannedXattrs {
  const sets: (readonly Xattr[])[] = [];
  const setOf = new Map<Node, number>();
  const known = new Map<string, number>();
  const seen = new Map<readonly Xattr[], number>();
  let keyBytes = 0;
  const setFor = (xattrs: readonly Xattr[]): number => {
    const key = identity(xattrs);
    const index = known.get(key) ?? sets.length;
    if (index === sets.length) {
      known.set(key, index);
      sets.push(xattrs);
      keyBytes += inlineBytes(xattrs);
    }
    return index;
  };
  for (const { node, path } of entriesWithXattrs(inodes)) {
    if (setOf.has(node)) continue;
    noteLosses(node, path, losses);
    const kept = node.xattrs.filter(({ name }) => xattrPrefix(name) >= 0);
    if (kept.length === 0) continue;
    const index = seen.get(node.xattrs) ?? setFor(kept);
    seen.set(node.xattrs, index);
    setOf.set(node, index);
  }
  return { sets, setOf, keyBytes };
}

/** Bytes of an attribute set as its entry counts them: full names with a zero byte each, and values. */
export function setSize(xattrs: readonly Xattr[]): number {
  return xattrs.reduce((sum, { name, value }) => sum + name.length + 1 + value.length, 0);
}

function* entriesWithXattrs(inodes: PlannedInodes): Generator<{ node: Node; path: ByteString }> {
  for (const dir of inodes.levels.flat()) {
    if (dir.node.xattrs.length > 0) yield { node: dir.node, path: dir.path };
    for (const [name, node] of dir.node.entries) {
      if (node.kind !== 'directory' && node.xattrs.length > 0) yield { node, path: joinPath(dir.path, name) };
    }
  }
}

function noteLosses(node: Node, path: ByteString, losses: LossLog): void {
  for (const { name } of node.xattrs) {
    if (xattrPrefix(name) >= 0) continue;
    if (name.startsWith('system.posix_acl_')) {
      losses.add('squashfs.acl', 'POSIX access control lists are left out: the format cannot store them.', path);
    } else {
      losses.add(
        'squashfs.xattr-namespace',
        'Extended attributes outside user, trusted and security are left out.',
        path,
      );
    }
  }
}

function identity(xattrs: readonly Xattr[]): string {
  return xattrs.map(({ name, value }) => `${name.length}:${name}${value.length}:${byteStringOf(value)}`).join('');
}

function inlineBytes(xattrs: readonly Xattr[]): number {
  return xattrs.reduce((sum, { name, value }) => sum + xattrKey.size + name.length + xattrValue.size + value.length, 0);
}
