// Compressions that take blocks from a cache: a block with the same bytes and the same settings is not compressed again.

import {
  type BlockCompressor,
  type ClusterCompression,
  CODEC_CORE,
  type Compression,
  clusterFacts,
  compressionFacts,
  type DigestedResult,
} from '../compress/index.js';
import type { Run } from '../io/index.js';
import { BlockPack, BlockPackWriter, isIndex, type PackFacts } from './block-pack.js';
import { BlockWork } from './block-work.js';
import type { Cache } from './cache.js';
import { type KeyFields, keyOf } from './key.js';
import { isBlob } from './record.js';

/** Kind of the records of packs. */
const KIND = 'blocks';
/** Smaller blocks, in bytes, take less time to compress than to look up. */
const LEAST = 4096;
/** Packs that one record names. */
const MOST_PACKS = 64;
/** Packs after this position in a record will drop out of it soon: their blocks that are still in use are copied to the new pack. */
const YOUNG_PACKS = 48;
/** Most bytes of all indexes together, which are held in memory. */
const MOST_INDEXES = 16 << 20;

/** The compression with a cache in front of it. The bytes are the same with and without a cache. */
export function cachedCompression(compression: Compression, cache: Cache): Compression {
  if (compression.name === 'none') return compression;
  const key = keyOf(KIND, { core: CODEC_CORE, compression: compressionFacts(compression) as unknown as KeyFields });
  return { ...compression, open: (run) => new CachedCompressor(compression.open(run), cache, key, run) };
}

/** As {@link cachedCompression}, for clusters. */
export function cachedClusters(compression: ClusterCompression, cache: Cache): ClusterCompression {
  const facts = { ...clusterFacts(compression) };
  return {
    ...compression,
    open: (shape, run) => {
      const key = keyOf(KIND, { core: CODEC_CORE, clusters: facts, shape: { ...shape } });
      return new CachedCompressor(compression.open(shape, run), cache, key, run);
    },
  };
}

class CachedCompressor implements BlockCompressor {
  readonly #inner: BlockCompressor;
  readonly #work: BlockWork;
  readonly #cache: Cache;
  readonly #key: string;
  readonly #run: Run;
  #packs: Promise<readonly BlockPack[]> | undefined;
  #writer: Promise<BlockPackWriter | undefined> | undefined;
  #isAbandoned = false;
  #closed: Promise<void> | undefined;

  constructor(inner: BlockCompressor, cache: Cache, key: string, run: Run) {
    this.#inner = inner;
    this.#work = new BlockWork(inner);
    this.#cache = cache;
    this.#key = key;
    this.#run = run;
  }

  allocate(length: number): Uint8Array {
    return this.#inner.allocate?.(length) ?? new Uint8Array(length);
  }

  release(result: Uint8Array): void {
    if (!this.#work.release(result)) this.#inner.release?.(result);
  }

  async compress(block: Uint8Array): Promise<Uint8Array | undefined> {
    if (block.length < LEAST) return this.#inner.compress(block);
    this.#packs ??= loadPacks(this.#cache, this.#key);
    const packs = await this.#packs;
    // Without anything to find, the block is digested and compressed at once.
    if (packs.length === 0) return this.#make(block);
    const digest = await this.#work.digest(block);
    for (const [index, pack] of packs.entries()) {
      const place = pack.find(digest);
      if (!place) continue;
      const bytes = place.length === 0 ? undefined : await pack.read(place, this.#work);
      if (place.length > 0 && !bytes) continue;
      if (bytes) this.#cache.blocks.note(bytes, { pack, at: place.at });
      if (index >= YOUNG_PACKS) await this.#keep({ bytes, before: digest, after: place.digest });
      return bytes;
    }
    return this.#make(block);
  }

  /** Compresses a block that no pack has. */
  async #make(block: Uint8Array): Promise<Uint8Array | undefined> {
    this.#run.signal?.throwIfAborted();
    const made = await this.#work.compress(block);
    await this.#keep(made);
    return made.bytes;
  }

  async close(): Promise<void> {
    this.#closed ??= this.#finish();
    await this.#closed;
  }

  async #keep(block: DigestedResult): Promise<void> {
    this.#writer ??= this.#begin();
    const writer = await this.#writer;
    // Its file may have been closed meanwhile.
    if (!writer || this.#closed || this.#isAbandoned) return;
    try {
      const at = writer.add(block);
      if (block.bytes) this.#cache.blocks.note(block.bytes, { pack: writer, at });
    } catch {
      // For example a full disk: the image is made without keeping its blocks.
      writer.abandon();
      this.#isAbandoned = true;
    }
  }

  async #begin(): Promise<BlockPackWriter | undefined> {
    if (!this.#cache.keeps) return undefined;
    return this.#cache.temporary().then(
      (path) => new BlockPackWriter(path),
      () => undefined,
    );
  }

  /** Does not keep the blocks of an aborted run, which has to end immediately. */
  async #finish(): Promise<void> {
    await this.#inner.close();
    const packs = (await this.#packs) ?? [];
    for (const pack of packs) await pack.close();
    const writer = await this.#writer;
    if (!writer || this.#isAbandoned) return;
    if (this.#run.signal?.aborted || writer.count === 0) return writer.abandon();
    const indexPath = await this.#cache.temporary();
    const facts = writer.finish(indexPath);
    // Other runs may have kept packs meanwhile.
    const known = [facts, ...(await packsOf(this.#cache, this.#key))].slice(0, MOST_PACKS);
    const files = {
      index: { path: indexPath, blob: facts.index },
      data: { path: writer.path, blob: facts.data },
    };
    await this.#cache.keep({ key: this.#key, kind: KIND, facts: known }, files);
    writer.data = facts.data;
  }
}

/** The packs of all stores, the newest first. */
async function packsOf(cache: Cache, key: string): Promise<PackFacts[]> {
  const records = await cache.find(KIND, key);
  const all = records.flatMap(({ facts }) => (Array.isArray(facts) ? (facts as PackFacts[]) : []));
  const byIndex = new Map(all.filter(isPackFacts).map((facts) => [facts.index.digest, facts]));
  return [...byIndex.values()];
}

function isPackFacts(facts: Partial<PackFacts> | null): facts is PackFacts {
  return isBlob(facts?.index) && isBlob(facts.data);
}

async function loadPacks(cache: Cache, key: string): Promise<readonly BlockPack[]> {
  const packs: BlockPack[] = [];
  let size = 0;
  for (const facts of await packsOf(cache, key)) {
    size += facts.index.size;
    if (size > MOST_INDEXES) break;
    const index = await cache.read(facts.index);
    if (index && isIndex(index)) packs.push(new BlockPack(cache, facts, index));
  }
  return packs;
}
