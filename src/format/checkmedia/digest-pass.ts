// One pass over an image that feeds every digest of a tag: the whole volume and one partition, with the bytes normalised
// that change after the digest was taken (the tags themselves, the MBR, a signature).

import type { Digest, Run, Source } from '../../io/index.js';
import { SECTOR } from './partition.js';
import { TAG_AREA_AT, TAG_AREA_LENGTH } from './tag-area.js';
import { BLOCK } from './volume.js';

/** Bytes `at` … `end` of the image go to every consumer. */
export interface Listener {
  readonly at: number;
  readonly end: number;
  readonly consumers: readonly Pick<Digest, 'update'>[];
}

export interface Normalisation {
  /** The first 512 bytes count as zeros (SUSE style). */
  readonly clearMbr: boolean;
  /** Byte offset of the signature block; `find`: the first block that carries the mark; undefined: none counts. */
  readonly signature: number | 'find' | undefined;
}

/** Bytes digested at a time: whole blocks, and more than the head, which decides what is digested. */
export const CHUNK = 1024 * 1024;
const SIGNATURE_MARK = Array.from('7984fc91-a43f-4e45-bf27-6d3aa08b24cf', (c) => c.charCodeAt(0));
/** Of a signature block only this much counts; the rest as zeros. */
export const SIGNATURE_HEAD = 64;

/** Chunks of the image in order, from any source. */
export class ChunkDigests {
  readonly #listeners: readonly Listener[];
  readonly #normalisation: Normalisation;
  #signature: number | undefined;

  constructor(listeners: readonly Listener[], normalisation: Normalisation) {
    this.#listeners = listeners;
    this.#normalisation = normalisation;
    this.#signature = normalisation.signature === 'find' ? undefined : normalisation.signature;
  }

  /** Byte offset of the signature block, if one has been found or was given. */
  get signature(): number | undefined {
    return this.#signature;
  }

  /** Bytes from `at` on, which is a multiple of a block. They are normalised in place. */
  update(chunk: Uint8Array, at: number): void {
    if (this.#normalisation.signature === 'find') this.#signature ??= findSignature(chunk, at);
    normalise(chunk, at, this.#normalisation.clearMbr, this.#signature);
    for (const listener of this.#listeners) feed(listener, chunk, at);
  }
}

/**
 * Runs the listeners over the image, once, or until `stop` says that enough is known. Gives the byte offset of the
 * signature block if one was found.
 */
export async function digestPass(
  image: Source,
  listeners: readonly Listener[],
  normalisation: Normalisation,
  run: Run,
  stop: () => boolean = () => false,
): Promise<number | undefined> {
  const end = Math.max(...listeners.map((listener) => listener.end));
  const digests = new ChunkDigests(listeners, normalisation);
  const buffers = [new Uint8Array(CHUNK), new Uint8Array(CHUNK)];
  let active = 0;
  // While one buffer is being digested the other is being read.
  const start = async (at: number) => {
    const chunk = buffers[active]!.subarray(0, Math.min(CHUNK, end - at));
    active = 1 - active;
    await image.read(at, chunk);
    return chunk;
  };
  let pending = start(0);
  for (let at = 0; at < end && !stop(); ) {
    const chunk = await pending;
    run.signal?.throwIfAborted();
    const next = at + chunk.length;
    if (next < end) pending = start(next);
    // The read under way may fail while this chunk is digested; the error is raised at the next await.
    pending.catch(() => {});
    digests.update(chunk, at);
    run.report({ step: 'taking digests', done: next, total: end, unit: 'bytes' });
    at = next;
  }
  await pending.catch(() => {});
  return digests.signature;
}

function feed(listener: Listener, chunk: Uint8Array, at: number): void {
  const from = Math.max(listener.at - at, 0);
  const to = Math.min(listener.end - at, chunk.length);
  if (to > from) for (const consumer of listener.consumers) consumer.update(chunk.subarray(from, to));
}

function normalise(chunk: Uint8Array, at: number, clearMbr: boolean, signature: number | undefined): void {
  if (clearMbr) fillRange(chunk, at, 0, SECTOR, 0);
  fillRange(chunk, at, TAG_AREA_AT, TAG_AREA_LENGTH, 0x20);
  if (signature !== undefined) fillRange(chunk, at, signature + SIGNATURE_HEAD, BLOCK - SIGNATURE_HEAD, 0);
}

/** Fills image bytes `from` … `from + length` as far as they are in the chunk. */
function fillRange(chunk: Uint8Array, at: number, from: number, length: number, value: number): void {
  const start = Math.max(from - at, 0);
  const end = Math.min(from + length - at, chunk.length);
  if (end > start) chunk.fill(value, start, end);
}

/** Whether a block starts with the mark of a signature block. */
export function isSignatureBlock(block: Uint8Array): boolean {
  return SIGNATURE_MARK.every((byte, i) => block[i] === byte);
}

/** A signature block without a signature. */
export function emptySignatureBlock(): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(SIGNATURE_MARK);
  return block;
}

function findSignature(chunk: Uint8Array, at: number): number | undefined {
  for (let block = 0; block + BLOCK <= chunk.length; block += BLOCK) {
    if (isSignatureBlock(chunk.subarray(block, block + BLOCK))) return at + block;
  }
  return undefined;
}
