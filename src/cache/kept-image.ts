// Finished images in a cache: whole, or put together from packs of compressed blocks and the rest of their bytes.

import type { FileHandle } from 'node:fs/promises';
import type { Cache, CacheFile } from './cache.js';
import { readFully, writeChecked } from './file-bytes.js';
import { type ImageRecorder, packName, REST, RUNS } from './image-recorder.js';
import { type Blob, type CacheRecord, isBlob } from './record.js';
import { RunList } from './run-list.js';

/** Name of the content of an image that is kept whole. */
const WHOLE = 'iso';
/** Largest list of runs that is read, in bytes. */
const LARGEST_LIST = 128 << 20;

/** An image that a store had when it was asked. */
export interface KeptImage {
  readonly image: Blob;
  /** The facts that were kept with it. */
  readonly facts: unknown;
  /** Writes it to a new file. Returns false, and leaves no file, if no store has it undamaged. */
  copy(to: string): Promise<boolean>;
}

/** Facts in the record of an image that is put together. */
interface PartedFacts {
  readonly image: Blob;
  readonly about: unknown;
}

/** Keeps a finished image. If it was recorded, nothing is kept twice that packs have. */
export async function keepImage(
  cache: Cache,
  record: Omit<CacheRecord, 'blobs'>,
  image: Required<CacheFile>,
  recorder: ImageRecorder | undefined,
): Promise<void> {
  const parts = await recorder?.finish(image.blob.size).catch(() => undefined);
  if (!parts) return cache.keep(record, { [WHOLE]: image });
  const facts: PartedFacts = { image: image.blob, about: record.facts };
  await cache.keep({ ...record, facts }, parts);
}

/** The images of a key: more than one only if stores disagree. */
export async function findImages(cache: Cache, kind: string, key: string): Promise<readonly KeptImage[]> {
  const records = await cache.find(kind, key);
  return records.flatMap((record) => {
    const whole = record.blobs[WHOLE];
    if (whole) return [{ image: whole, facts: record.facts, copy: (to: string) => cache.copy(whole, to) }];
    const { facts } = record;
    if (!isParted(facts)) return [];
    return [{ image: facts.image, facts: facts.about, copy: (to: string) => assemble(cache, record, facts.image, to) }];
  });
}

/** Records come from outside. */
function isParted(facts: unknown): facts is PartedFacts {
  return typeof facts === 'object' && facts !== null && isBlob((facts as Partial<PartedFacts>).image);
}

async function assemble(cache: Cache, { blobs }: CacheRecord, image: Blob, to: string): Promise<boolean> {
  const list = blobs[RUNS];
  const bytes = list && list.size <= LARGEST_LIST ? await cache.read(list) : undefined;
  if (!bytes) return false;
  const files = new Map<string, FileHandle>();
  try {
    for (const [name, blob] of Object.entries(blobs)) {
      const file = name === RUNS ? undefined : await cache.open(blob);
      if (file) files.set(name, file);
      else if (name !== RUNS) return false;
    }
    const walk = new RunList(bytes).walk();
    const read = async (into: Uint8Array, at: number) => {
      const reads = Array.from(walk.take(into.length), (part) => {
        const file = files.get(part.pack === undefined ? REST : packName(part.pack));
        if (!file) throw new Error('it names a pack that it does not have');
        return readFully(file, into.subarray(part.at - at, part.at - at + part.length), part.from);
      });
      await Promise.all(reads);
    };
    const copied = await writeChecked(read, image, to);
    if (copied === 'damaged') await cache.discardDamaged(Object.values(blobs));
    return copied === 'written';
  } finally {
    for (const file of files.values()) await file.close();
  }
}
