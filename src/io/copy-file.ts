// Copies an open file inside the system, which costs a fraction of reading and writing it, or nothing if the file system shares blocks.

import { constants, existsSync } from 'node:fs';
import { copyFile, type FileHandle } from 'node:fs/promises';
import type { ByteString } from '../bytes/index.js';
import type { FileSource } from './file.js';
import { pathBuffer, resized } from './host-path.js';

/** A copy cannot be stopped. */
const MOST_COPIED = 4 * 1024 ** 3;

/**
 * Fills `file`, a new file at `path`, with the bytes of `from`. False if `from` is not a regular file, is too large to wait for, or if this
 * system has no paths of open files.
 */
export async function copyOpenFile(from: FileSource, path: ByteString, file: FileHandle): Promise<boolean> {
  if (from.fd === undefined || from.size > MOST_COPIED) return false;
  const open = `/proc/self/fd/${from.fd}`;
  if (!existsSync(open)) return false;
  const { mode } = await file.stat();
  await copyFile(open, pathBuffer(path), constants.COPYFILE_FICLONE);
  // The copy has the mode of the old file, which may be read-only.
  await file.chmod(mode);
  const { size } = await file.stat();
  if (size !== from.size) throw resized(path, from.size, size);
  return true;
}
