// Android's sparse images: a header, then chunks of blocks that are stored, filled with a pattern or left out
// (system/core/libsparse/sparse_format.h).

import { struct, u16le, u32le } from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { type Extent, MappedSource, type Source } from '../../io/index.js';

const MAGIC = 0xed26ff3a;
const VERSION = 1;
const MOST_BLOCK = 64 * 1024 * 1024;
/** Bytes of a pattern that is spelled out. */
const FILLED = 64 * 1024;
/** Bytes of headers read at a time. */
const WINDOW = 64 * 1024;

export const sparseHeader = struct('Android sparse header', 28, {
  magic: u32le(0),
  major: u16le(4),
  minor: u16le(6),
  headerSize: u16le(8),
  chunkHeaderSize: u16le(10),
  blockSize: u32le(12),
  blocks: u32le(16),
  chunks: u32le(20),
  checksum: u32le(24),
});

export const chunkHeader = struct('Android sparse chunk', 12, {
  type: u16le(0),
  reserved: u16le(2),
  blocks: u32le(4),
  /** Bytes, with this header. */
  size: u32le(8),
});

const Chunk = { raw: 0xcac1, fill: 0xcac2, skip: 0xcac3, checksum: 0xcac4 } as const;

/** Blocks one after the other, as one chunk gives them. */
interface Segment {
  /** First byte of the disk. */
  readonly start: number;
  readonly length: number;
  /** Where the bytes are in the file; undefined for zeros and patterns. */
  readonly at: number | undefined;
  readonly pattern: Uint8Array | undefined;
}

/** Whether a file begins as a sparse image. */
export async function isAndroidSparse(file: Source): Promise<boolean> {
  if (file.size < sparseHeader.size) return false;
  const bytes = new Uint8Array(sparseHeader.size);
  await file.read(0, bytes);
  const { magic, major } = sparseHeader.decode(bytes);
  return magic === MAGIC && major === VERSION;
}

/** The image with its blocks in place. Throws {@link InvalidImageError} for damaged chunks, {@link UnsupportedError} for unknown ones. */
export async function openAndroidSparse(file: Source): Promise<Source> {
  const bytes = new Uint8Array(sparseHeader.size);
  await file.read(0, bytes);
  const { blockSize, blocks, headerSize, chunkHeaderSize, chunks } = sparseHeader.decode(bytes);
  if (blockSize === 0 || blockSize % 4 !== 0 || blockSize > MOST_BLOCK)
    throw damaged(`A block has ${blockSize} bytes.`, 12);
  if (headerSize < sparseHeader.size || chunkHeaderSize < chunkHeader.size)
    throw damaged('Its headers are too short.', 8);
  const segments = await readChunks(file, { at: headerSize, step: chunkHeaderSize, chunks, blockSize });
  const size = blocks * blockSize;
  const end = segments.at(-1);
  if ((end ? end.start + end.length : 0) > size) throw damaged('Its chunks have more blocks than the image.', 16);
  return new MappedSource(size, async (at) => extentAt(file, segments, at, size));
}

interface ChunkList {
  readonly at: number;
  readonly step: number;
  readonly chunks: number;
  readonly blockSize: number;
}

async function readChunks(file: Source, { at: from, step, chunks, blockSize }: ChunkList): Promise<Segment[]> {
  const segments: Segment[] = [];
  const head = new Heads(file);
  let [at, start] = [from, 0];
  for (let index = 0; index < chunks; index++) {
    const { type, blocks, size } = chunkHeader.decode(await head.bytes(at, chunkHeader.size));
    const [length, data, stored] = [blocks * blockSize, at + step, size - step];
    if (size < step || at + size > file.size) throw damaged('A chunk is outside the file.', at);
    if (type === Chunk.raw) {
      if (stored !== length) throw damaged(`A chunk of ${blocks} blocks has ${stored} bytes.`, at);
      segments.push({ start, length, at: data, pattern: undefined });
    } else if (type === Chunk.fill) {
      const pattern = (await head.bytes(data, 4)).slice();
      segments.push({
        start,
        length,
        at: undefined,
        pattern: pattern.some((byte) => byte !== 0) ? pattern : undefined,
      });
    } else if (type === Chunk.skip) segments.push({ start, length, at: undefined, pattern: undefined });
    else if (type !== Chunk.checksum) {
      throw new UnsupportedError('android-sparse.chunk', `Chunks of type ${type} are not read.`, { at });
    }
    if (type !== Chunk.checksum) start += length;
    at += size;
  }
  return segments;
}

/** The heads of chunks, many of which may follow each other without data. */
class Heads {
  readonly #file: Source;
  #at = 0;
  #bytes = new Uint8Array(0);

  constructor(file: Source) {
    this.#file = file;
  }

  async bytes(at: number, length: number): Promise<Uint8Array> {
    if (at < this.#at || at + length > this.#at + this.#bytes.length) {
      if (at + length > this.#file.size) throw damaged('It ends before its last chunk.', at);
      this.#at = at;
      this.#bytes = new Uint8Array(Math.min(WINDOW, this.#file.size - at));
      await this.#file.read(at, this.#bytes);
    }
    return this.#bytes.subarray(at - this.#at, at - this.#at + length);
  }
}

function extentAt(file: Source, segments: readonly Segment[], at: number, size: number): Extent {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { start, length } = segments[middle]!;
    if (start + length <= at) low = middle + 1;
    else high = middle;
  }
  const found = segments[low];
  if (!found) return { zeros: true, length: size - at };
  const within = at - found.start;
  const length = found.length - within;
  if (found.at !== undefined) return { from: file, at: found.at + within, length };
  return found.pattern ? filled(found.pattern, within, length) : { zeros: true, length };
}

function filled(pattern: Uint8Array, within: number, left: number): Extent {
  const length = Math.min(left, FILLED);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = pattern[(within + i) % pattern.length]!;
  return { bytes, length };
}

function damaged(message: string, at: number): InvalidImageError {
  return new InvalidImageError('android-sparse.damaged', `The sparse image is damaged. ${message}`, { at });
}
