// Decodes answers of the addon about a directory: errno, count, and 1 before records or 0 before names, each name followed by a zero
// byte. In an answer about several directories, the path of each and its answer come after their lengths. Little-endian.

import { type ByteString, type Timestamp, timestamp } from '../bytes/index.js';
import { errnoError, type FileIdentity } from '../io/index.js';
import { kindOfMode, type Xattr } from '../tree/index.js';
import type { Entries, EntryFacts } from './entries.js';
import { NO_XATTRS, type XattrPool } from './xattr-pool.js';

const HEADER = { errno: 0, count: 4, described: 8, size: 12 } as const;

/** The texts follow all records. At `text` are the name, the target, and for each attribute its name, a zero byte, length and value. */
const RECORD = {
  errno: 0,
  mode: 4,
  uid: 8,
  gid: 12,
  links: 16,
  nanoseconds: 20,
  size: 24,
  allocated: 32,
  seconds: 40,
  device: 48,
  inode: 56,
  major: 64,
  minor: 68,
  text: 72,
  nameLength: 76,
  targetLength: 80,
  xattrsLength: 84,
  recordSize: 88,
} as const;

/** The answers about several directories, with their paths. */
export function* answersIn(listings: Uint8Array): Generator<[path: ByteString, answer: Uint8Array]> {
  const view = viewOf(listings);
  const bytes = bufferOf(listings);
  for (let at = 0; at < bytes.length; ) {
    const path = at + 8;
    const answer = path + view.getUint32(at, true);
    const end = answer + view.getUint32(at + 4, true);
    yield [bytes.toString('latin1', path, answer) as ByteString, bytes.subarray(answer, end)];
    at = end;
  }
}

/** Whether an answer describes entries or only names them. Throws the system's error about the directory. */
export function isDescribed(answer: Uint8Array): boolean {
  const view = viewOf(answer);
  checkErrno(view, HEADER.errno);
  return view.getUint32(HEADER.described, true) !== 0;
}

/** The names that such an answer holds. */
export function namesIn(answer: Uint8Array): ByteString[] {
  const count = viewOf(answer).getUint32(HEADER.count, true);
  const bytes = bufferOf(answer);
  const names: ByteString[] = [];
  for (let start: number = HEADER.size; names.length < count; ) {
    const end = bytes.indexOf(0, start);
    names.push(bytes.toString('latin1', start, end) as ByteString);
    start = end + 1;
  }
  return names;
}

/** Described entries, decoded from the answer on request. */
export class NativeEntries implements Entries {
  readonly count: number;
  readonly #release: () => void;
  readonly #pool: XattrPool;
  readonly #answer: Buffer;
  readonly #view: DataView;
  /** Where texts begin. */
  readonly #texts: number;
  /** Trees from packages have few different times; one object is shared by neighbours with the same time. */
  #mtime: Timestamp = timestamp(0);

  /** Throws the system's error about the directory. `release` frees the answer. */
  constructor(pool: XattrPool, answer: Uint8Array, release: () => void) {
    this.#release = release;
    this.#pool = pool;
    this.#answer = bufferOf(answer);
    this.#view = viewOf(answer);
    checkErrno(this.#view, HEADER.errno);
    this.count = this.#view.getUint32(HEADER.count, true);
    this.#texts = HEADER.size + this.count * RECORD.recordSize;
  }

  name(index: number): ByteString {
    const record = recordAt(index);
    return this.#text(record, 0, this.#number(record + RECORD.nameLength));
  }

  facts(index: number): EntryFacts {
    const record = recordAt(index);
    checkErrno(this.#view, record + RECORD.errno);
    return {
      mode: this.#number(record + RECORD.mode),
      uid: this.#number(record + RECORD.uid),
      gid: this.#number(record + RECORD.gid),
      identity: this.#identityOf(record),
      links: this.#number(record + RECORD.links),
      size: this.#view.getFloat64(record + RECORD.size, true),
      allocated: this.#view.getFloat64(record + RECORD.allocated, true),
      mtime: this.#mtimeOf(record),
      major: this.#number(record + RECORD.major),
      minor: this.#number(record + RECORD.minor),
      target: this.#targetOf(record),
      xattrs: this.#xattrsOf(record),
    };
  }

  device(index: number): bigint {
    return this.#view.getBigUint64(recordAt(index) + RECORD.device, true);
  }

  identity(index: number): bigint {
    return (this.device(index) << 64n) | this.#view.getBigUint64(recordAt(index) + RECORD.inode, true);
  }

  isKnownDirectory(index: number): boolean {
    return kindOfMode(this.#number(recordAt(index) + RECORD.mode)) === 'directory';
  }

  close(): void {
    this.#release();
  }

  #identityOf(record: number): FileIdentity {
    return { device: this.#count(record + RECORD.device), inode: this.#count(record + RECORD.inode) };
  }

  #mtimeOf(record: number): Timestamp {
    const seconds = this.#view.getFloat64(record + RECORD.seconds, true);
    const nanoseconds = this.#number(record + RECORD.nanoseconds);
    if (seconds !== this.#mtime.seconds || nanoseconds !== this.#mtime.nanoseconds) {
      this.#mtime = timestamp(seconds, nanoseconds);
    }
    return this.#mtime;
  }

  #targetOf(record: number): ByteString {
    const length = this.#number(record + RECORD.targetLength);
    return length === 0 ? NO_TARGET : this.#text(record, this.#number(record + RECORD.nameLength), length);
  }

  #xattrsOf(record: number): readonly Xattr[] {
    const length = this.#number(record + RECORD.xattrsLength);
    if (length === 0) return NO_XATTRS;
    const before = this.#number(record + RECORD.nameLength) + this.#number(record + RECORD.targetLength);
    const start = this.#texts + this.#number(record + RECORD.text) + before;
    return this.#pool.list(this.#answer.subarray(start, start + length));
  }

  #number(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /** A number of 64 bits, rounded beyond 2^53 as everywhere. */
  #count(at: number): number {
    return this.#number(at + 4) * 0x1_0000_0000 + this.#number(at);
  }

  #text(record: number, from: number, length: number): ByteString {
    const start = this.#texts + this.#number(record + RECORD.text) + from;
    return this.#answer.toString('latin1', start, start + length) as ByteString;
  }
}

const NO_TARGET = '' as ByteString;

function recordAt(index: number): number {
  return HEADER.size + index * RECORD.recordSize;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Throws what `node:fs` would for an errno other than 0. */
function checkErrno(view: DataView, at: number): void {
  const errno = view.getUint32(at, true);
  if (errno !== 0) throw errnoError(errno);
}
