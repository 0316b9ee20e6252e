// An image as a file that appears under its name only when complete, or written directly to an existing device or pipe.

import { constants, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { type ByteString, displayText } from '../bytes/index.js';
import { TargetError } from '../errors.js';
import { refuseUnfinished } from './change-file.js';
import type { ExactContent } from './content.js';
import { copyContent } from './copied.js';
import { rangeSource } from './file.js';
import { HeadStart } from './head-start.js';
import { pathBuffer } from './host-path.js';
import { zeros } from './memory.js';
import { streamTarget } from './stream-target.js';
import type { OpenTarget, Target } from './target.js';
import { targetError } from './target-error.js';
import { findTargetPlace, openDevice, partPath, type TargetPlace } from './target-place.js';

/** Options of a target file. */
export interface FileTargetOptions {
  /** Replace an existing file, or write to a block device or pipe. Default false. */
  readonly force?: boolean;
}

/**
 * The image under this name. A regular file is written as `NAME.isopress-part` and renamed at the end; a symbolic link is followed.
 * With `force` an existing file is replaced, and a block device or pipe written to.
 */
export function fileTarget(path: ByteString, { force = false }: FileTargetOptions = {}): Target {
  return new NamedTarget(path, force);
}

class NamedTarget implements Target {
  readonly name: string;
  readonly #path: ByteString;
  readonly #force: boolean;
  #place: TargetPlace | undefined;
  #ahead: Promise<OpenedAhead> | undefined;

  constructor(path: ByteString, force: boolean) {
    this.name = displayText(path);
    this.#path = path;
    this.#force = force;
  }

  get randomAccess(): boolean {
    return this.#place?.kind !== 'pipe';
  }

  get capacity(): number | undefined {
    return this.#place?.kind === 'device' ? this.#place.size : undefined;
  }

  async check(): Promise<void> {
    this.#place = await findTargetPlace(this.#path, this.#force);
    if (this.#place.kind === 'file') await refuseUnfinished(this.#place.path);
  }

  copyAhead(content: ExactContent, at: number): void {
    if (content.holes.length > 0 || this.#ahead) return;
    this.#ahead = this.#open().then((opened) => {
      const copy = opened.copy ?? (async () => false);
      return { opened, start: new HeadStart({ content, at }, copy) };
    });
    // Thrown by `open`; until then it is not "unhandled".
    this.#ahead.catch(() => {});
  }

  async open(signal?: AbortSignal): Promise<OpenTarget> {
    if (!this.#ahead) return this.#open();
    const { opened, start } = await this.#ahead;
    this.#ahead = undefined;
    try {
      await start.end(signal);
      signal?.throwIfAborted();
    } catch (error) {
      await opened.abandon();
      throw error;
    }
    return withHeadStart(opened, start);
  }

  async abandon(): Promise<void> {
    const ahead = await this.#ahead?.catch(() => undefined);
    this.#ahead = undefined;
    ahead?.start.stop();
    await ahead?.start.done.catch(() => {});
    await ahead?.opened.abandon();
  }

  async #open(): Promise<OpenTarget> {
    // Something may have appeared under the name while the image was planned.
    const place = await findTargetPlace(this.#path, this.#force);
    this.#place = place;
    // Its journal would be taken for one of the new image.
    if (place.kind === 'file') await refuseUnfinished(place.path);
    if (place.kind === 'device') return openDeviceTarget(this.#path);
    return place.kind === 'pipe' ? openPipe(this.#path) : openFileTarget(this.#path, place.path);
  }
}

/** A target that is open before the image is planned, and what is being copied to it. */
interface OpenedAhead {
  readonly opened: OpenTarget;
  readonly start: HeadStart;
}

/** Copies only what has not been copied ahead. */
function withHeadStart(opened: OpenTarget, start: HeadStart): OpenTarget {
  const { copy } = opened;
  if (!copy || start.range.length === 0) return opened;
  return {
    ...opened,
    copiedAhead: start.range,
    copy: async (content, at) => {
      for (const part of start.missing(content, at)) if (!(await copy(part.content, part.at))) return false;
      return true;
    },
  };
}

/** `name` is what the caller gave, `path` where it leads to. */
async function openFileTarget(name: ByteString, path: ByteString): Promise<OpenTarget> {
  const part = partPath(path);
  const file = await openPart(name, part);
  const identity = (await file.stat()).ino;
  const close = closing(file);
  const stillOurs = async () => (await stat(pathBuffer(part)).catch(() => undefined))?.ino === identity;
  return {
    concurrentWrites: true,
    write: (at, bytes) => writeFully(name, file, at, bytes),
    copy: (content, at) => copyContent(content, file.fd, at, name),
    move: (at, unread) =>
      unread.moveTo({ descriptor: file.fd, at, write: (bytes) => writeFully(name, file, at, bytes) }),
    complete: (size) =>
      file.truncate(size).catch((error) => {
        throw targetError(name, error);
      }),
    image: (size) => rangeSource(part, file, { at: 0, length: size }),
    publish: async () => {
      await close();
      // A second writer to the same name has replaced our temporary file: publishing it would publish an incomplete image.
      if (!(await stillOurs())) {
        const shown = displayText(name);
        throw new TargetError('target.contended', `Another process is writing ${shown}.`, { path: shown });
      }
      // An edit in place of the old file may have begun meanwhile.
      await refuseUnfinished(path);
      await rename(pathBuffer(part), pathBuffer(path)).catch((error) => {
        throw targetError(name, error);
      });
    },
    abandon: async () => {
      await close().catch(() => {});
      if (await stillOurs()) await unlink(pathBuffer(part)).catch(() => {});
    },
  };
}

async function openPart(name: ByteString, part: ByteString): Promise<FileHandle> {
  // Remains of a killed run are removed, never continued.
  await unlink(pathBuffer(part)).catch(() => {});
  return open(pathBuffer(part), 'wx+').catch((error) => {
    throw targetError(name, error);
  });
}

/** Gaps are written as zeros, because the device may hold other data. Bytes written before an error stay. */
async function openDeviceTarget(path: ByteString): Promise<OpenTarget> {
  const file = await openDevice(path);
  const close = closing(file);
  let end = 0;
  const fill = async (to: number) => {
    for (const gap of zeros(Math.max(0, to - end))) {
      await writeFully(path, file, end, gap);
      end += gap.length;
    }
  };
  return {
    write: async (at, bytes) => {
      await fill(at);
      await writeFully(path, file, at, bytes);
      end = Math.max(end, at + bytes.length);
    },
    complete: fill,
    image: (size) => rangeSource(path, file, { at: 0, length: size }),
    publish: async () => {
      await file.sync().catch((error) => {
        throw targetError(path, error);
      });
      await close();
    },
    abandon: close,
  };
}

/** A pipe with a reader; opening one without would block. */
async function openPipe(path: ByteString): Promise<OpenTarget> {
  const probe = await open(pathBuffer(path), constants.O_WRONLY | constants.O_NONBLOCK).catch((error) => {
    throw targetError(path, error);
  });
  const file = await open(pathBuffer(path), constants.O_WRONLY);
  await probe.close();
  const stream = createWriteStream('', { fd: file });
  const target = await streamTarget(stream, displayText(path)).open();
  const end = () => new Promise<void>((resolve) => stream.end(resolve));
  return { ...target, publish: end, abandon: async () => void stream.destroy() };
}

function closing(file: FileHandle): () => Promise<void> {
  let closed = false;
  return async () => {
    if (!closed) await file.close();
    closed = true;
  };
}

async function writeFully(name: ByteString, file: FileHandle, at: number, bytes: Uint8Array): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    }
  } catch (error) {
    throw targetError(name, error);
  }
}
