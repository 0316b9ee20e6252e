// An opened image: its superblock, its metadata blocks and its lookup tables. Every place is checked before it is read.

import { defined } from '../../bytes/index.js';
import { type BlockDecoder, Buffers, chooseDecoder, decodeLzmaAlone, type EngineChoice } from '../../compress/index.js';
import { InvalidImageError, type IsopressError, UnsupportedError } from '../../errors.js';
import { type Source, type StoredRange, storedRange, Work } from '../../io/index.js';
import { compressorOf, LZMA } from './compressors.js';
import { fragmentEntry, MAX_BLOCK_SIZE, MIN_BLOCK_SIZE } from './data-block.js';
import { METADATA_HEADER, METADATA_SIZE } from './metadata-block.js';
import { MAGIC, type Superblock, storedSuperblock, superblock, VERSION } from './superblock.js';

const STORED = 0x8000;
/** Decoded metadata blocks kept: 4 MiB. */
const KEPT_BLOCKS = 512;
const MAX_IDS = 0xffff;
/** Units of work of a metadata block, which may be decoded more than once. */
const BLOCK_UNITS = 16;

/** A metadata block: what it holds, and where the next one starts in the image. */
interface MetadataBlock {
  readonly content: Uint8Array;
  /** The same bytes, for the fields of structures. */
  readonly view: DataView;
  readonly next: number;
}

interface BlockHead {
  readonly length: number;
  readonly stored: boolean;
}

/** The head of a metadata block from two bytes at `offset`; `at` is where they are in the image. */
function headOf(bytes: Uint8Array, offset: number, at: number): BlockHead {
  if (offset + METADATA_HEADER > bytes.length) throw damaged('metadata', 'A table ends inside a block.', at);
  const word = bytes[offset]! | (bytes[offset + 1]! << 8);
  // A length of zero means a stored block of the largest size.
  const length = (word & ~STORED) === 0 ? STORED : word & ~STORED;
  if (length > METADATA_SIZE) throw damaged('metadata', `A metadata block of ${length} bytes is not possible.`, at);
  return { length, stored: (word & STORED) !== 0 };
}

/** Bytes read at a time where only the heads of blocks count. */
const WINDOW = 256 * 1024;

export class Volume {
  readonly image: Source;
  readonly superblock: Superblock;
  readonly decode: BlockDecoder;
  /** Memory for blocks that are only lent to a consumer. */
  readonly buffers: Buffers;
  readonly #blocks = new Map<number, MetadataBlock>();
  /** Where the blocks of tables are, by the place that says so: there is one look-up for each inode. */
  readonly #places = new Map<number, number>();
  /** The work done so far for reading the tree. */
  readonly work: Work;
  /** Where the image is in an open file, if the threads of the addon can decode its blocks there. */
  readonly stored: StoredRange | undefined;

  private constructor(image: Source, found: Superblock, engine: EngineChoice) {
    this.image = image;
    this.superblock = found;
    this.decode = decoderOf(found, engine);
    this.buffers = new Buffers(found.blockSize, engine);
    this.work = new Work(found.bytesUsed, 'squashfs.work');
    const codec = compressorOf(found.compressor);
    const range = storedRange(image);
    if (range && 'codec' in codec && (engine === 'auto' || engine === 'native')) {
      this.stored = {
        at: range.at,
        store: {
          get fd() {
            return range.store.fd;
          },
          codec: codec.codec,
          mostBlock: found.blockSize,
        },
      };
    }
  }

  static async open(image: Source, engine: EngineChoice): Promise<Volume> {
    const found = await readSuperblock(image);
    return new Volume(image, found, engine);
  }

  /** The metadata block that starts at a byte of the image, if it is kept. */
  kept(at: number): MetadataBlock | undefined {
    return this.#blocks.get(at);
  }

