// The index of a directory: which hashes the names of each block may have. A reader that follows the index finds a name only in the
// block whose range its hash is in.

import type { ByteString } from '../../../bytes/index.js';
import { INDEX_FLAG } from '../inode.js';
import { hasherOf } from '../older-hashes.js';
import type { CheckedImage } from './image.js';
import type { FoundDirectory } from './inode-use.js';

/** `flags` of the superblock: hashes treat name bytes as unsigned. */
const UNSIGNED_HASH = 2;
/** Features with which names are hashed in another form. */
const OTHER_FORMS = ['casefold', 'encrypt'];
const ROOT_ENTRIES = 0x20;
const NODE_ENTRIES = 8;
const ENTRY = 8;
/** After every hash. */
const END = 2 ** 32;

/** Hashes from the first to before the last. */
interface HashRange {
  readonly from: number;
  readonly to: number;
}

/** The blocks of a directory that its index leads to. */
export class HashRanges {
  /** By the numbers of blocks in the directory. */
  readonly #leaves = new Map<number, HashRange>();
  readonly #nodes = new Set([0]);
  readonly #hash: (name: ByteString) => number;

  private constructor(hash: (name: ByteString) => number) {
    this.#hash = hash;
  }

  /** Reads the index from its root, the first block. Undefined for a directory without one; `damaged` for one that cannot be followed. */
  static async read(
    checked: CheckedImage,
    directory: FoundDirectory,
    root: Uint8Array,
  ): Promise<HashRanges | 'damaged' | undefined> {
    const { features, superblock } = checked;
    const isIndexed = (directory.fields.flags & INDEX_FLAG) !== 0 && features.has('dir_index');
    if (!isIndexed || OTHER_FORMS.some((name) => features.has(name))) return undefined;
    const [version, levels] = [root[0x1c]!, root[0x1e]!];
    const hasher = hasherOf(version, superblock.hashSeed, (superblock.flags & UNSIGNED_HASH) !== 0);
    if (!hasher) return undefined;
    const ranges = new HashRanges(hasher);
    const isSound = await ranges.#take(checked, directory, root, ROOT_ENTRIES, levels, { from: 0, to: END });
    return isSound ? ranges : 'damaged';
  }

  /** Whether a reader that follows the index finds a name in a block of the directory. */
  finds(block: number, name: ByteString): boolean {
    const range = this.#leaves.get(block);
    if (!range) return false;
    const hash = this.#hash(name);
    return hash >= range.from && hash < range.to;
  }

  /** The entries of an index block, and what is below them. False if one is not possible. */
  async #take(
    checked: CheckedImage,
    directory: FoundDirectory,
    bytes: Uint8Array,
    at: number,
    levels: number,
    whole: HashRange,
  ): Promise<boolean> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [limit, count] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (count === 0 || count > limit || at + limit * ENTRY > bytes.length) return false;
    const hashAt = (index: number) => view.getUint32(at + index * ENTRY, true);
    for (let index = 0; index < count; index++) {
      const block = view.getUint32(at + index * ENTRY + 4, true) & 0x0fff_ffff;
      // An odd hash says that names of the even one before it began in the block before.
      const from = index === 0 ? whole.from : (hashAt(index) & ~1) >>> 0;
      const range = { from, to: index + 1 < count ? hashAt(index + 1) : whole.to };
      if (this.#nodes.has(block) || this.#leaves.has(block)) return false;
      if (levels === 0) this.#leaves.set(block, range);
      else {
        this.#nodes.add(block);
        const node = await blockOf(checked, directory, block);
        if (!node || !(await this.#take(checked, directory, node, NODE_ENTRIES, levels - 1, range))) return false;
      }
    }
    return true;
  }
}

async function blockOf(
  checked: CheckedImage,
  { runs }: FoundDirectory,
  logical: number,
): Promise<Uint8Array | undefined> {
  const run = runs.find((one) => one.logical <= logical && logical < one.logical + one.length);
  return run && checked.block(run.block + logical - run.logical);
}
