// Writing and opening images, with text or byte paths.

import { type PathLike, pathBytes } from '../bytes/index.js';
import * as io from '../io/index.js';
import { runOf, type WorkOptions } from './run.js';

/** How an image is written. */
export interface WriteImageOptions extends io.WriteOptions, WorkOptions {}

/** How an image is written to a file. */
export interface FileOptions extends io.FileTargetOptions, WriteImageOptions {}

/**
 * The image under this name. A regular file is written as `NAME.isopress-part` and renamed at the end; a symbolic link is followed.
 * With `force` an existing file is replaced, and a block device or pipe written to.
 */
export function fileTarget(path: PathLike, options: io.FileTargetOptions = {}): io.Target {
  return io.fileTarget(pathBytes(path), options);
}

/**
 * Opens an image for reading: a regular file, or a block device such as a stick or a disc drive; close it when done. Throws
 * {@link SourceError} `source.not-an-image` for directories, pipes and other devices.
 */
export function openImageFile(path: PathLike): Promise<io.FileSource> {
  return io.openImageFile(pathBytes(path));
}

/** Overwrites bytes of an existing file and waits until they are on the medium. */
export function patchFile(path: PathLike, patches: readonly io.Patch[]): Promise<void> {
  return io.patchFile(pathBytes(path), patches);
}

/**
 * Writes a plan to a target. After any error, or an abort, the target is as it was before. Plans of a known size may
 * go to a pipe; others need random access.
 */
export function writeImage<L>(
  plan: io.ImagePlan<L>,
  target: io.Target,
  options: WriteImageOptions = {},
): Promise<io.ImageReport> {
  return io.writeImage(plan, target, runOf(options), options);
}

/** Writes a plan to a file, which appears under its name only when it is complete. */
export function writeFile<L>(
  path: PathLike,
  plan: io.ImagePlan<L>,
  options: FileOptions = {},
): Promise<io.ImageReport> {
  return writeImage(plan, fileTarget(path, options), options);
}

/** The bytes of a plan, or of a file's content, in memory. */
export async function toBytes(content: io.Content, options: WorkOptions = {}): Promise<Uint8Array> {
  const target = io.memoryTarget();
  // Nothing reads the layout while it is written.
  await writeImage(content as io.ImagePlan<unknown>, target, options);
  return target.bytes();
}
