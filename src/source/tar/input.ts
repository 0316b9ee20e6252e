// An archive that comes through a pipe and is kept in a file: when to stop reading, because nothing more of it can come. Pipes
// may continue without end.

import { type ByteString, SIGNATURE_LENGTH, streamFormat } from '../../bytes/index.js';

import { InvalidImageError } from '../../errors.js';
import { openFileSource, type Run } from '../../io/index.js';
import { readTarEntries } from './entries.js';
import { BLOCK, isHeader } from './header.js';
import { Meter } from './meter.js';
import { END_SEARCH } from './next-header.js';

/** Bytes that are kept of what is not an archive, so that it can be named. */
const MOST_UNKNOWN = 64 * 1024 * 1024;

export interface ArchiveInput {
  /** The file to which the caller writes every piece before it asks for the next one. */
  readonly spool: ByteString;
  /** Concatenated archives: zeros do not end them, and are read as long as they come. */
  readonly ignoreZeros?: boolean;
}

/**
 * The pieces that belong to an archive: up to {@link END_SEARCH} after its end mark, or what it takes to see that there is no
 * archive. Throws {@link InvalidImageError} `tar.none` for zeros without end.
 */
export async function* archiveInput(
  pieces: AsyncIterable<Uint8Array>,
  { spool, ignoreZeros = false }: ArchiveInput,
  run: Run,
): AsyncGenerator<Uint8Array> {
  let head = new Uint8Array(0);
  let total = 0;
  let zeros = 0;
  let enough = END_SEARCH;
  for await (const piece of pieces) {
    if (head.length < BLOCK) head = Uint8Array.from([...head, ...piece.subarray(0, BLOCK - head.length)]);
    total += piece.length;
    yield piece;
    if (total >= MOST_UNKNOWN && !mayBeArchive(head, ignoreZeros)) {
      if (zeros + piece.length === total && isZeros(piece)) throw onlyZeros();
      return;
    }
    if (!isZeros(piece)) enough = END_SEARCH;
    zeros = isZeros(piece) ? zeros + piece.length : 0;
    if (zeros < enough || ignoreZeros) continue;
    if (await hasEnded(spool, run)) return;
    // A file of zeros: looked at again when there are twice as many.
    enough = 2 * zeros;
  }
}

function mayBeArchive(head: Uint8Array, ignoreZeros: boolean): boolean {
  return (
    isHeader(head) || streamFormat(head.subarray(0, SIGNATURE_LENGTH)) !== 'none' || (ignoreZeros && isZeros(head))
  );
}

const ZEROS = Buffer.alloc(64 * 1024);

function isZeros(piece: Uint8Array): boolean {
  for (let at = 0; at < piece.length; at += ZEROS.length) {
    const part = piece.subarray(at, at + ZEROS.length);
    if (!ZEROS.subarray(0, part.length).equals(part)) return false;
  }
  return true;
}

/** Whether the file holds a whole archive: its entries, and a block of zeros after them. */
async function hasEnded(spool: ByteString, run: Run): Promise<boolean> {
  const file = await openFileSource(spool);
  try {
    let end = 0;
    for await (const { at, data } of readTarEntries(file, run, new Meter())) {
      end = Math.max(at, data.at + data.length) + 2 * BLOCK;
    }
    return end <= file.size;
  } catch (error) {
    if (error instanceof InvalidImageError) return false;
    throw error;
  } finally {
    await file.close();
  }
}

function onlyZeros(): InvalidImageError {
  return new InvalidImageError('tar.none', 'This is not a tar archive: nothing but zeros comes.', { at: 0 });
}
