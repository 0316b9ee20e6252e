// Files of the running system as content (for writers) and as random-access source (for readers).

import { closeSync, constants, lstatSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type ByteString, displayText, type Timestamp } from '../bytes/index.js';
import { SourceError } from '../errors.js';
import { type Data, type ExactContent, NO_HOLES, type Range, type Run, type Source } from './content.js';
import { holesWithin } from './exact.js';
import { FAST, type FastPath } from './fast-path.js';
import type { FileState } from './file-state.js';
import { kindOfEntry, pathBuffer, resized, sourceError } from './host-path.js';
import { checkRange } from './memory.js';
import { ANY_FILE, type FoundFile, identityOf, openFound, openFoundSync } from './open-file.js';
import type { FileIdentity, FilePlace, RangeReader, SourceDirectory } from './range-list.js';
import { readLarge, readMedium, readRange, readRangeSync, readSmall, readSmallInto } from './read-file.js';
import type { Store } from './stored-pieces.js';

/** Up to this size a file is read with synchronous calls: three awaits cost more than the file. */
const SMALL = 128 * 1024;
/** Up to this size in chunks, with synchronous calls too: an await costs about as much as copying one of them. */
const MEDIUM = 16 * 1024 * 1024;

/** Up to this size a range is read with a synchronous call: readers of images ask for many, and mostly of cached pages. */
const SHORT_READ = 256 * 1024;

/** The directory of files that a user named by a whole path. */
const NAMED: SourceDirectory = { path: '' as ByteString, device: ANY_FILE.device, reader: undefined };

/** The holes of a file, and when it was last modified: a file that is written to afterwards has others. */
export interface FileHoles {
  readonly holes: readonly Range[];
  readonly modified: Timestamp;
}

/**
 * The content of a regular file of `size` bytes. A file of another size, another file in its place, or a sparse file that was
 * written to, is an error: never padded, never cut, never followed.
 */
export function fileContent(at: ByteString | FilePlace, size: number, sparse?: FileHoles): ExactContent {
  const place = typeof at === 'string' ? { directory: NAMED, name: at, inode: ANY_FILE.inode } : at;
  if (sparse && sparse.holes.length > 0) return new SparseFile(place, size, sparse);
  return new (size <= SMALL ? SmallFile : LargeFile)(place, size);
}

/** The place of a file that a user named by its path, and that has been examined. */
export function namedPlace(path: ByteString, { device, inode }: FileIdentity): FilePlace {
  return { directory: { ...NAMED, device }, name: path, inode };
}

// Classes, not closures: trees hold one of these per file, and methods on the prototype take no memory per file.

/** Common to all files. */
abstract class RegularFile implements FilePlace, FoundFile {
  readonly directory: SourceDirectory;
  readonly name: ByteString;
  readonly inode: number;

  constructor(
    { directory, name, inode }: FilePlace,
    readonly size: number,
  ) {
    this.directory = directory;
    this.name = name;
    this.inode = inode;
  }

  get path(): ByteString {
    const { path } = this.directory;
    return (path === '' || path.endsWith('/') ? path + this.name : `${path}/${this.name}`) as ByteString;
  }

  get identity(): FileIdentity {
    return { device: this.directory.device, inode: this.inode };
  }

  get follow(): boolean {
    return this.directory === NAMED || this.directory.path === '';
  }

  get holes(): readonly Range[] {
    return NO_HOLES;
  }

  get reader(): RangeReader | undefined {
    return this.directory.reader;
  }

  /** The file is its own fast path, to save an object per file. */
  get [FAST](): FastPath {
    return this as FastPath;
  }

  /** The file is its own origin too. */
  get origin(): FastPath['origin'] {
    return isReadAhead(this) ? this : undefined;
  }

  /** Undefined for a file that a user named, too: its path may be a link that leads elsewhere tomorrow. */
  state(): FileState | undefined {
    const stat = this.follow ? undefined : lstatSync(pathBuffer(this.path), { bigint: true, throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size !== BigInt(this.size)) return undefined;
    const { device, inode } = identityOf(stat);
    if (device !== this.identity.device || inode !== this.identity.inode) return undefined;
    return { device: stat.dev, inode: stat.ino, size: stat.size, modified: stat.mtimeNs, changed: stat.ctimeNs };
  }

  readHead(into: Uint8Array): void {
    const { path, identity, follow } = this;
    readRangeSync({ path, identity, follow, at: 0, length: into.length, into: 0, ends: false }, into);
  }

  slice(range: Range): ExactContent {
    checkRange(range, this.size);
    return new FileRange(this, range, this.holes);
  }
}

/** Reads the first bytes of a file of the running system; false for any other content, whose beginning may cost as much as all of it. */
export function readHead(content: ExactContent, into: Uint8Array): boolean {
  const { readHead: read } = content[FAST] ?? {};
  read?.call(content, into);
  return read !== undefined;
}

/** The state of the file whose whole content this is; undefined for any other content. */
export function fileStateOf(content: ExactContent): FileState | undefined {
  return content[FAST]?.state?.();
}

function isReadAhead(file: RegularFile): file is RegularFile & { readonly reader: RangeReader } {
  return file.reader !== undefined;
}

class SmallFile extends RegularFile implements ExactContent {
  bytes(): Uint8Array {
    return readSmall(this, this.size);
  }

