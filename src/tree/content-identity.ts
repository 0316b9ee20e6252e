// The identity of contents: their bytes, independent of pieces and of holes.

import {
  type ContentPart,
  contentsAhead,
  createDigest,
  type Data,
  type Digest,
  digestOf,
  digestsOfFiles,
  type ExactContent,
  isHole,
  isTakenByThreads,
  isZero,
  type KnownDigests,
  pieceLength,
  type Run,
} from '../io/index.js';

/** Zeros are distinguished from data in aligned blocks of this many bytes. */
export const BLOCK = 4096;
const ZEROS = Buffer.alloc(BLOCK);
/** Bytes of an identity. */
export const IDENTITY_SIZE = 32;

/** The identity of one of many contents. */
interface Identified {
  /** Index of the content. */
  readonly index: number;
  readonly identity: Uint8Array;
}

/**
 * Identities of contents in their order, read ahead and given in groups, as {@link contentsAhead} does; empty contents have
 * none. Equal contents have equal identities; different contents of one size never do, as far as SHA-256 reaches. Blocks
 * of zeros are counted, not hashed, so holes take no time. Contents with `known` identities are not read.
 */
export async function* identities(
  contents: readonly ExactContent[],
  run: Run,
  known?: KnownDigests,
): AsyncGenerator<Iterable<Identified>> {
  if (!known) return yield* readIdentities(contents, run);
  await known.prepare?.(contents);
  const found = Buffer.alloc(contents.length * IDENTITY_SIZE);
  const unread: number[] = [];
  for (const [index, content] of contents.entries()) {
    const identity = content.size === 0 ? undefined : known.find(content, 'identity');
    if (identity) found.set(identity, index * IDENTITY_SIZE);
    else unread.push(index);
  }
  const place = { next: 0 };
  function* foundUntil(end: number): Generator<Identified> {
    for (; place.next < end; place.next++) {
      if (contents[place.next]!.size === 0) continue;
      yield {
        index: place.next,
        identity: found.subarray(place.next * IDENTITY_SIZE, (place.next + 1) * IDENTITY_SIZE),
      };
    }
  }
  function* inOrder(group: Iterable<Identified>): Generator<Identified> {
    for (const { index: position, identity } of group) {
      const index = unread[position]!;
      yield* foundUntil(index);
      known!.learn(contents[index]!, 'identity', identity);
      yield { index, identity };
      place.next = index + 1;
    }
  }
  const reading = readIdentities(
    unread.map((index) => contents[index]!),
    run,
  );
  for await (const group of reading) yield inOrder(group);
  yield foundUntil(contents.length);
}

/** Identities of contents that are read for it: by threads where these can, otherwise here. */
async function* readIdentities(contents: readonly ExactContent[], run: Run): AsyncGenerator<Iterable<Identified>> {
  if (!contents.some(isTakenByThreads)) return yield* readHere(contents, run);
  for await (const { start, digests } of digestsOfFiles('identity', contents, run)) {
    run.signal?.throwIfAborted();
    const filled = [...digests.keys()].filter((i) => contents[start + i]!.size > 0);
    const missing = filled.filter((i) => digests[i] === undefined);
    const made = new Map<number, Uint8Array>();
    // Reading it here also gives the reason why a thread could not.
    const unread = missing.map((i) => contents[start + i]!);
    for await (const group of readHere(unread, run)) {
      for (const { index, identity } of group) made.set(missing[index]!, identity);
    }
    yield filled.map((i) => ({ index: start + i, identity: digests[i] ?? made.get(i)! }));
  }
}

