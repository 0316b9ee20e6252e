// An ext4 image of a tree in a scratch directory, and what the judges say of it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { type Ext4Options, planExt4 } from '../../src/format/ext4/index.js';
import { quietRun } from '../../src/io/content.js';
import { fileTarget } from '../../src/io/file-target.js';
import { bytesSource } from '../../src/io/memory.js';
import { writeImage } from '../../src/io/write-image.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import { mapNodes } from '../../src/tree/rewrite.js';
import { bytesNow } from './content.js';
import { judge } from './oracle.js';

export const BASE: Ext4Options = { seed: 'test', epoch: timestamp(1_700_000_000) };

/** Writes an image and returns its layout. */
export async function writeExt4(tree: FileTree, image: string, options: Partial<Ext4Options> = {}) {
  const plan = planExt4(tree, { ...BASE, ...options });
  await writeImage(plan, fileTarget(fromText(image), { force: true }), quietRun());
  return plan.layout;
}

/** e2fsck finds nothing: exit status 0 and only the five passes and the summary. */
export function expectClean(image: string): void {
  const { status, stdout } = judge('e2fsck', ['-fn', image]);
  const complaints = stdout.split('\n').filter((line) => line !== '' && !/^Pass [1-5]: Checking /.test(line));
  expect(complaints.slice(0, -1)).toEqual([]);
  expect(complaints.at(-1)).toMatch(/: \d+\/\d+ files \(.*% non-contiguous\), \d+\/\d+ blocks$/);
  expect(status).toBe(0);
}

/** Mounts an image with the kernel's driver while `look` runs. */
export function mounted<T>(image: string, options: string, look: (top: string) => T, type = 'ext4'): T {
  const top = join(`${image}.mnt`);
  mkdirSync(top, { recursive: true });
  const { status, stderr } = judge('mount', ['-t', type, '-o', `loop,${options}`, image, top]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  try {
    return look(top);
  } finally {
    expect(judge('umount', [top]).status).toBe(0);
    awaitRelease(image);
  }
}

/** A process that has a copy of the mount keeps the file system open, and the image unfinished, a moment longer. */
function awaitRelease(image: string): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let turn = 0; turn < 200 && judge('losetup', ['-j', image]).stdout !== ''; turn++)
    Atomics.wait(sleeper, 0, 0, 50);
}

/** No `user.` attributes but on files and directories: nothing else can have them, and the kernel does not show them. */
export function possibleXattrs(tree: FileTree): FileTree {
  return mapNodes(tree, (node) =>
    node.kind === 'file' || node.kind === 'directory'
      ? node
      : { ...node, xattrs: node.xattrs.filter(({ name }) => !name.startsWith('user.')) },
  );
}

/** The same files, with every run of zeros that is worth it declared as a hole, at any byte. */
export function withHoles(tree: FileTree, atLeast = 3000): FileTree {
  return mapNodes(tree, (node) => {
    if (node.kind !== 'file') return node;
    const bytes = bytesNow(node.content);
    const holes: { at: number; length: number }[] = [];
    for (let at = 0; at < bytes.length; ) {
      let end = at;
      while (bytes[end] === 0) end++;
      if (end - at >= atLeast) holes.push({ at, length: end - at });
      at = end + 1;
    }
    return holes.length > 0 ? { ...node, content: { ...bytesSource(bytes), holes } } : node;
  });
}
