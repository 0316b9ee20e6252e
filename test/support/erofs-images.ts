// EROFS images for tests: the limits of the format, and writing to a file.

import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { type ErofsLayout, type ErofsOptions, planErofs } from '../../src/format/erofs/index.js';
import { quietRun } from '../../src/io/content.js';
import { fileTarget } from '../../src/io/file-target.js';
import { collect } from '../../src/io/memory.js';
import { writeImage } from '../../src/io/write-image.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import { ENGINE } from './engines.js';
import { POSIX, type TreeLimits } from './trees.js';

/** All that Linux has. */
export const EROFS: TreeLimits = { ...POSIX, fileSize: 60_000 };
export const EROFS_EPOCH = timestamp(1_700_000_000, 5);

type Options = Partial<ErofsOptions> & { readonly jobs?: number };

function planned(tree: FileTree, { compression, ...options }: Omit<Options, 'jobs'>) {
  return planErofs(tree, {
    seed: 'test',
    epoch: EROFS_EPOCH,
    ...options,
    ...(compression ? { compression: { engine: ENGINE, ...compression } } : {}),
  });
}

/** The image in memory. */
export function erofsBytes(tree: FileTree, { jobs = 2, ...options }: Options = {}): Promise<Uint8Array> {
  return collect(planned(tree, options), quietRun(jobs));
}

/** Writes an image file and returns its layout. */
export async function writeErofs(tree: FileTree, path: string, given: Options = {}): Promise<ErofsLayout> {
  const { jobs = 2, ...options } = given;
  const plan = planned(tree, options);
  await writeImage(plan, fileTarget(fromText(path), { force: true }), quietRun(jobs));
  return plan.layout;
}