  /** The metadata block that starts at a byte of the image. */
  async block(at: number): Promise<MetadataBlock> {
    const known = this.#blocks.get(at);
    if (known) return known;
    this.work.spend(BLOCK_UNITS);
    const { length, stored } = await this.#blockHead(at);
    const body = await this.bytes(at + METADATA_HEADER, length);
    const content = stored ? body : await this.decode(body, METADATA_SIZE);
    const view = new DataView(content.buffer, content.byteOffset, content.length);
    const block = { content, view, next: at + METADATA_HEADER + length };
    const oldest = this.#blocks.keys().next();
    if (this.#blocks.size >= KEPT_BLOCKS && !oldest.done) this.#blocks.delete(oldest.value);
    this.#blocks.set(at, block);
    return block;
  }

  async #blockHead(at: number): Promise<BlockHead> {
    return headOf(await this.bytes(at, METADATA_HEADER), 0, at);
  }

  /** How many metadata blocks there are from one byte of the image to another. */
  async countBlocks(from: number, to: number): Promise<number> {
    let count = 0;
    let window: { at: number; bytes: Uint8Array } = { at: from, bytes: new Uint8Array(0) };
    for (let at = from; at < to; count++) {
      if (at + METADATA_HEADER > window.at + window.bytes.length) {
        window = { at, bytes: await this.bytes(at, Math.min(WINDOW, this.superblock.bytesUsed - at)) };
      }
      at += METADATA_HEADER + headOf(window.bytes, at - window.at, at).length;
    }
    return count;
  }

  /** Bytes of the image, none of them after what the superblock says is used; `into` has room for them. */
  async bytes(at: number, length: number, into?: ArrayBuffer): Promise<Uint8Array> {
    if (!(at >= 0 && at + length <= this.superblock.bytesUsed)) {
      throw damaged('out-of-range', `Bytes ${at} to ${at + length} are outside the image.`, Math.max(0, at));
    }
    const bytes = into ? new Uint8Array(into, 0, length) : new Uint8Array(length);
    await this.image.read(at, bytes);
    return bytes;
  }

  /** Most content that metadata between two bytes of the image can have. */
  mostContent(from: number, to: number): number {
    return Math.ceil(Math.max(0, to - from) / (METADATA_HEADER + 1)) * METADATA_SIZE;
  }

  /** One entry of `size` bytes out of a table whose list of block offsets starts at `listAt`. */
  async lookup(listAt: number, index: number, size: number): Promise<Uint8Array> {
    const at = index * size;
    const { content } = await this.block(await this.#placeAt(listAt + Math.floor(at / METADATA_SIZE) * 8));
    const offset = at % METADATA_SIZE;
    if (offset + size > content.length) throw damaged('table', 'A table ends before its last entry.', listAt);
    return content.subarray(offset, offset + size);
  }

  /** The block in which {@link lookup} would find an entry, `index * size` bytes modulo {@link METADATA_SIZE} from its start; undefined if it is not kept. */
  keptTable(listAt: number, index: number, size: number): DataView | undefined {
    const at = index * size;
    const place = this.#places.get(listAt + Math.floor(at / METADATA_SIZE) * 8);
    const view = place === undefined ? undefined : this.kept(place)?.view;
    return view && (at % METADATA_SIZE) + size <= view.byteLength ? view : undefined;
  }

  async #placeAt(at: number): Promise<number> {
    const known = this.#places.get(at);
    if (known !== undefined) return known;
    const { buffer } = await this.bytes(at, 8);
    const view = new DataView(buffer);
    const place = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
    this.#places.set(at, place);
    return place;
  }

  /** All user and group ids. */
  async ids(): Promise<Uint32Array> {
    const { idCount, idTableAt } = this.superblock;
    const ids = new Uint32Array(idCount);
    for (let index = 0; index < idCount; index++) {
      const entry = await this.lookup(idTableAt, index, 4);
      ids[index] = new DataView(entry.buffer, entry.byteOffset).getUint32(0, true);
    }
    return ids;
  }

  /** Where a fragment block is. */
  async fragment(index: number) {
    const { fragmentCount, fragmentTableAt } = this.superblock;
    if (index >= fragmentCount || fragmentTableAt === undefined) {
      throw damaged('fragment', `There is no fragment ${index}.`, fragmentTableAt ?? 0);
    }
    return fragmentEntry.decode(await this.lookup(fragmentTableAt, index, fragmentEntry.size));
  }
}

/** A place in a table, from which bytes are read sequentially, across its metadata blocks. */
export class Cursor {
  readonly #volume: Volume;
  #at: number;
  #offset: number;

