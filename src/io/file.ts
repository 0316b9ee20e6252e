// Files of the running system as content (for writers) and as random-access source (for readers).

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type ByteString, displayText } from '../bytes/index.js';
import { SourceError, UnreadableError } from '../errors.js';
import { type Data, type ExactContent, NO_HOLES, type Range, type Run, type Source } from './content.js';
import { FAST, type FastPath } from './fast-path.js';
import { checkRange } from './memory.js';
import type { FilePlace, RangeReader, RangeRequest } from './range-list.js';

/** Up to this size a file is read with synchronous calls: three awaits cost more than the file. */
const SMALL = 128 * 1024;
/** Up to this size in chunks, with synchronous calls too: an await costs about as much as copying one of them. */
const MEDIUM = 16 * 1024 * 1024;
const MEDIUM_CHUNK = 256 * 1024;
/** Chunks that no file uses just now: memory touched before is read into twice as fast as fresh memory. */
const spareChunks: Uint8Array[] = [];
const CHUNK = 1024 * 1024;

/** A path whose characters are bytes → what `node:fs` takes without decoding it. */
export function pathBuffer(path: ByteString): Buffer {
  return Buffer.from(path, 'latin1');
}

/** The source is there, and cannot be read: what it holds is not at fault. */
const UNREADABLE = new Set(['EACCES', 'EPERM', 'EIO', 'EMFILE', 'ENFILE']);

/** Turns an errno of `node:fs` into a {@link SourceError} that names the path. */
export function sourceError(path: ByteString, error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const { code = 'EIO', message } = error as NodeJS.ErrnoException;
  const reason: Record<string, string> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read by this user',
    EPERM: 'may not be read by this user',
    ENOTDIR: 'is not a directory',
    ELOOP: 'is part of a loop of symbolic links',
  };
  const shown = displayText(path);
  const Kind = UNREADABLE.has(code) ? UnreadableError : SourceError;
  return new Kind(`source.${code.toLowerCase()}`, `${shown} ${reason[code] ?? `cannot be read: ${message}`}.`, {
    path: shown,
    cause: error,
  });
}

function changed(path: ByteString, planned: number, found: number): SourceError {
  const shown = displayText(path);
  const message = `${shown} changed while it was being read: ${planned} bytes expected, ${found} found.`;
  return new SourceError('source.changed', message, { path: shown, hint: 'Pack a tree that nothing writes to.' });
}

/**
 * The content of a regular file of `size` bytes. A file found shorter or longer is an error, never padded or cut. With a
 * `reader` whoever packs many files can have them read ahead.
 */
export function fileContent(
  at: ByteString | FilePlace,
  size: number,
  holes?: readonly Range[],
  reader?: RangeReader,
): ExactContent {
  const { directory, name } = typeof at === 'string' ? { directory: WHOLE_PATH, name: at } : at;
  if (holes && holes.length > 0) return new SparseFile(directory, name, size, reader, holes);
  return new (size <= SMALL ? SmallFile : LargeFile)(directory, name, size, reader);
}

/** The bytes of `range` of a file, which is opened only while they are read. */
export function fileRange(path: ByteString, range: Range): ExactContent {
  return new FileRange(path, range);
}

/** The directory of a place whose name is the whole path. */
const WHOLE_PATH = '' as ByteString;

// Classes, not closures: trees hold one of these per file, and methods on the prototype cost a tree nothing.

/** What all files have in common. */
abstract class RegularFile {
  constructor(
    readonly directory: ByteString,
    readonly name: ByteString,
    readonly size: number,
    readonly reader: RangeReader | undefined,
  ) {}

  get path(): ByteString {
    const { directory, name } = this;
    return (
      directory === WHOLE_PATH || directory.endsWith('/') ? directory + name : `${directory}/${name}`
    ) as ByteString;
  }

  get holes(): readonly Range[] {
    return NO_HOLES;
  }

  /** The file is its own fast path: another object for each would be garbage while it waits. */
  get [FAST](): FastPath {
    return this as FastPath;
  }

  /** The file is its own origin, too. */
  get origin(): FastPath['origin'] {
    return isReadAhead(this) ? this : undefined;
  }

