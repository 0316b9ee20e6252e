// Files stored compressed (zisofs): a header, a table of block offsets, blocks of zlib. A Rock Ridge field ZF states
// that a file is compressed, and its size (zisofs format description of mkzftree and libisofs).

import { type BlockDecoder, chooseDecoder } from '../../compress/index.js';
import { InvalidImageError } from '../../errors.js';
import { checkRange, type Data, NO_HOLES, type Range, type Run, type Source, sourceView } from '../../io/index.js';

/** The values of a ZF field. */
export interface ZisofsFacts {
  /** Two letters; `pz` is zlib. */
  readonly algorithm: string;
  /** Bytes. */
  readonly headerSize: number;
  readonly blockLog: number;
  /** Bytes of the uncompressed file. */
  readonly size: number;
}

/** The header of every compressed file. */
const MAGIC = [0x37, 0xe4, 0x53, 0x96, 0xc9, 0xdb, 0xd6, 0x07];
const LEAST_HEADER = 16;
const BLOCK_LOGS = { least: 15, most: 17 } as const;

/** Whether files of this kind are read: zlib in blocks of 32 to 128 KiB. */
export function isReadable({ algorithm, headerSize, blockLog }: ZisofsFacts): boolean {
  return (
    algorithm === 'pz' && headerSize >= LEAST_HEADER && blockLog >= BLOCK_LOGS.least && blockLog <= BLOCK_LOGS.most
  );
}

/** The uncompressed content of a compressed file. */
export class ZisofsContent implements Source {
  readonly holes = NO_HOLES;
  readonly #stored: Source;
  readonly #facts: ZisofsFacts;
  #decode: BlockDecoder | undefined;
  #starts: Promise<Uint32Array> | undefined;
  #kept: { readonly index: number; readonly bytes: Promise<Uint8Array> } | undefined;

  constructor(stored: Source, facts: ZisofsFacts) {
    this.#stored = stored;
    this.#facts = facts;
  }

  get size(): number {
    return this.#facts.size;
  }

  async *pieces(run: Run): AsyncGenerator<Data> {
    for (let index = 0; index < this.#blocks; index++) {
      run.signal?.throwIfAborted();
      yield await this.#read(index);
    }
  }

  async read(at: number, into: Uint8Array): Promise<void> {
    checkRange({ at, length: into.length }, this.size);
    for (let done = 0; done < into.length; ) {
      const index = Math.floor((at + done) / this.#blockSize);
      const block = await this.#block(index);
      const from = (at + done) % this.#blockSize;
      const part = block.subarray(from, from + into.length - done);
      into.set(part, done);
      done += part.length;
    }
  }

  slice(range: Range): Source {
    checkRange(range, this.size);
    return sourceView(this, range);
  }

  get #blockSize(): number {
    return 2 ** this.#facts.blockLog;
  }

  get #blocks(): number {
    return Math.ceil(this.size / this.#blockSize);
  }

  /** The last block is cached for random access. */
  #block(index: number): Promise<Uint8Array> {
    if (this.#kept?.index !== index) this.#kept = { index, bytes: this.#read(index) };
    return this.#kept.bytes;
  }

  async #read(index: number): Promise<Uint8Array> {
    this.#starts ??= this.#readStarts();
    const starts = await this.#starts;
    const [from, to] = [starts[index]!, starts[index + 1]!];
    const length = Math.min(this.#blockSize, this.size - index * this.#blockSize);
    // A block of zeros takes no bytes.
    if (from === to) return new Uint8Array(length);
    if (to < from || to > this.#stored.size || to - from > 2 * this.#blockSize)
      throw damaged('A block is outside the file.');
    const bytes = new Uint8Array(to - from);
    await this.#stored.read(from, bytes);
    this.#decode ??= chooseDecoder('gzip');
    const block = await this.#decode(bytes, length);
    if (block.length !== length) throw damaged(`A block has ${block.length} bytes where ${length} are expected.`);
    return block;
  }

  /** Where each block begins in the stored bytes, and where the last one ends. */
  async #readStarts(): Promise<Uint32Array> {
    const { headerSize, size } = this.#facts;
    const length = (this.#blocks + 1) * 4;
    if (headerSize + length > this.#stored.size) throw damaged('Its table is longer than the file.');
    const head = new Uint8Array(headerSize);
    await this.#stored.read(0, head);
    const isHeader = MAGIC.every((byte, at) => head[at] === byte);
    if (!isHeader || new DataView(head.buffer).getUint32(8, true) !== size) throw damaged('Its header is wrong.');
    const table = new Uint8Array(length);
    await this.#stored.read(headerSize, table);
    const view = new DataView(table.buffer);
    return Uint32Array.from({ length: this.#blocks + 1 }, (_, index) => view.getUint32(index * 4, true));
  }
}

function damaged(message: string): InvalidImageError {
  return new InvalidImageError('iso9660.zisofs', `A file that is stored compressed (zisofs) is damaged. ${message}`);
}
