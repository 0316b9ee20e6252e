// Examines the target of an image: nothing, a file, a link to one, a device, a pipe, or something that is refused.

import type { Stats } from 'node:fs';
import { access, constants, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { type ByteString, byteStringOf, displayText, MAX_SYMLINKS } from '../bytes/index.js';
import { option, TargetError, wording } from '../errors.js';
import { pathBuffer } from './host-path.js';
import { openImageFile } from './image-file.js';
import { targetError } from './target-error.js';

/** Where bytes go for a name that was given. */
export type TargetPlace =
  | { readonly kind: 'file'; readonly path: ByteString }
  | { readonly kind: 'device'; readonly path: ByteString; readonly size: number }
  | { readonly kind: 'pipe'; readonly path: ByteString };

/** The end of temporary names. */
const PART = '.isopress-part';
/** Bytes of a name on Linux. */
const MOST_NAME = 255;

/**
 * The temporary name of a file until it is complete; a long one is cut to have room. Remains of a killed run under this name are removed,
 * so it is one that nothing else gives: browsers keep downloads as `NAME.part`.
 */
export function partPath<T extends string>(path: T): T {
  const name = path.lastIndexOf('/') + 1;
  // A name that no file can have stays as it is, so that opening it fails before anything is written.
  const end = path.length - name > MOST_NAME ? path.length : name + MOST_NAME - PART.length;
  const part = `${path.slice(0, end)}${PART}`;
  // The longest name of this kind would be its own temporary one.
  return (part === path ? `${path.slice(0, end - 1)}${PART}` : part) as T;
}

/**
 * The place of an image. A symbolic link is followed: the file it names is replaced, or made, and the link stays. Throws
 * {@link TargetError} for a name that is taken unless `force`, for what can never be written, and for a directory that is not
 * missing or not writable. Changes nothing.
 */
export async function findTargetPlace(path: ByteString, force: boolean): Promise<TargetPlace> {
  const found = await stat(pathBuffer(path)).catch(() => undefined);
  if (found?.isDirectory()) {
    throw refused('directory', path, 'is a directory, and an image is a file', 'Give the name of a file.');
  }
  if (found && !found.isFile()) return specialPlace(path, found, force);
  const isTaken = found !== undefined || (await lstat(pathBuffer(path)).catch(() => undefined)) !== undefined;
  if (isTaken && !force) {
    const shown = displayText(path);
    const what = found ? 'exists already' : 'exists already: it is a link to a missing file';
    throw new TargetError('target.exists', `${shown} ${what}.`, {
      path: shown,
      hint: wording`Use ${option('force')} to replace it.`,
    });
  }
  const place = await filePlace(path);
  await access(pathBuffer(directoryOf(place)), constants.W_OK | constants.X_OK).catch((error) => {
    throw targetError(path, error);
  });
  return { kind: 'file', path: place };
}

/** Where the bytes of a file with this name go: links are followed, also to a file that does not exist yet. */
export async function filePlace(path: ByteString): Promise<ByteString> {
  const place = await realpath(pathBuffer(path), 'buffer').catch(() => undefined);
  return place ? byteStringOf(place) : missingPlace(path);
}

async function specialPlace(path: ByteString, found: Stats, force: boolean): Promise<TargetPlace> {
  const isPipe = found.isFIFO();
  if (!isPipe && !found.isBlockDevice()) {
    const kind = found.isSocket() ? 'a socket' : 'a character device';
    throw refused('special', path, `is ${kind}`, 'Give the name of a file, a block device or a pipe.');
  }
  if (!force) {
    const shown = displayText(path);
    const what = isPipe ? 'a pipe' : 'a device, and its content would be lost';
    throw new TargetError('target.exists', `${shown} is ${what}.`, {
      path: shown,
      hint: wording`Use ${option('force')} to write to it.`,
    });
  }
  if (isPipe) return { kind: 'pipe', path };
  await checkDevice(path);
  return { kind: 'device', path, size: await deviceSize(path) };
}

/** Opens a device as its only user: the kernel refuses one that is mounted, swapped to, or part of another device. */
export function openDevice(path: ByteString) {
  return open(pathBuffer(path), constants.O_RDWR | constants.O_EXCL).catch((error) => {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw targetError(path, error);
    const what = 'is in use: it, or a partition of it, is mounted, swapped to, or part of another device';
    throw refused('busy', path, what, 'Unmount it first.');
  });
}

async function checkDevice(path: ByteString): Promise<void> {
  await (await openDevice(path)).close();
}

async function deviceSize(path: ByteString): Promise<number> {
  const device = await openImageFile(path);
  await device.close();
  return device.size;
}

/** Follows links manually to a file that does not exist yet. */
async function missingPlace(path: ByteString): Promise<ByteString> {
  let place = path;
  for (let links = 0; links <= MAX_SYMLINKS; links++) {
    const target = await readlink(pathBuffer(place), 'buffer').catch(() => undefined);
    if (!target) return place;
    const named = byteStringOf(target);
    place = named.startsWith('/') ? named : (`${directoryOf(place)}/${named}` as ByteString);
  }
  throw refused('loop', path, 'is part of a loop of symbolic links', 'Give another name.');
}

function directoryOf(path: ByteString): ByteString {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.' as ByteString;
  return (slash === 0 ? '/' : path.slice(0, slash)) as ByteString;
}

function refused(code: string, path: ByteString, what: string, hint: string): TargetError {
  const shown = displayText(path);
  return new TargetError(`target.${code}`, `${shown} ${what}.`, { path: shown, hint });
}
