// A digest over everything a scan knows of a tree but the contents: the default seed of an image's identities.

import { createDigest } from '../io/index.js';
import type { FileTree } from './file-tree.js';
import { walk } from './walk.js';

/** Hexadecimal digest over paths, kinds, attributes, sizes and targets. Equal trees have equal fingerprints, in any scan order. */
export function fingerprint(tree: FileTree): string {
  const digest = createDigest('sha256');
  for (const { path, node } of walk(tree)) {
    const { kind, mode, uid, gid, mtime } = node;
    const own = node.kind === 'file' ? node.content.size : node.kind === 'symlink' ? node.target : '';
    const line = [path, kind, mode, uid, gid, mtime.seconds, mtime.nanoseconds, own].join('\0');
    digest.update(Buffer.from(`${line}\n`, 'latin1'));
  }
  return digest.hex();
}
