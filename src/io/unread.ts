// Bytes of an image that are still in the files of its tree.

import { type Content, type Data, type ExactContent, NO_HOLES, type Range, type Run } from './content.js';
import { exactContent } from './exact.js';
import type { RangeList, RangeReader } from './range-list.js';

/** A piece that the writer reads. It moves bytes from files to a file in one step, without a stop in the main thread. */
export interface Unread {
  /** Bytes. */
  readonly length: number;
  /** Reads them. They are lent until the next piece is pulled. */
  read(): Promise<Uint8Array>;
  /** Reads them, and writes them there. The next piece can be pulled meanwhile. */
  moveTo(place: OpenPlace): Promise<void>;
}

/** A place in an open file. */
export interface OpenPlace {
  readonly descriptor: number;
  /** First byte. */
  readonly at: number;
  /** Writes the bytes to it, or rejects with the reason why that is not possible. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Memory that is filled with ranges of files. */
export interface Batch {
  readonly bytes: Uint8Array;
  /** Bytes so far. */
  filled: number;
  /** First byte of the ends of files that go elsewhere. */
  endsAt: number;
  /** Those ends: where each is in the memory, and where it goes. */
  readonly ends: { readonly at: number; readonly end: Uint8Array }[];
  /** The ranges to read; the other bytes are in the memory. */
  readonly ranges: RangeList;
}

/** Reads ranges, and can write them at once. */
export type RangeMover = RangeReader & Required<Pick<RangeReader, 'move'>>;

/** Puts the ends in a batch that has been read to their places. */
export function deliverEnds({ bytes, ends }: Batch): void {
  for (const { at, end } of ends) end.set(bytes.subarray(at, at + end.length));
}

/** A batch that nobody has read. */
export class UnreadBatch implements Unread {
  readonly length: number;
  /** Set from the call of `moveTo` on. Never rejects. */
  moved: Promise<void> | undefined;
  readonly #batch: Batch;
  readonly #mover: RangeMover;

  constructor(batch: Batch, mover: RangeMover) {
    this.length = batch.filled;
    this.#batch = batch;
    this.#mover = mover;
  }

  async read(): Promise<Uint8Array> {
    const { bytes, ranges } = this.#batch;
    await this.#mover.read(ranges, bytes);
    deliverEnds(this.#batch);
    return bytes.subarray(0, this.length);
  }

  moveTo(place: OpenPlace): Promise<void> {
    const moving = this.#move(place);
    this.moved = moving.catch(() => {});
    return moving;
  }

  async #move({ descriptor, at, write }: OpenPlace): Promise<void> {
    const { bytes, ranges } = this.#batch;
    // Bytes that a thread could not write are written again, because only Node.js describes the system's errors.
    if (!(await this.#mover.move(ranges, bytes, { length: this.length, descriptor, at }))) {
      await write(bytes.subarray(0, this.length));
    }
    deliverEnds(this.#batch);
  }
}

/** Key of the emitter of an image that can leave files unread. */
const EMIT = Symbol('isopress.emit');

/** Gives the pieces of an image; only with `unread` some of them have not been read. */
export type ImageEmitter = (run: Run, unread: boolean) => AsyncIterable<Data | Unread>;

/** The content of an image, whose emitter can also leave files unread. */
export function imageContent(size: number, emit: ImageEmitter, holes: readonly Range[] = NO_HOLES): ExactContent {
  const pieces = (run: Run) => emit(run, false) as AsyncIterable<Data>;
  return Object.assign(exactContent(size, pieces, holes), { [EMIT]: emit });
}

/** The pieces of a content, files unread, if its emitter can do that. */
export function unreadPieces(content: Content & { [EMIT]?: ImageEmitter }, run: Run) {
  return content[EMIT]?.(run, true);
}

/** Whether a piece has to be read. */
export function isUnread(piece: object): piece is Unread {
  return 'moveTo' in piece;
}

/** The piece, read if necessary. */
export async function readPiece(piece: Data | Unread): Promise<Data> {
  return isUnread(piece) ? await piece.read() : piece;
}
