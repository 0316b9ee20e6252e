// Memory in which contents are collected: filled, read by threads or the writer, handed out in order, and used again.

import { assertPlanned } from '../errors.js';
import type { Data, ExactContent, Hole, Run } from './content.js';
import { FAST } from './fast-path.js';
import { type FilePlace, RangeList, type RangeReader } from './range-list.js';
import { type Batch, deliverEnds, type RangeMover, type Unread, UnreadBatch } from './unread.js';

export const BATCH = 512 * 1024;
/** Batches being read while one is used. */
const AHEAD = 3;
/** Batches that stay with a reader between two streams. */
const KEPT = 8;
/** A gap that is cheaper as zeros in a batch than as a separate piece. */
const SHORT_GAP = 4096;

/** An entry of the queue: a batch, handed out once it has been read or for the writer to read, or a hole. */
type Waiting =
  | { readonly batch: Batch; readonly ready: Promise<void> | undefined }
  | { readonly batch: Batch; readonly unread: UnreadBatch }
  | Hole;

/** Memory of readers that no stream uses: that of a thread is freed late, and an image can have a stream for each of many parts. */
const FREE = new WeakMap<RangeReader, Batch[]>();

function freeOf(reader: RangeReader): Batch[] {
  const known = FREE.get(reader) ?? [];
  FREE.set(reader, known);
  return known;
}

/** Reused batches: a piece is only lent until the next is pulled, or the writer has moved it. */
export class Batches {
  readonly #run: Run;
  readonly #leavesUnread: boolean;
  readonly #moves = new Set<Promise<void>>();
  readonly #waiting: Waiting[] = [];
  #free: Batch[] = [];
  #reader: RangeReader | undefined;
  #filling: Batch;
  #hasEnds = false;

  constructor(run: Run, leavesUnread: boolean) {
    this.#run = run;
    this.#leavesUnread = leavesUnread;
    this.#filling = this.#take();
  }

  /** Bytes still free in the batch being filled. */
  get room(): number {
    return this.#filling.endsAt - this.#filling.filled;
  }

