// Contents cut into segments, packed in parallel, yielded in order. Small files are read in batches.

import { type BlockCompressor, blockBuffer, type PackedSegment, packedSegment } from '../../compress/index.js';
import { contentsAhead, type Data, type ExactContent, inOrder, isHole, pieceLength, type Run } from '../../io/index.js';
import { emptyContents } from './contents.js';
import type { PlannedImage } from './layout.js';
import type { ResolvedOptions } from './options.js';

/**
 * Size of a segment: small enough that a large file keeps all threads busy and memory stays below 200 MB. Of 4 MiB images would be 0.03 %
 * smaller, as each segment ends with a block that is not full. The last segment of a file has up to twice that size instead.
 */
export const SEGMENT = 2 * 1024 * 1024;
/** Largest size of a batch, in bytes and in parts. */
const BATCH = 256 * 1024;
const BATCH_PARTS = 1024;
/** Batches that may wait in addition to those being compressed. */
const AHEAD = 2;

/** A segment of a content. */
interface Part {
  readonly content: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Bytes of the content. */
  readonly length: number;
  /** Undefined for zeros of a hole. */
  readonly bytes: Uint8Array | undefined;
}

/** A segment of a content and its packed form; undefined if it is smaller than a block, so that packing saves nothing. */
export interface PackedFilePart extends Part {
  readonly packed: PackedSegment | undefined;
  readonly result: Uint8Array | undefined;
}

/** Packs the contents of an image. */
export class FilePacker {
  readonly #image: PlannedImage;
  readonly #options: ResolvedOptions;
  readonly #contents: readonly ExactContent[];
  readonly #run: Run;
  readonly #compressor: BlockCompressor;
  readonly #free: Uint8Array[] = [];
  /** A whole segment of zeros, packed. */
  #zeros: Promise<Uint8Array | undefined> | undefined;

  constructor(image: PlannedImage, contents: readonly ExactContent[], run: Run) {
    const { blockSize, clusterSize, compression, tailPacking, interlaced } = image.options;
    this.#image = image;
    this.#options = image.options;
    this.#contents = contents;
    this.#run = run;
    this.#compressor = compression!.open({ blockSize, clusterSize, interlaced, tail: tailPacking }, run);
  }