  slice(range: Range): ExactContent {
    checkRange(range, this.size);
    return fileRange(this.path, range);
  }
}

function isReadAhead(file: RegularFile): file is RegularFile & { readonly reader: RangeReader } {
  return file.reader !== undefined;
}

class SmallFile extends RegularFile implements ExactContent {
  bytes(): Uint8Array {
    return readSmall(this.path, this.size);
  }

  copyInto(into: Uint8Array, at: number): void {
    readSmallInto(this.path, this.size, into, at);
  }

  async *pieces(): AsyncGenerator<Data> {
    // Read even when nothing is expected: only so growth shows.
    const bytes = this.bytes();
    if (bytes.length > 0) yield bytes;
  }
}

class LargeFile extends RegularFile implements ExactContent {
  pieces(run: Run): AsyncGenerator<Data> {
    const read = this.size <= MEDIUM ? readMedium : readLarge;
    return read(this.path, this.size, this.holes, run);
  }
}

class SparseFile extends LargeFile {
  readonly #holes: readonly Range[];

  constructor(
    directory: ByteString,
    name: ByteString,
    size: number,
    reader: RangeReader | undefined,
    holes: readonly Range[],
  ) {
    super(directory, name, size, reader);
    this.#holes = holes;
  }

  override get holes(): readonly Range[] {
    return this.#holes;
  }
}

class FileRange implements ExactContent {
  constructor(
    readonly path: ByteString,
    readonly range: Range,
  ) {}

  get size(): number {
    return this.range.length;
  }

  get holes(): readonly Range[] {
    return NO_HOLES;
  }

  slice(range: Range): ExactContent {
    checkRange(range, this.size);
    return new FileRange(this.path, { at: this.range.at + range.at, length: range.length });
  }

  async *pieces(run: Run): AsyncGenerator<Data> {
    const source = await openFileSource(this.path);
    try {
      yield* source.slice(this.range).pieces(run);
    } finally {
      await source.close();
    }
  }
}

function readSmall(path: ByteString, size: number): Uint8Array {
  const buffer = uninitialised(size + 1);
  readSmallInto(path, size, buffer, 0);
  return buffer.subarray(0, size);
}