  copyInto(into: Uint8Array, at: number): void {
    readSmallInto(this, this.size, into, at);
  }

  async *pieces(): AsyncGenerator<Data> {
    // Read even when empty, to detect a file that has grown.
    const bytes = this.bytes();
    if (bytes.length > 0) yield bytes;
  }
}

class LargeFile extends RegularFile implements ExactContent {
  pieces(run: Run): AsyncGenerator<Data> {
    const read = this.size <= MEDIUM ? readMedium : readLarge;
    return read(this, this.size, this.holes, run);
  }
}

class SparseFile extends LargeFile {
  readonly #holes: readonly Range[];
  readonly modified: number;

  constructor(place: FilePlace, size: number, { holes, modified }: FileHoles) {
    super(place, size);
    this.#holes = holes;
    this.modified = modified.seconds * 1000 + modified.nanoseconds / 1e6;
  }

  /** Threads that read only what is between the holes do not notice that one has gone. */
  check(): void {
    closeSync(openFoundSync(this));
  }

  override get holes(): readonly Range[] {
    return this.#holes;
  }
}

class FileRange implements ExactContent {
  readonly holes: readonly Range[];

  /** `holes` are those of the whole file. */
  constructor(
    readonly file: FoundFile,
    readonly range: Range,
    holes: readonly Range[] = NO_HOLES,
  ) {
    this.holes = holesWithin(holes, range);
  }

  get size(): number {
    return this.range.length;
  }

  slice(range: Range): ExactContent {
    checkRange(range, this.size);
    const { at } = this.range;
    const holes = this.holes.map((hole) => ({ ...hole, at: at + hole.at }));
    return new FileRange(this.file, { at: at + range.at, length: range.length }, holes);
  }

  async *pieces(run: Run): AsyncGenerator<Data> {
    const file = await openFound(this.file);
    try {
      yield* readRange(this.file.path, file, this.range, run);
    } finally {
      await file.close();
    }
  }
}

/** A file opened for random access. */
export interface FileSource extends Source {
  readonly identity: FileIdentity;
  close(): Promise<void>;
}

/** Opens a file for random access. Throws {@link SourceError} `source.not-a-file` for directories and pipes, without waiting for anything. */
export async function openFileSource(path: ByteString): Promise<FileSource> {
  let file: FileHandle;
  try {
    // Opening a FIFO would block a thread, which no signal interrupts.
    file = await open(pathBuffer(path), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw sourceError(path, error);
  }
  const stat = await file.stat();
  if (stat.isDirectory() || stat.isFIFO()) {
    await file.close();
    const shown = displayText(path);
    throw new SourceError('source.not-a-file', `${shown} is ${kindOfEntry(stat)}, not a file.`, { path: shown });
  }
  const whole = rangeSource(path, file, { at: 0, length: stat.size });
  return { ...whole, identity: identityOf(stat), close: () => file.close() };
}

/** A closed file has a number below 0. */
function storeIn(file: FileHandle): Store {
  return {
    get fd() {
      return file.fd;
    },
    mostBlock: 0,
  };
}

/** The bytes of `range` of an open file as a source; the caller closes the file. `holes` are those of the whole file. */
export function rangeSource(
  path: ByteString,
  file: FileHandle,
  range: Range,
  store: Store = storeIn(file),
  holes: readonly Range[] = NO_HOLES,
): Source {
  return {
    [FAST]: { stored: { store, at: range.at } },
    size: range.length,
    get holes() {
      return holesWithin(holes, range);
    },
    pieces: (run) => readBetween(path, file, range, holesWithin(holes, range), run),
    read: async (at, into) => {
      checkRange({ at, length: into.length }, range.length);
      let got = 0;
      while (got < into.length) {
        const [left, from] = [into.length - got, range.at + at + got];
        const isShort = left <= SHORT_READ;
        const bytesRead = isShort
          ? readSync(file.fd, into, got, left, from)
          : (await file.read(into, got, left, from)).bytesRead;
        if (bytesRead === 0) throw resized(path, range.at + range.length, range.at + at + got);
        got += bytesRead;
      }
    },
    slice: (inner) => {
      checkRange(inner, range.length);
      return rangeSource(path, file, { at: range.at + inner.at, length: inner.length }, store, holes);
    },
  };
}

/** Reads a range without its holes, which begin within it. */
async function* readBetween(
  path: ByteString,
  file: FileHandle,
  range: Range,
  holes: readonly Range[],
  run: Run,
): AsyncGenerator<Data> {
  let done = 0;
  for (const hole of holes) {
    if (hole.at > done) yield* readRange(path, file, { at: range.at + done, length: hole.at - done }, run);
    yield { hole: hole.length };
    done = hole.at + hole.length;
  }
  if (done < range.length || range.length === 0) {
    yield* readRange(path, file, { at: range.at + done, length: range.length - done }, run);
  }
}
