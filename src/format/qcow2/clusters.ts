// Where the clusters of a disk are: a table of tables of entries of 64 bits (QEMU docs/interop/qcow2.rst, "Cluster mapping").

import { inflateRaw, unpackZstdFrame } from '../../compress/index.js';
import type { Extent, Source } from '../../io/index.js';
import { type DiskShape, damaged } from './shape.js';

const ENTRY = 8;
const SUBCLUSTER_ENTRY = 16;
const SUBCLUSTERS = 32;
const OFFSET = 0x00ff_ffff_ffff_fe00n;
const COMPRESSED = 1n << 62n;
const ALL_ZEROS = 1n;
const SECTOR = 512n;
/** Tables and decompressed clusters that are kept; a cluster has at most 2 MiB. */
const KEPT_TABLES = 16;
const KEPT_CLUSTERS = 8;

/** An entry of a second-level table, and which parts of its cluster are stored. */
interface Entry {
  readonly value: bigint;
  /** Of the subclusters, if the image has them: stored, and zero. */
  readonly bitmap: bigint | undefined;
}

export class Clusters {
  readonly #image: Source;
  readonly #shape: DiskShape;
  readonly #tables = new Map<number, Promise<DataView>>();
  readonly #decoded = new Map<bigint, Promise<Uint8Array>>();

  constructor(image: Source, shape: DiskShape) {
    this.#image = image;
    this.#shape = shape;
  }

  /** The extent of the disk from a byte on. */
  async locate(at: number): Promise<Extent> {
    const { clusterSize, size } = this.#shape;
    const index = Math.floor(at / clusterSize);
    const within = at % clusterSize;
    const length = Math.min(clusterSize - within, size - at);
    const entry = await this.#entry(index);
    if (!entry) return { zeros: true, length };
    if ((entry.value & COMPRESSED) !== 0n) {
      return { bytes: (await this.#decompressed(entry.value)).subarray(within), length };
    }
    return entry.bitmap === undefined
      ? this.#whole(entry.value, within, length)
      : this.#part(entry.value, entry.bitmap, within, length);
  }

  #whole(value: bigint, within: number, length: number): Extent {
    const at = Number(value & OFFSET);
    if (at === 0 || (value & ALL_ZEROS) !== 0n) return { zeros: true, length };
    return this.#stored(at, within, length);
  }

  #part(value: bigint, bitmap: bigint, within: number, length: number): Extent {
    const size = this.#shape.clusterSize / SUBCLUSTERS;
    const number = Math.floor(within / size);
    const left = Math.min(length, (number + 1) * size - within);
    const isStored = ((bitmap >> BigInt(number)) & 1n) !== 0n;
    const isZero = ((bitmap >> BigInt(number + SUBCLUSTERS)) & 1n) !== 0n;
    if (isZero || !isStored) return { zeros: true, length: left };
    return this.#stored(Number(value & OFFSET), within, left);
  }

  /** Bytes of the cluster at `at`. The last one may be stored in part, and ends in zeros. */
  #stored(at: number, within: number, length: number): Extent {
    const there = this.#image.size - at - within;
    if (at >= this.#image.size) throw damaged('cluster', `A cluster at byte ${at} is outside the image.`, at);
    if (there <= 0) return { zeros: true, length };
    return { from: this.#image, at: at + within, length: Math.min(length, there) };
  }

  async #entry(index: number): Promise<Entry | undefined> {
    const { clusterSize, level1, hasSubclusters } = this.#shape;
    const width = hasSubclusters ? SUBCLUSTER_ENTRY : ENTRY;
    const perTable = clusterSize / width;
    const number = Math.floor(index / perTable);
    if (number * ENTRY + ENTRY > level1.length) return undefined;
    const at = Number(viewOf(level1).getBigUint64(number * ENTRY) & OFFSET);
    if (at === 0) return undefined;
    const table = await this.#table(at);
    const place = (index % perTable) * width;
    const bitmap = hasSubclusters ? table.getBigUint64(place + ENTRY) : undefined;
    return { value: table.getBigUint64(place), bitmap };
  }

  #table(at: number): Promise<DataView> {
    return kept(this.#tables, at, KEPT_TABLES, async () => viewOf(await this.#bytes(at, this.#shape.clusterSize)));
  }

  async #bytes(at: number, length: number): Promise<Uint8Array> {
    if (at + length > this.#image.size) throw damaged('table', `A table at byte ${at} is outside the image.`, at);
    const bytes = new Uint8Array(length);
    await this.#image.read(at, bytes);
    return bytes;
  }

  #decompressed(value: bigint): Promise<Uint8Array> {
    return kept(this.#decoded, value, KEPT_CLUSTERS, () => this.#decompress(value));
  }

  /** The place and the length share an entry; how many bits each has depends on the size of clusters. */
  async #decompress(value: bigint): Promise<Uint8Array> {
    const { clusterSize, clusterBits, compression } = this.#shape;
    const bits = BigInt(62 - (clusterBits - 8));
    const at = value & ((1n << bits) - 1n);
    const sectors = ((value & (COMPRESSED - 1n)) >> bits) + 1n;
    const most = Number(sectors * SECTOR - (at % SECTOR));
    const length = Math.min(most, this.#image.size - Number(at));
    if (length <= 0) throw damaged('cluster', `A cluster at byte ${at} is outside the image.`, Number(at));
    const packed = await this.#bytes(Number(at), length);
    const bytes = compression === 'zstd' ? await unpackZstdFrame(packed, clusterSize) : inflateRaw(packed, clusterSize);
    if (bytes.length !== clusterSize) throw damaged('cluster', `A cluster has ${bytes.length} bytes.`, Number(at));
    return bytes;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function kept<K, V>(all: Map<K, Promise<V>>, key: K, most: number, make: () => Promise<V>): Promise<V> {
  const known = all.get(key);
  if (known) return known;
  const made = make();
  if (all.size >= most) all.delete(all.keys().next().value!);
  all.set(key, made);
  return made;
}
