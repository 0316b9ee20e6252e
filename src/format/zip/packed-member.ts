// A compressed member as content. The decoders take streams with a head and an end, so deflated data gets those of gzip.

import { crc32, type StreamFormat } from '../../bytes/index.js';
import { UNPACK_LIMIT, unpackStream } from '../../compress/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import {
  asBytes,
  checkRange,
  type Data,
  NO_HOLES,
  quietRun,
  type Range,
  type Run,
  type Source,
  type Spool,
  sourceView,
} from '../../io/index.js';
import type { Member } from './central-directory.js';
import { damaged } from './errors.js';

const DEFLATE = 8;
/** Methods whose data is a stream of its own (APPNOTE 4.4.5). */
const STREAMS: Readonly<Record<number, StreamFormat>> = { [DEFLATE]: 'gzip', 12: 'bzip2', 93: 'zstd', 95: 'xz' };
const NAMES: Readonly<Record<number, string>> = { 9: 'Deflate64', 14: 'LZMA', 97: 'WavPack', 98: 'PPMd' };

/** Zeros, the densest data of Deflate, become 1032 times as many bytes. The other methods have no such limit. */
const MOST_GROWTH = 1032;
const STORED = 0;

/** A gzip header without a name, a time and other options (RFC 1952). */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
/** Reads that end here decode the head again: enough for all that tells what a file is. */
const HEAD = 128 * 1024;

/** The bytes of a compressed member. */
export class PackedMember implements Source {
  readonly holes = NO_HOLES;
  readonly #packed: Source;
  readonly #member: Member;
  readonly #spool: Spool | undefined;

  /** `packed`: its bytes in the archive. `spool`: needed only to read it at random. */
  constructor(packed: Source, member: Member, spool: Spool | undefined) {
    this.#packed = packed;
    this.#member = member;
    this.#spool = spool;
  }

  get size(): number {
    return this.#member.size;
  }

  /** Throws {@link InvalidImageError} where its size or checksum differs, {@link UnsupportedError} for encrypted data and other methods. */
  async *pieces(run: Run): AsyncGenerator<Data> {
    const { size, crc, method, localAt } = this.#member;
    let [length, sum] = [0, 0];
    for await (const piece of this.#unpacked(run)) {
      length += piece.length;
      if (length > size) throw damaged(`A member has more than the ${size} bytes that are stated.`, localAt);
      // The decoder of gzip compares the sum itself.
      if (method !== DEFLATE) sum = crc32(piece, 0, piece.length, sum);
      yield piece;
    }
    if (length < size) throw damaged(`A member has ${length} bytes where ${size} are stated.`, localAt);
    if (method !== DEFLATE && sum !== crc) throw damaged('A member has a wrong checksum.', localAt);
  }

  async read(at: number, into: Uint8Array): Promise<void> {
    checkRange({ at, length: into.length }, this.size);
    if (at + into.length <= HEAD) return this.#readHead(at, into);
    if (!this.#spool) throw noSpool(this.#member);
    const unpacked = await this.#spool.keep(this.#packed, () => asBytes(this.pieces(quietRun())));
    await unpacked.read(at, into);
  }

  slice(range: Range): Source {
    checkRange(range, this.size);
    return sourceView(this, range);
  }

  async #readHead(at: number, into: Uint8Array): Promise<void> {
    let start = 0;
    for await (const piece of asBytes(this.pieces(quietRun()))) {
      const from = Math.max(at, start);
      const to = Math.min(at + into.length, start + piece.length);
      if (from < to) into.set(piece.subarray(from - start, to - start), from - at);
      start += piece.length;
      if (start >= at + into.length) return;
    }
  }

  /** Errors about a stream become those of the archive: it has no gzip stream that anybody could look for. */
  async *#unpacked(run: Run): AsyncGenerator<Uint8Array> {
    try {
      yield* unpackStream(this.#format(), this.#stream(run), UNPACK_LIMIT);
    } catch (error) {
      if (!(error instanceof InvalidImageError && error.code === 'compress.damaged')) throw error;
      throw damaged('A member cannot be unpacked, or has a wrong checksum.', this.#member.localAt);
    }
  }

  async *#stream(run: Run): AsyncGenerator<Uint8Array> {
    const isDeflated = this.#member.method === DEFLATE;
    if (isDeflated) yield GZIP_HEADER;
    yield* asBytes(this.#packed.pieces(run), run);
    if (isDeflated) yield gzipTrailer(this.#member);
  }

  #format(): StreamFormat {
    const { method, isEncrypted, localAt } = this.#member;
    const format = STREAMS[method];
    if (format !== undefined && !isEncrypted) return format;
    const what = isEncrypted ? 'encrypted' : `compressed by ${NAMES[method] ?? `method ${method}`}`;
    throw new UnsupportedError('zip.method', `A member of the zip archive is ${what}, which is not read.`, {
      at: localAt,
      hint: 'Unpack the archive with another program.',
    });
  }
}

/** Most bytes that the data of a member can become. */
export function mostUnpacked({ method, isEncrypted, packedSize }: Member): number {
  if (isEncrypted) return UNPACK_LIMIT;
  if (method === STORED) return packedSize;
  return method === DEFLATE ? packedSize * MOST_GROWTH : UNPACK_LIMIT;
}

function gzipTrailer({ crc, size }: Member): Uint8Array {
  const trailer = new Uint8Array(8);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, crc, true);
  view.setUint32(4, size % 2 ** 32, true);
  return trailer;
}

function noSpool({ localAt }: Member): UnsupportedError {
  const message = 'A member of the zip archive is compressed, and there is no place to unpack it.';
  return new UnsupportedError('zip.no-spool', message, { at: localAt, hint: 'Give a spool.' });
}