async function* readHere(contents: readonly ExactContent[], run: Run): AsyncGenerator<Iterable<Identified>> {
  const begun = { digest: new IdentityDigest(), size: 0 };
  function* identitiesOf(parts: Iterable<ContentPart>) {
    for (const { index, piece } of parts) {
      const { size } = contents[index]!;
      if (begun.size === 0 && !isHole(piece) && piece.length === size) {
        yield { index, identity: bytesIdentity(piece) };
        continue;
      }
      begun.digest.add(piece);
      begun.size += pieceLength(piece);
      if (begun.size < size) continue;
      yield { index, identity: begun.digest.end() };
      begun.digest = new IdentityDigest();
      begun.size = 0;
    }
  }
  for await (const parts of contentsAhead(contents, run)) yield identitiesOf(parts);
}

/** The identity of content with these bytes. */
export function bytesIdentity(bytes: Uint8Array): Uint8Array {
  if (!hasZeroBlock(bytes)) return digestOf('sha256', bytes);
  const digest = new IdentityDigest();
  digest.add(bytes);
  return digest.end();
}

class IdentityDigest {
  readonly #data = createDigest('sha256');
  /** Of the positions where data turns to zeros or back; none as long as there was no block of zeros. */
  #edges: Digest | undefined;
  /** Bytes of whole blocks seen. */
  #at = 0;
  #inZeros = false;
  /** Start of a block whose end has not come yet. */
  #rest: Buffer | undefined;
  #filled = 0;

  add(piece: Data): void {
    if (isHole(piece)) this.#addHole(piece.hole);
    else this.#addBytes(piece);
  }

  end(): Uint8Array {
    if (this.#filled > 0) this.#block(this.#rest!.subarray(0, this.#filled));
    const data = this.#data.snapshot();
    if (!this.#edges) return data;
    const both = createDigest('sha256');
    both.update(data);
    both.update(this.#edges.snapshot());
    return both.snapshot();
  }

  #addHole(length: number): void {
    const head = this.#filled === 0 ? 0 : Math.min(BLOCK - this.#filled, length);
    if (head > 0) this.#addBytes(ZEROS.subarray(0, head));
    const tail = (length - head) % BLOCK;
    const whole = length - head - tail;
    if (whole > 0) this.#enter(true);
    this.#at += whole;
    if (tail > 0) this.#addBytes(ZEROS.subarray(0, tail));
  }

  #addBytes(bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) {
      if (this.#filled === 0 && bytes.length - done >= BLOCK) {
        done += this.#wholeBlocks(bytes, done);
        continue;
      }
      this.#rest ??= Buffer.alloc(BLOCK);
      const length = Math.min(BLOCK - this.#filled, bytes.length - done);
      this.#rest.set(bytes.subarray(done, done + length), this.#filled);
      this.#filled += length;
      done += length;
      if (this.#filled < BLOCK) continue;
      this.#filled = 0;
      this.#block(this.#rest);
    }
  }

  /** Takes all whole blocks from `start` on that are of one kind; returns their bytes. */
  #wholeBlocks(bytes: Uint8Array, start: number): number {
    const zero = isZero(bytes.subarray(start, start + BLOCK));
    let end = start + BLOCK;
    while (end + BLOCK <= bytes.length && isZero(bytes.subarray(end, end + BLOCK)) === zero) end += BLOCK;
    this.#take(bytes.subarray(start, end), zero);
    return end - start;
  }

  #block(block: Uint8Array): void {
    this.#take(block, isZero(block));
  }

  #take(bytes: Uint8Array, zero: boolean): void {
    this.#enter(zero);
    if (!zero) this.#data.update(bytes);
    this.#at += bytes.length;
  }

  /** Notes where blocks of zeros begin and end: their places are part of the identity, their bytes are not. */
  #enter(zero: boolean): void {
    if (zero === this.#inZeros) return;
    this.#inZeros = zero;
    this.#edges ??= createDigest('sha256');
    const edge = new Uint8Array(8);
    new DataView(edge.buffer).setBigUint64(0, BigInt(this.#at), true);
    this.#edges.update(edge);
  }
}

function hasZeroBlock(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += BLOCK) if (isZero(bytes.subarray(at, at + BLOCK))) return true;
  return false;
}
