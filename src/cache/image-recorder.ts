// Notes, while an image is written, which of its bytes are in packs, and keeps the others while its digest is taken: so it need not be
// kept as a second whole copy.

import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { createDigest, type ImagePlan, isBackpatch, isExact, isHole, type Piece, pieceLength } from '../io/index.js';
import type { KeptPack } from './block-places.js';
import type { Cache, CacheFile } from './cache.js';
import { writeFully } from './file-bytes.js';
import { RunList, type RunWalk } from './run-list.js';

/** Names of the contents of an image that was recorded. */
export const RUNS = 'runs';
export const REST = 'rest';

/** Name of the data of a pack. */
export function packName(number: number): string {
  return `pack ${number}`;
}

/** An image while it is written. */
export class ImageRecorder {
  readonly #cache: Cache;
  readonly #runs = new RunList();
  readonly #packs = new Map<KeptPack, number>();
  readonly #path: string;
  readonly #rest: FileHandle;
  readonly #digest = createDigest('sha256');
  #walk: RunWalk | undefined;
  #size = 0;
  #restSize = 0;
  #isBroken = false;

  private constructor(cache: Cache, path: string, rest: FileHandle) {
    this.#cache = cache;
    this.#path = path;
    this.#rest = rest;
  }

  /** Undefined if no directory keeps packs that the image can be put together from. */
  static async begin(cache: Cache): Promise<ImageRecorder | undefined> {
    if (!cache.isLocal || !cache.keeps) return undefined;
    try {
      const path = await cache.temporary();
      return new ImageRecorder(cache, path, await open(path, 'wx'));
    } catch {
      // For example a full disk: the image is made all the same.
      return undefined;
    }
  }

  /** The same plan, whose pieces are noted while they are written. */
  watch<L>(plan: ImagePlan<L>): ImagePlan<L> {
    const content = plan.unsealed ?? plan;
    // Everything in it is known before it is written: it has no blocks that are compressed on the way.
    if (isExact(content)) return plan;
    return { ...plan, unsealed: { ...content, pieces: (run) => this.#noted(content.pieces(run)) } };
  }

  async *#noted(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
    let at = 0;
    for await (const piece of pieces) {
      const length = pieceLength(piece);
      const place = isHole(piece) || isBackpatch(piece) ? undefined : this.#cache.blocks.find(piece);
      if (place) this.#runs.add({ pack: this.#numberOf(place.pack), from: place.at, at, length });
      at += length;
      yield piece;
    }
  }

  #numberOf(pack: KeptPack): number {
    const number = this.#packs.get(pack) ?? this.#packs.size;
    this.#packs.set(pack, number);
    return number;
  }

  /** Keeps what is in no pack. Takes all bytes of the finished image in order; they are lent until the promise settles. */
  async take(bytes: Uint8Array): Promise<void> {
    if (this.#isBroken) return;
    this.#walk ??= this.#runs.walk();
    const start = this.#size;
    this.#size += bytes.length;
    try {
      for (const { pack, from, at, length } of this.#walk.take(bytes.length)) {
        if (pack !== undefined) continue;
        const part = bytes.subarray(at - start, at - start + length);
        this.#digest.update(part);
        this.#restSize += length;
        await writeFully(this.#rest, part, from);
      }
    } catch {
      this.#isBroken = true;
    }
  }

  /** The files that the image of that size can be put together from; undefined if some of it is not kept. */
  async finish(size: number): Promise<Readonly<Record<string, CacheFile>> | undefined> {
    await this.close();
    if (this.#isBroken || this.#size !== size) return undefined;
    const packs: [string, CacheFile][] = [];
    for (const [{ data }, number] of this.#packs) {
      const path = data && (await this.#cache.path(data));
      if (path === undefined) return undefined;
      packs.push([packName(number), { path, blob: data! }]);
    }
    const runs = await this.#cache.temporary();
    await writeFile(runs, this.#runs.render(), { flag: 'wx' });
    const rest = { path: this.#path, blob: { digest: this.#digest.hex(), size: this.#restSize } };
    return { [RUNS]: { path: runs }, [REST]: rest, ...Object.fromEntries(packs) };
  }

  /** Ends the recording, however the image ended. */
  async close(): Promise<void> {
    await this.#rest.close();
  }
}