  /** From now on files are read by `reader`, into its own memory. */
  async *readBy(reader: RangeReader): AsyncGenerator<Data | Unread> {
    if (reader === this.#reader) return;
    yield* this.drain();
    this.#reader = reader;
    this.#free = freeOf(reader);
    this.#filling = this.#take();
  }

  /** Takes a file without holes immediately if it fits. That is most files, and waiting would cost more than reading them. */
  readWhole(size: number, place: FilePlace & { reader: RangeReader }, span: number, end: Uint8Array): boolean {
    const inSlot = size - end.length;
    if (place.reader !== this.#reader || span + end.length > this.room || span - inSlot > SHORT_GAP) return false;
    if (inSlot > 0 || end.length === 0) this.read(place, 0, inSlot, end.length === 0);
    if (end.length > 0) this.readEnd(place, inSlot, end);
    this.#zeros(span - inSlot);
    return true;
  }

  /** A range that has room. */
  read(place: FilePlace, at: number, length: number, ends: boolean): void {
    this.#filling.ranges.add(place, at, length, this.#filling.filled, ends);
    this.#filling.filled += length;
  }

  /** The end of a file, which goes elsewhere and has room. It waits at the end of the memory until all of that is read. */
  readEnd(place: FilePlace, at: number, end: Uint8Array): void {
    const batch = this.#filling;
    batch.endsAt -= end.length;
    batch.ends.push({ at: batch.endsAt, end });
    batch.ranges.add(place, at, end.length, batch.endsAt, true);
    this.#hasEnds = true;
  }

  /** A content that has room as a whole. */
  copy(content: ExactContent, span: number, end: Uint8Array): void {
    const { bytes, filled } = this.#filling;
    const fast = content[FAST]!;
    if (fast.copyInto) fast.copyInto(bytes, filled);
    else {
      const whole = fast.bytes!();
      assertPlanned('content size', content.size, whole.length);
      bytes.set(whole, filled);
    }
    const inSlot = content.size - end.length;
    end.set(bytes.subarray(filled + inSlot, filled + content.size));
    this.#filling.filled += inSlot;
    this.#zeros(span - inSlot);
  }

  /** That many zero bytes. */
  async *skip(length: number): AsyncGenerator<Data | Unread> {
    if (length > SHORT_GAP) {
      this.#submit();
      this.#waiting.push({ hole: length });
      yield* this.#handOut();
      return;
    }
    if (this.room < length) yield* this.next();
    this.#zeros(length);
  }

  /** Ends the current batch and begins another; hands out the oldest ones when enough of them are being read. */
  async *next(): AsyncGenerator<Data | Unread> {
    this.#submit();
    yield* this.#handOut();
  }

  /** Hands out the oldest entries until only those are left that are being read ahead, with the holes between them. */
  async *#handOut(): AsyncGenerator<Data | Unread> {
    const most = this.#reader && !this.#mover ? AHEAD : 0;
    while (this.#waiting.filter((entry) => 'batch' in entry).length > most) yield* this.#oldest();
    this.#filling = this.#take();
  }

  /** All batches, in order. */
  async *drain(): AsyncGenerator<Data | Unread> {
    this.#submit();
    while (this.#waiting.length > 0) yield* this.#oldest();
    // The ends that a writer reads are in their places when it has.
    if (this.#hasEnds) await Promise.all(this.#moves);
    this.#filling = this.#take();
  }

  /** Leaves the memory to the next stream of the reader. Only for one that has ended. */
  leave(): void {
    if (this.#reader) this.#give(this.#free, this.#filling);
  }

  async settled(): Promise<void> {
    const reads = this.#waiting.map((entry) => ('ready' in entry ? entry.ready : undefined));
    await Promise.allSettled([...reads, ...this.#moves]);
  }

  #zeros(length: number): void {
    const { bytes, filled } = this.#filling;
    bytes.fill(0, filled, filled + length);
    this.#filling.filled += length;
  }

  /** The reader, if it can also write and the consumer wants that. */
  get #mover(): RangeMover | undefined {
    return this.#leavesUnread && this.#reader?.move ? (this.#reader as RangeMover) : undefined;
  }

  #submit(): void {
    const batch = this.#filling;
    if (this.#mover && batch.ranges.count > 0 && (batch.filled > 0 || batch.ends.length > 0)) {
      this.#waiting.push({ batch, unread: new UnreadBatch(batch, this.#mover) });
      return;
    }
    const ready = batch.ranges.count > 0 ? this.#read(this.#reader!, batch) : undefined;
    // The error is raised when the batch is handed out; until then it must not count as unhandled.
    ready?.catch(() => {});
    this.#waiting.push({ batch, ready });
  }

  async #read(reader: RangeReader, batch: Batch): Promise<void> {
    await reader.read(batch.ranges, batch.bytes);
    deliverEnds(batch);
  }

  async *#oldest(): AsyncGenerator<Data | Unread> {
    const entry = this.#waiting[0]!;
    if ('ready' in entry) await entry.ready;
    this.#run.signal?.throwIfAborted();
    this.#waiting.shift();
    if ('hole' in entry) {
      yield entry;
      return;
    }
    if ('unread' in entry) {
      yield entry.unread;
      this.#freeAfter(entry.unread.moved, entry.batch);
      return;
    }
    const { bytes, filled } = entry.batch;
    if (filled > 0) yield bytes.subarray(0, filled);
    this.#give(this.#free, entry.batch);
  }

  #freeAfter(moved: Promise<void> | undefined, batch: Batch): void {
    if (!moved) {
      this.#give(this.#free, batch);
      return;
    }
    // The reader may change meanwhile, and with it the list of what is free.
    const free = this.#free;
    const done = moved.then(() => {
      this.#moves.delete(done);
      this.#give(free, batch);
    });
    this.#moves.add(done);
  }

  #give(free: Batch[], batch: Batch): void {
    if (free.length < KEPT) free.push(batch);
  }

  #take(): Batch {
    const free = this.#free.pop();
    if (free) {
      free.filled = 0;
      free.endsAt = BATCH;
      free.ends.length = 0;
      free.ranges.clear();
      return free;
    }
    // The additional byte is scratch space for contents that are copied.
    const bytes = this.#reader?.allocate(BATCH + 1) ?? new Uint8Array(BATCH + 1);
    return { bytes, filled: 0, endsAt: BATCH, ends: [], ranges: new RangeList() };
  }
}