/** Reads a file of `size` bytes to byte `at`; `buffer` has one byte more. */
function readSmallInto(path: ByteString, size: number, buffer: Uint8Array, at: number): void {
  try {
    const fd = openSync(pathBuffer(path), 'r');
    try {
      // One byte more than planned is asked for: so growth shows, and a shorter answer is the end of a regular file,
      // without another system call to learn either.
      let got = readSync(fd, buffer, at, size + 1, null);
      while (got > 0 && got < size) {
        const count = readSync(fd, buffer, at + got, size + 1 - got, null);
        if (count === 0) break;
        got += count;
      }
      if (got !== size) throw changed(path, size, got > size ? fstatSync(fd).size : got);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw sourceError(path, error);
  }
}

/** Reads one range into its place in `memory`. */
export function readRangeSync({ path, at, length, into, ends }: RangeRequest, memory: Uint8Array): void {
  try {
    const fd = openSync(pathBuffer(path), 'r');
    try {
      for (let got = 0; got < length; ) {
        const count = readSync(fd, memory, into + got, length - got, at + got);
        if (count === 0) throw changed(path, at + length, at + got);
        got += count;
      }
      const found = ends ? fstatSync(fd).size : at + length;
      if (found !== at + length) throw changed(path, at + length, found);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw sourceError(path, error);
  }
}

/** Chunk by chunk with synchronous calls: what a consumer writes meanwhile goes on in the background. */
async function* readMedium(path: ByteString, size: number, holes: readonly Range[], run: Run): AsyncGenerator<Data> {
  let fd = -1;
  const buffer = spareChunks.pop() ?? uninitialised(MEDIUM_CHUNK);
  try {
    fd = openSync(pathBuffer(path), 'r');
    let at = 0;
    for (const hole of [...holes, { at: size, length: 0 }]) {
      while (at < hole.at) {
        const count = readSync(fd, buffer, 0, Math.min(buffer.length, hole.at - at), at);
        if (count === 0) throw changed(path, size, at);
        at += count;
        yield buffer.subarray(0, count);
        run.signal?.throwIfAborted();
      }
      if (hole.length > 0) yield { hole: hole.length };
      at += hole.length;
    }
    const found = fstatSync(fd).size;
    if (found !== size) throw changed(path, size, found);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall ? sourceError(path, error) : error;
  } finally {
    if (fd >= 0) closeSync(fd);
    // Whoever had it lent has pulled the next piece, or wants none.
    spareChunks.push(buffer);
  }
}

async function* readLarge(path: ByteString, size: number, holes: readonly Range[], run: Run): AsyncGenerator<Data> {
  let file: FileHandle | undefined;
  try {
    file = await open(pathBuffer(path), 'r');
    const found = (await file.stat()).size;
    if (found !== size) throw changed(path, size, found);
    let at = 0;
    for (const hole of holes) {
      yield* readRange(path, file, { at, length: hole.at - at }, run);
      yield { hole: hole.length };
      at = hole.at + hole.length;
    }
    yield* readRange(path, file, { at, length: size - at }, run);
    const after = (await file.stat()).size;
    if (after !== size) throw changed(path, size, after);
  } catch (error) {
    // An error without errno is the consumer's or an abort: not ours to translate.
    throw (error as NodeJS.ErrnoException).syscall ? sourceError(path, error) : error;
  } finally {
    await file?.close();
  }
}

/** Reads one chunk ahead: while the consumer works on one buffer the other is being filled. */
async function* readRange(path: ByteString, file: FileHandle, range: Range, run: Run): AsyncGenerator<Uint8Array> {
  const end = range.at + range.length;
  const capacity = Math.min(CHUNK, range.length);
  const buffers = [uninitialised(capacity), uninitialised(capacity)];
  let turn = 0;
  const start = async (at: number) => {
    if (at >= end) return undefined;
    const buffer = buffers[turn]!;
    turn = 1 - turn;
    const length = Math.min(buffer.length, end - at);
    return { ...(await file.read(buffer, 0, length, at)), at };
  };
  let pending = start(range.at);
  pending.catch(() => {});
  for (;;) {
    const chunk = await pending;
    run.signal?.throwIfAborted();
    if (!chunk) return;
    if (chunk.bytesRead === 0) throw changed(path, end, chunk.at);
    pending = start(chunk.at + chunk.bytesRead);
    // The next read may fail while the consumer still holds this chunk; the error is raised at the next await.
    pending.catch(() => {});
    try {
      yield chunk.buffer.subarray(0, chunk.bytesRead);
    } finally {
      // A consumer that stops early must not close the file under a running read.
      await pending.catch(() => {});
    }
  }
}

/** A plain array to be filled; a Buffer would leak its own slice(), which does not copy, to every consumer. */
function uninitialised(length: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafe(length);
  return new Uint8Array(buffer, byteOffset, length);
}

/** A file opened for random access. */
export interface FileSource extends Source {
  close(): Promise<void>;
}

/** Opens an image file for reading. */
export async function openFileSource(path: ByteString): Promise<FileSource> {
  let file: FileHandle;
  try {
    file = await open(pathBuffer(path), 'r');
  } catch (error) {
    throw sourceError(path, error);
  }
  const size = (await file.stat()).size;
  return { ...rangeSource(path, file, { at: 0, length: size }), close: () => file.close() };
}

/** The bytes of `range` of an open file as a source; the file stays the caller's to close. */
export function rangeSource(path: ByteString, file: FileHandle, range: Range): Source {
  return {
    size: range.length,
    holes: NO_HOLES,
    pieces: (run) => readRange(path, file, range, run),
    read: async (at, into) => {
      checkRange({ at, length: into.length }, range.length);
      let got = 0;
      while (got < into.length) {
        const { bytesRead } = await file.read(into, got, into.length - got, range.at + at + got);
        if (bytesRead === 0) throw changed(path, range.at + range.length, range.at + at + got);
        got += bytesRead;
      }
    },
    slice: (inner) => {
      checkRange(inner, range.length);
      return rangeSource(path, file, { at: range.at + inner.at, length: inner.length });
    },
  };
}
