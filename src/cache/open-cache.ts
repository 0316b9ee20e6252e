// Opens the stores of a cache by their places: directories of this machine and web servers.

import { defined } from '../bytes/index.js';
import { Cache, type CacheSurroundings } from './cache.js';
import { openDirectoryStore } from './directory-store.js';
import type { Store } from './store.js';

/** A store by its place. */
export interface CachePlace {
  /** A directory, or an `http:` or `https:` address. */
  readonly place: string;
  /** Nothing is written there. Default false. */
  readonly readOnly?: boolean;
}

/** The stores of a cache. */
export interface CachePlaces {
  /** In the order in which they are searched. */
  readonly places: readonly CachePlace[];
  /** Milliseconds since 1970, to note when an entry was last used. Without it no use is noted. */
  now?(): number;
}

/** How a cache is opened. */
export interface CacheOptions extends CachePlaces, CacheSurroundings {}

/** Opens all stores. Throws `TargetError` `target.no-cache-directory` for a directory that cannot be used. */
export async function openCache(options: CacheOptions): Promise<Cache> {
  const stores: Store[] = [];
  const { places, now } = options;
  for (const { place, readOnly: isReadOnly = false } of places) {
    const store = isAddress(place)
      ? (await import('./http-store.js')).openHttpStore(new URL(place), isReadOnly)
      : await openDirectoryStore(place, { isReadOnly, ...defined({ now }) });
    stores.push(store);
  }
  return new Cache(stores, options);
}

/** Throws as {@link openCache} does, so that a bad directory is reported before the work begins. */
export async function checkCache({ places }: CachePlaces): Promise<void> {
  for (const { place, readOnly = false } of places) {
    if (!isAddress(place)) await openDirectoryStore(place, { isReadOnly: readOnly });
  }
}

function isAddress(place: string): boolean {
  return /^https?:\/\//i.test(place);
}