  /** All parts in order, in groups. */
  parts(): AsyncGenerator<readonly PackedFilePart[]> {
    return inOrder(this.#batches(), this.#run.jobs + AHEAD, (batch) =>
      Promise.all(batch.map((part) => this.#pack(part))),
    );
  }

  /** Takes back the memory of a part that has been written. */
  release({ bytes, result }: Pick<PackedFilePart, 'bytes' | 'result'>): void {
    if (bytes?.length === SEGMENT) this.#free.push(bytes);
    if (bytes && result) this.#compressor.release?.(result);
  }

  close(): Promise<void> {
    return this.#compressor.close();
  }

  /** A buffer; its content is undefined. */
  buffer(length: number): Uint8Array {
    return (length === SEGMENT ? this.#free.pop() : undefined) ?? blockBuffer(this.#compressor, length);
  }

  /** Packs a segment that is of no single file, the start of a {@link buffer}; `release` takes back its memory. */
  pack(bytes: Uint8Array): { readonly packed: Promise<PackedSegment>; release(): void } {
    const result = this.#compressor.compress(bytes);
    const part = { bytes, length: bytes.length };
    const packed = result.then((found) => (found ? packedSegment(found) : storedBlock(part, this.#options.blockSize)));
    const release = async () => this.release({ bytes, result: await result });
    return { packed, release };
  }

  async #pack(part: Part): Promise<PackedFilePart> {
    if (this.#staysRaw(part)) return { ...part, packed: undefined, result: undefined };
    const result = await (part.bytes ? this.#compressor.compress(part.bytes) : this.#packedZeros(part.length));
    return { ...part, packed: result ? packedSegment(result) : storedBlock(part, this.#options.blockSize), result };
  }

  /** Whether a part is not compressed by itself: it would gain nothing, or becomes a fragment whatever comes of it. */
  #staysRaw({ isFirst, isLast, length }: Part): boolean {
    const { blockSize, clusterSize, tailPacking, fragments } = this.#options;
    if (fragments === 'all') return true;
    return isFirst && isLast && length <= (fragments ? clusterSize : tailPacking ? 1 : blockSize);
  }

  /** Large holes have many equal segments. */
  #packedZeros(length: number): Promise<Uint8Array | undefined> {
    const pack = () => this.#compressor.compress(blockBuffer(this.#compressor, length));
    if (length !== SEGMENT) return pack();
    this.#zeros ??= pack();
    return this.#zeros;
  }

  async *#batches(): AsyncGenerator<readonly Part[]> {
    let batch: Part[] = [];
    let bytes = 0;
    for await (const part of this.#segments()) {
      for (const one of part) {
        batch.push(one);
        bytes += one.bytes?.length ?? 0;
        if (bytes < BATCH && batch.length < BATCH_PARTS) continue;
        yield batch;
        batch = [];
        bytes = 0;
      }
    }
    if (batch.length > 0) yield batch;
  }

  /** Segments, those of one read together. */
  async *#segments(): AsyncGenerator<readonly Part[]> {
    const { blockSize } = this.#options;
    const small = new SmallBuffers();
    const allocate = (length: number) => (length <= blockSize ? small.next(length) : this.buffer(length));
    const cutter = new SegmentCutter(this.#contents, allocate);
    for await (const parts of contentsAhead(this.#contents, this.#run, emptyContents(this.#image))) {
      const ready: Part[] = [];
      for (const { index, piece } of parts) cutter.put(index, piece, ready);
      yield ready;
    }
  }
}

/** A last segment of one byte, which no codec takes. */
function storedBlock({ bytes, length }: Pick<Part, 'bytes' | 'length'>, blockSize: number): PackedSegment {
  const data = new Uint8Array(blockSize);
  if (bytes) data.set(bytes);
  return { data, extents: [{ length, encoded: 0 }] };
}

const SLAB = 256 * 1024;

/** Buffers out of larger ones: one that is allocated alone is freed by a collection only, and larger than a small file. */
class SmallBuffers {
  #slab = new Uint8Array(0);
  #used = 0;

  next(length: number): Uint8Array {
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return this.#slab.subarray(start, this.#used);
  }
}

/** Gathers pieces into segments. */
class SegmentCutter {
  readonly #contents: readonly ExactContent[];
  readonly #allocate: (length: number) => Uint8Array;
  #content = -1;
  /** Bytes of the content in segments before this one. */
  #before = 0;
  #length = 0;
  #filled = 0;
  #bytes: Uint8Array | undefined;

  constructor(contents: readonly ExactContent[], allocate: (length: number) => Uint8Array) {
    this.#contents = contents;
    this.#allocate = allocate;
  }

  /** Takes the next piece of a content; segments that it ends are added to `ready`. */
  put(index: number, piece: Data, ready: Part[]): void {
    if (index !== this.#content) this.#begin(index, 0);
    const length = pieceLength(piece);
    for (let done = 0; done < length; ) {
      const take = Math.min(this.#length - this.#filled, length - done);
      this.#add(isHole(piece) ? undefined : piece.subarray(done, done + take), take);
      done += take;
      if (this.#filled === this.#length) ready.push(this.#end());
    }
  }

  #begin(index: number, before: number): void {
    this.#content = index;
    this.#before = before;
    const left = this.#contents[index]!.size - before;
    this.#length = left < 2 * SEGMENT ? left : SEGMENT;
    this.#filled = 0;
    this.#bytes = undefined;
  }

  /** Zeros are written only when the segment gets other data: the buffer may have been used before. */
  #add(bytes: Uint8Array | undefined, length: number): void {
    if (bytes && !this.#bytes) {
      this.#bytes = this.#allocate(this.#length);
      this.#bytes.fill(0, 0, this.#filled);
    }
    if (bytes) this.#bytes!.set(bytes, this.#filled);
    else this.#bytes?.fill(0, this.#filled, this.#filled + length);
    this.#filled += length;
  }

  #end(): Part {
    const { size } = this.#contents[this.#content]!;
    const end = this.#before + this.#length;
    const part = {
      content: this.#content,
      isFirst: this.#before === 0,
      isLast: end === size,
      length: this.#length,
      bytes: this.#bytes,
    };
    if (!part.isLast) this.#begin(this.#content, end);
    return part;
  }
}
