// The cache of a command that writes an image. Its code is loaded for a command that has one.

import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type { CachePlace } from '../cache/index.js';
import type { ClusterCompression, Compression } from '../compress/index.js';
import type { Session } from './session.js';

/** Wraps compressions, so that they take blocks from the cache. */
export interface CommandCache {
  blocks(compression: Compression): Compression;
  clusters(compression: ClusterCompression): ClusterCompression;
  close(): Promise<void>;
}

const NO_CACHE: CommandCache = {
  blocks: (compression) => compression,
  clusters: (compression) => compression,
  close: async () => {},
};

/** Opens the cache of a command that writes `image`, next to which what no store takes is written. */
export async function openCommandCache(
  places: readonly CachePlace[],
  image: string,
  { note, run }: Session,
): Promise<CommandCache> {
  if (places.length === 0) return NO_CACHE;
  const { cachedClusters, cachedCompression, openCache } = await import('../cache/index.js');
  const scratch = image === '-' ? tmpdir() : dirname(image);
  const cache = await openCache({ places, scratch, note, now: Date.now, signal: run.signal });
  return {
    blocks: (compression) => cachedCompression(compression, cache),
    clusters: (compression) => cachedClusters(compression, cache),
    close: () => cache.close(),
  };
}
