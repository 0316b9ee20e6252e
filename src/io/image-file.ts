// Image files and devices of the running system as random-access sources.

import { constants, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { type ByteString, byteStringOf, displayText } from '../bytes/index.js';
import { SourceError } from '../errors.js';
import { loadNative } from '../native/index.js';
import { NO_HOLES, type Range } from './content.js';
import { type FileSource, rangeSource } from './file.js';
import { fileHoles } from './file-holes.js';
import { kindOfEntry, pathBuffer, sourceError } from './host-path.js';
import { identityOf } from './open-file.js';
import type { FileIdentity } from './range-list.js';

/** Device sizes are multiples of this; shorter reads fail on some systems. */
const SECTOR = 512;
/** Sectors of the largest device that is measured: 8 EiB. */
const MOST_SECTORS = 2 ** 53;

/** Options for opening an image. */
export interface OpenImageOptions {
  /** Find out where the file has holes, so that its parts have them too. They must not change until it is closed. Default false. */
  readonly sparse?: boolean;
}

/**
 * Opens an image for reading: a regular file, or a block device such as a stick or a disc drive. Throws {@link SourceError}
 * `source.not-an-image` for directories, pipes and other devices, without waiting for anything.
 */
export async function openImageFile(path: ByteString, { sparse = false }: OpenImageOptions = {}): Promise<FileSource> {
  let file: FileHandle;
  try {
    // Opening a FIFO would block a thread, which no signal interrupts.
    file = await open(pathBuffer(path), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw sourceError(path, error);
  }
  try {
    const stats = await file.stat();
    const size = await sizeOf(path, file, stats);
    const identity = identityOf(stats);
    const holes = sparse && stats.isFile() ? await holesOfImage(path, identity, size) : NO_HOLES;
    const whole = rangeSource(path, file, { at: 0, length: size }, undefined, holes);
    return {
      ...whole,
      holes,
      identity,
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw (error as NodeJS.ErrnoException).syscall ? sourceError(path, error) : error;
  }
}

/** The holes of an image, if the system tells them. */
async function holesOfImage(path: ByteString, identity: FileIdentity, size: number): Promise<readonly Range[]> {
  const { addon } = loadNative();
  if (!addon) return NO_HOLES;
  try {
    return fileHoles(addon, byteStringOf(await realpath(pathBuffer(path), 'buffer')), identity, size);
  } catch {
    // Where its bytes are zeros, they are read and written.
    return NO_HOLES;
  }
}

/** The kind of entry at a path: `other` for a directory, `file` for everything else that {@link openImageFile} can be asked for. */
export function hostKind(path: ByteString): 'file' | 'other' | undefined {
  try {
    const stats = statSync(pathBuffer(path), { throwIfNoEntry: false });
    return stats && (stats.isDirectory() ? 'other' : 'file');
  } catch {
    // A name that no file can have, or a directory that this user may not enter.
    return undefined;
  }
}

async function sizeOf(path: ByteString, file: FileHandle, stats: Stats): Promise<number> {
  if (stats.isFile()) return stats.size;
  if (stats.isBlockDevice()) return deviceSize(file);
  const shown = displayText(path);
  throw new SourceError('source.not-an-image', `${shown} is ${kindOfEntry(stats)}, not an image.`, {
    path: shown,
    hint: 'Give a regular file or a block device.',
  });
}

/** A device has no size in its status; its end is where nothing more can be read. */
async function deviceSize(file: FileHandle): Promise<number> {
  const sector = new Uint8Array(SECTOR);
  const isThere = async (index: number) => {
    try {
      return (await file.read(sector, 0, SECTOR, index * SECTOR)).bytesRead > 0;
    } catch {
      // Drives report an error where others report the end.
      return false;
    }
  };
  let [known, beyond] = [-1, 1];
  while (beyond < MOST_SECTORS / SECTOR && (await isThere(beyond))) [known, beyond] = [beyond, beyond * 2];
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    if (await isThere(middle)) known = middle;
    else beyond = middle;
  }
  return (known + 1) * SECTOR;
}