  /** `at` is the first byte of a metadata block in the image, `offset` counts in its content. */
  constructor(volume: Volume, at: number, offset: number) {
    this.#volume = volume;
    this.#at = at;
    this.#offset = offset;
  }

  async take(length: number): Promise<Uint8Array> {
    const { content } = await this.#volume.block(this.#at);
    if (this.#offset + length > content.length) return this.#acrossBlocks(length);
    this.#offset += length;
    return new Uint8Array(content.subarray(this.#offset - length, this.#offset));
  }

  async #acrossBlocks(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let done = 0; done < length; ) {
      const { content, next } = await this.#volume.block(this.#at);
      const part = content.subarray(this.#offset, this.#offset + length - done);
      parts.push(part);
      done += part.length;
      this.#offset += part.length;
      if (done === length) break;
      // Only full blocks have a next one.
      if (content.length < METADATA_SIZE || this.#offset > METADATA_SIZE) {
        throw damaged('metadata', 'A table ends inside an entry.', this.#at);
      }
      this.#at = next;
      this.#offset = 0;
    }
    // Memory is allocated only now: the claimed length may exceed the data.
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

/** The superblock of an image, checked. */
export async function readSuperblock(image: Source): Promise<Superblock> {
  const stored = await storedSuperblock(image);
  if (!stored) throw damaged('magic', 'This is not a squashfs image.', 0);
  const { found } = stored;
  const fault = faultOf(found, image.size);
  if (fault) throw fault;
  return found;
}

/** The fault of a superblock in an image of `imageSize` bytes; undefined if there is none. */
export function faultOf(found: Superblock, imageSize: number): IsopressError | undefined {
  if (found.magic !== MAGIC) return damaged('magic', 'This is not a squashfs image.', 0);
  if (found.major !== VERSION.major || found.minor !== VERSION.minor) {
    return new UnsupportedError('squashfs.version', `Version ${found.major}.${found.minor} of squashfs is not read.`);
  }
  const { blockSize, blockLog, bytesUsed, inodeCount, idCount } = found;
  if (blockSize !== 2 ** blockLog || blockSize < MIN_BLOCK_SIZE || blockSize > MAX_BLOCK_SIZE) {
    return damaged('block-size', `${blockSize} is not the block size of a squashfs image.`, 12);
  }
  if (bytesUsed > imageSize) {
    return damaged('truncated', `The image has ${imageSize} bytes of ${bytesUsed}.`, imageSize);
  }
  if (inodeCount < 1 || idCount < 1 || idCount > MAX_IDS) return damaged('counts', 'It has no inodes or no owners.', 4);
  return tableFault(found);
}

function tableFault(found: Superblock): InvalidImageError | undefined {
  const { inodeTableAt, directoryTableAt, fragmentTableAt, exportTableAt, idTableAt, xattrTableAt, bytesUsed } = found;
  const tables = [inodeTableAt, directoryTableAt, fragmentTableAt, exportTableAt, idTableAt, xattrTableAt];
  let before = superblock.size;
  for (const at of tables) {
    if (at === undefined) continue;
    if (at < before || at > bytesUsed) return damaged('tables', 'The tables are not in their order.', before);
    before = at;
  }
  return undefined;
}

/** Name of the codec of an image; its number if it has no name. */
export function codecName({ compressor }: Superblock): string {
  const found = compressorOf(compressor);
  return 'codec' in found ? found.codec : `${found.unknown}`;
}

/** The decoder of an image's blocks. Throws {@link UnsupportedError} for a codec that is not read. */
function decoderOf({ compressor }: Superblock, engine: EngineChoice): BlockDecoder {
  if (compressor === LZMA) return decodeLzmaAlone;
  const found = compressorOf(compressor);
  if ('codec' in found) return chooseDecoder(found.codec, engine);
  throw new UnsupportedError('squashfs.compressor', `Compression ${found.unknown} of squashfs is not read.`);
}

/** An error of the image. */
export function damaged(code: string, message: string, at?: number): InvalidImageError {
  return new InvalidImageError(`squashfs.${code}`, message, defined({ at }));
}
