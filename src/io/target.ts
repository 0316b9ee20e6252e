// Where an image goes: a file that appears under its name only when complete, a pipe, or memory.

import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { type ByteString, displayText } from '../bytes/index.js';
import { option, TargetError, wording } from '../errors.js';
import type { Source } from './content.js';
import { rangeSource } from './file.js';
import { pathBuffer } from './host-path.js';
import { bytesSource, zeros } from './memory.js';

/** A destination, not yet opened. */
export interface Target {
  /** For messages. */
  readonly name: string;
  /** Whether bytes can be written behind the front and read again; needed for backpatches and seals. */
  readonly randomAccess: boolean;
  open(): Promise<OpenTarget>;
}

export interface OpenTarget {
  /** Writes at an absolute offset. A gap that is never written reads as zeros. The bytes are free again when this resolves. */
  write(at: number, bytes: Uint8Array): Promise<void>;
  /** States the final size once everything has been written; what was never written reads as zeros from now on. */
  complete(size: number): Promise<void>;
  /** The completed image of `size` bytes, to be read. Only with `randomAccess`. */
  image(size: number): Source;
  /** Makes the completed image visible under its name. */
  publish(): Promise<void>;
  /** Removes every trace. Safe to call after anything failed. */
  abandon(): Promise<void>;
}

/** Writes `PATH.part` beside the target and renames it at the end. Refuses an existing file unless `force`. */
export function fileTarget(path: ByteString, options: { force?: boolean } = {}): Target {
  return { name: displayText(path), randomAccess: true, open: () => openFileTarget(path, options.force ?? false) };
}

async function openFileTarget(path: ByteString, force: boolean): Promise<OpenTarget> {
  const part = `${path}.part` as ByteString;
  if (!force && (await exists(path))) {
    throw new TargetError('target.exists', `${displayText(path)} exists already.`, {
      path: displayText(path),
      hint: wording`Use ${option('force')} to replace it.`,
    });
  }
  const file = await openPart(part);
  const identity = (await file.stat()).ino;
  let closed = false;
  const close = async () => {
    if (!closed) await file.close();
    closed = true;
  };
  const stillOurs = async () => (await stat(pathBuffer(part)).catch(() => undefined))?.ino === identity;
  return {
    write: (at, bytes) => writeFully(part, file, at, bytes),
    complete: (size) =>
      file.truncate(size).catch((error) => {
        throw targetError(part, error);
      }),
    image: (size) => rangeSource(part, file, { at: 0, length: size }),
    publish: async () => {
      await close();
      // A second writer to the same name has replaced our temporary file: publishing it would show its half image.
      if (!(await stillOurs())) {
        throw new TargetError('target.contended', `Another process is writing ${displayText(path)}.`, {
          path: displayText(path),
        });
      }
      await rename(pathBuffer(part), pathBuffer(path)).catch((error) => {
        throw targetError(path, error);
      });
    },
    abandon: async () => {
      await close().catch(() => {});
      if (await stillOurs()) await unlink(pathBuffer(part)).catch(() => {});
    },
  };
}

async function openPart(part: ByteString): Promise<FileHandle> {
  // What a killed run left behind is removed, never continued.
  await unlink(pathBuffer(part)).catch(() => {});
  return open(pathBuffer(part), 'wx+').catch((error) => {
    throw targetError(part, error);
  });
}

async function writeFully(path: ByteString, file: FileHandle, at: number, bytes: Uint8Array): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    }
  } catch (error) {
    throw targetError(path, error);
  }
}

async function exists(path: ByteString): Promise<boolean> {
  return stat(pathBuffer(path)).then(
    () => true,
    () => false,
  );
}

function targetError(path: ByteString, error: unknown): TargetError {
  const { code = 'EIO', message } = error as NodeJS.ErrnoException;
  const known: Record<string, [reason: string, hint: string]> = {
    ENOSPC: ['No space left for', 'Free some space or choose another target directory.'],
    EDQUOT: ['The disk quota is used up for', 'Free some space or choose another target directory.'],
    EACCES: ['No permission to write', 'Choose a directory that this user may write to.'],
    EFBIG: [
      'A limit on the size of files (ulimit -f, or that of the file system) ends',
      'Raise it, or choose another.',
    ],
    EROFS: ['A read-only file system holds', 'Choose another target directory.'],
    ENOENT: ['There is no directory for', 'Create the target directory first.'],
  };
  const shown = displayText(path);
  const [reason, hint] = known[code] ?? [`${message} while writing`, undefined];
  return new TargetError(`target.${code.toLowerCase()}`, `${reason} ${shown}.`, {
    path: shown,
    cause: error,
    ...(hint ? { hint } : {}),
  });
}

/** A pipe or socket. Takes images without backpatches and seals only; gaps are written as zeros. */
export function streamTarget(stream: Writable, name = 'standard output'): Target {
  let position = 0;
  const send = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      stream.write(bytes, (error) => {
        if (error) reject(targetError(name as ByteString, error));
        else resolve();
      });
    });
  const advance = async (to: number) => {
    for (const gap of zeros(to - position)) await send(gap);
    position = to;
  };
  const opened: OpenTarget = {
    write: async (at, bytes) => {
      await advance(at);
      await send(bytes);
      position += bytes.length;
    },
    complete: advance,
    image: () => {
      throw new TargetError('target.not-seekable', `${name} cannot be read again.`);
    },
    publish: async () => {},
    abandon: async () => {},
  };
  return { name, randomAccess: false, open: async () => opened };
}

/** An image in memory; `bytes()` after it was written. */
export function memoryTarget(): Target & { bytes(): Uint8Array } {
  let buffer = new Uint8Array(0);
  const grow = (size: number) => {
    if (size <= buffer.length) return;
    const larger = new Uint8Array(Math.max(size, buffer.length * 2));
    larger.set(buffer);
    buffer = larger;
  };
  const opened: OpenTarget = {
    write: async (at, bytes) => {
      grow(at + bytes.length);
      buffer.set(bytes, at);
    },
    complete: async (size) => {
      grow(size);
      buffer = buffer.slice(0, size);
    },
    image: (size) => bytesSource(buffer.subarray(0, size)),
    publish: async () => {},
    abandon: async () => {
      buffer = new Uint8Array(0);
    },
  };
  return { name: 'memory', randomAccess: true, open: async () => opened, bytes: () => buffer };
}
