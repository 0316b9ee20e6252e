// Images that are made with a cache, and what of them was really compressed.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromText } from '../../src/bytes/index.js';
import { type Cache, cachedClusters, cachedCompression, openCache } from '../../src/cache/index.js';
import { type BlockCompressor, type ClusterCompression, chooseCompression } from '../../src/compress/index.js';
import { planErofs } from '../../src/format/erofs/index.js';
import { planSquashfs } from '../../src/format/squashfs/index.js';
import { bytesSource, fileTarget, quietRun, writeImage } from '../../src/io/index.js';
import { FileTree, file } from '../../src/tree/index.js';
import { text } from './awkward-tree.js';
import { scratchDirectory } from './scratch.js';
import { noise } from './trees.js';

const scratch = scratchDirectory();
let count = 0;
/** A new, empty directory. */
export function fresh(): string {
  const path = join(scratch, `d${++count}`);
  mkdirSync(path);
  return path;
}

/** A cache, and its remarks. */
export async function opened(place: string, readOnly = false): Promise<{ cache: Cache; notes: string[] }> {
  const notes: string[] = [];
  const cache = await openCache({
    places: [{ place, readOnly }],
    ...{ scratch: fresh(), now: () => 1e12, note: (note: string) => notes.push(note) },
  });
  return { cache, notes };
}

/** Counts blocks that are really compressed. */
function counting<T extends { open(...args: never[]): BlockCompressor }>(compression: T) {
  const counter = { compression, blocks: 0 };
  const open = (...args: never[]): BlockCompressor => {
    const inner = compression.open(...args);
    const compress = (block: Uint8Array) => {
      if (block.length >= 4096) counter.blocks++;
      return inner.compress(block);
    };
    return {
      compress,
      allocate: (length) => inner.allocate?.(length) ?? new Uint8Array(length),
      close: () => inner.close(),
    };
  };
  counter.compression = { ...compression, open };
  return counter;
}

/** A tree with large and small files; `edited`: one of them has other bytes. */
export const treeOf = (edited = false) =>
  FileTree.of({
    large: file(bytesSource(text(300_000, 1))),
    other: file(bytesSource(text(200_000, edited ? 90 : 2))),
    random: file(bytesSource(noise(150_000, 4))),
    'small/a': file(bytesSource(text(3000, 5))),
  });

/** An image. */
export interface Made {
  /** SHA-256. */
  readonly digest: string;
  /** Blocks that were compressed. */
  readonly blocks: number;
}

async function digestOf(plan: Parameters<typeof writeImage>[0]): Promise<string> {
  const path = join(fresh(), 'image');
  await writeImage(plan, fileTarget(fromText(path)), quietRun(2));
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

const EPOCH = { seconds: 1, nanoseconds: 0 };
/** Writers of images, with and without a cache. */
export const FORMATS: Readonly<Record<string, (tree: FileTree, cache: Cache | undefined) => Promise<Made>>> = {
  squashfs: async (tree, cache) => {
    const counter = counting(chooseCompression({ name: 'zstd', level: 1 }));
    const compression = cache ? cachedCompression(counter.compression, cache) : counter.compression;
    const digest = await digestOf(planSquashfs(tree, { compression, epoch: EPOCH, blockSize: 65_536 }));
    return { digest, blocks: counter.blocks };
  },
  erofs: async (tree, cache) => {
    let blocks = () => 0;
    const reuse = (chosen: ClusterCompression) => {
      const counter = counting(chosen);
      blocks = () => counter.blocks;
      return cache ? cachedClusters(counter.compression, cache) : counter.compression;
    };
    const compression = { name: 'lz4', engine: 'auto' } as const;
    return {
      digest: await digestOf(planErofs(tree, { compression, epoch: EPOCH, seed: '', reuse })),
      blocks: blocks(),
    };
  },
};
