// A digest of everything in a scanned tree except file contents: the default seed of an image's identities.

import { createDigest } from '../io/index.js';
import type { FileTree } from './file-tree.js';
import { walk } from './walk.js';

/** Characters that are digested with one call. */
const BATCH = 64 * 1024;

/** Hexadecimal digest over paths, kinds, attributes, sizes and targets. Equal trees have equal fingerprints, in any scan order. */
export function fingerprint(tree: FileTree): string {
  const digest = createDigest('sha256');
  let lines = '';
  for (const { path, node } of walk(tree)) {
    const { kind, mode, uid, gid, mtime } = node;
    const own = node.kind === 'file' ? node.content.size : node.kind === 'symlink' ? node.target : '';
    lines += `${path}\0${kind}\0${mode}\0${uid}\0${gid}\0${mtime.seconds}\0${mtime.nanoseconds}\0${own}\n`;
    if (lines.length < BATCH) continue;
    digest.update(Buffer.from(lines, 'latin1'));
    lines = '';
  }
  digest.update(Buffer.from(lines, 'latin1'));
  return digest.hex();
}
