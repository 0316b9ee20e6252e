// Contents back to back in their slots, files among them read ahead.

import { assertPlanned } from '../errors.js';
import type { Data, ExactContent, Hole, Run } from './content.js';
import { FAST } from './fast-path.js';
import { exactly } from './pieces.js';
import { type FilePlace, RangeList, type RangeReader } from './range-list.js';
import { type Batch, type RangeMover, type Unread, UnreadBatch } from './unread.js';

const BATCH = 512 * 1024;
/** Batches being read while one is used. */
const AHEAD = 3;
/** A gap that is cheaper as zeros in a batch than as a separate piece. */
const SHORT_GAP = 4096;

/** One content and the bytes it occupies: its own size, then zeros. */
export interface Slot {
  readonly content: ExactContent;
  /** Bytes occupied, ≥ the content's size. */
  readonly span: number;
}

/**
 * Contents back to back, each zero-filled to its span. Contents that can be read synchronously are collected
 * into batches, so that many small files cost few pieces; files that threads can read are read ahead into them.
 */
export function packed(slots: Iterable<Slot>, run: Run): AsyncGenerator<Data>;
/** With `unread`, pieces whose bytes are all in files that threads can read are left to the writer. */
export function packed(slots: Iterable<Slot>, run: Run, unread: boolean): AsyncGenerator<Data | Unread>;
export async function* packed(slots: Iterable<Slot>, run: Run, unread = false): AsyncGenerator<Data | Unread> {
  const batches = new Batches(run, unread);
  try {
    for (const { content, span } of slots) {
      const fast = content[FAST];
      // Nothing to read, and no file that could have grown.
      if (span === 0 && !fast) continue;
      const origin = fast?.origin;
      if (origin && batches.readWhole(content, origin, span)) continue;
      if (origin) {
        fast.check?.();
        yield* batches.readBy(origin.reader);
        yield* readAhead(content, origin, batches);
        yield* batches.skip(span - content.size);
      } else if (fast?.bytes && span <= BATCH) {
        if (batches.room < span) yield* batches.next();
        batches.copy(content, span);
      } else {
        yield* batches.drain();
        yield* exactly(content, run);
        if (span > content.size) yield { hole: span - content.size };
      }
    }
    yield* batches.drain();
  } finally {
    await batches.settled();
  }
}

/** The data between the holes as ranges to be read, the holes as they are. */
async function* readAhead(content: ExactContent, place: FilePlace, batches: Batches): AsyncGenerator<Data | Unread> {
  const { size, holes } = content;
  let at = 0;
  for (const hole of [...holes, { at: size, length: 0 }]) {
    // Read at the end even if nothing is expected, to detect growth.
    while (at < hole.at || hole.length === 0) {
      if (batches.room === 0) yield* batches.next();
      const length = Math.min(hole.at - at, batches.room);
      batches.read(place, at, length, at + length === size);
      at += length;
      if (at === hole.at) break;
    }
    yield* batches.skip(hole.length);
    at += hole.length;
  }
}

/** An entry of the queue: a batch, handed out once it has been read or for the writer to read, or a hole. */
type Waiting =
  | { readonly batch: Batch; readonly ready: Promise<void> | undefined }
  | { readonly batch: Batch; readonly unread: UnreadBatch }
  | Hole;

/** Reused batches: a piece is only lent until the next is pulled, or the writer has moved it. */
class Batches {
  readonly #run: Run;
  readonly #leavesUnread: boolean;
  readonly #moves = new Set<Promise<void>>();
  readonly #waiting: Waiting[] = [];
  #free: Batch[] = [];
  #reader: RangeReader | undefined;
  #filling: Batch;

  constructor(run: Run, leavesUnread: boolean) {
    this.#run = run;
    this.#leavesUnread = leavesUnread;
    this.#filling = this.#take();
  }

  /** Bytes still free in the batch being filled. */
  get room(): number {
    return BATCH - this.#filling.filled;
  }

  /** From now on files are read by `reader`, into its own memory. */
  async *readBy(reader: RangeReader): AsyncGenerator<Data | Unread> {
    if (reader === this.#reader) return;
    yield* this.drain();
    this.#reader = reader;
    this.#free = [];
    this.#filling = this.#take();
  }

  /** Takes a file immediately if it fits. That is most files, and waiting would cost more than reading them. */
  readWhole({ size, holes }: ExactContent, place: FilePlace & { reader: RangeReader }, span: number): boolean {
    if (place.reader !== this.#reader || holes.length > 0 || span > this.room || span - size > SHORT_GAP) return false;
    this.read(place, 0, size, true);
    this.#zeros(span - size);
    return true;
  }

  /** A range that has room. */
  read(place: FilePlace, at: number, length: number, ends: boolean): void {
    this.#filling.ranges.add(place, at, length, this.#filling.filled, ends);
    this.#filling.filled += length;
  }

  copy(content: ExactContent, span: number): void {
    const { bytes, filled } = this.#filling;
    const fast = content[FAST]!;
    if (fast.copyInto) fast.copyInto(bytes, filled);
    else {
      const whole = fast.bytes!();
      assertPlanned('content size', content.size, whole.length);
      bytes.set(whole, filled);
    }
    this.#filling.filled += content.size;
    this.#zeros(span - content.size);
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
    this.#filling = this.#take();
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
    if (this.#mover && batch.ranges.count > 0 && batch.filled > 0) {
      this.#waiting.push({ batch, unread: new UnreadBatch(batch, this.#mover) });
      return;
    }
    const ready = batch.ranges.count > 0 ? this.#reader!.read(batch.ranges, batch.bytes) : undefined;
    // The error is raised when the batch is handed out; until then it must not count as unhandled.
    ready?.catch(() => {});
    this.#waiting.push({ batch, ready });
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
    this.#free.push(entry.batch);
  }

  #freeAfter(moved: Promise<void> | undefined, batch: Batch): void {
    if (!moved) {
      this.#free.push(batch);
      return;
    }
    // The reader may change meanwhile, and with it the list of what is free.
    const free = this.#free;
    const done = moved.then(() => {
      this.#moves.delete(done);
      free.push(batch);
    });
    this.#moves.add(done);
  }

  #take(): Batch {
    const free = this.#free.pop();
    if (free) {
      free.filled = 0;
      free.ranges.clear();
      return free;
    }
    // The additional byte is scratch space for contents that are copied.
    const bytes = this.#reader?.allocate(BATCH + 1) ?? new Uint8Array(BATCH + 1);
    return { bytes, filled: 0, ranges: new RangeList() };
  }
}
