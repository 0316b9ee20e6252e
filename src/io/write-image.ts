// The only place that turns pieces into writes: emit, patch, seal, publish.

import { assertPlanned, TargetError } from '../errors.js';
import { type Backpatch, type Content, isBackpatch, isExact, isHole, type Piece, type Run } from './content.js';
import { exactContent } from './exact.js';
import { feedSeal, patchedPieces, type Seal, type SealStream, sealAhead } from './seal.js';
import type { OpenTarget, Target } from './target.js';

/** What a planner returns: content that can be written or nested, and the decisions that led to it as plain data. */
export type ImagePlan<Layout, C extends Content = Content> = C & {
  readonly layout: Layout;
  readonly seals?: readonly Seal[];
};

/** The same plan with these seals. */
export function withSeals<L>(plan: ImagePlan<L>, seals: readonly Seal[]): ImagePlan<L> {
  const { layout } = plan;
  if (!isExact(plan)) return { sizeLimit: plan.sizeLimit, pieces: (run) => plan.pieces(run), layout, seals };
  return { ...exactContent(plan.size, (run) => plan.pieces(run), plan.holes), layout, seals };
}

export interface ImageReport {
  /** Name of the target. */
  readonly target: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes handed to the target; holes are not. */
  readonly written: number;
}

/**
 * Bytes of one write. From 2 MiB on Linux puts them into huge pages, which on virtual machines that give free memory back
 * cost several times as much system time as smaller ones.
 */
const BUFFER = 512 * 1024;
const SHORT_GAP = 4096;

/**
 * Writes a plan to a target. After any error, or an abort, the target holds what it held before.
 * Exact plans may go to a pipe: a seal that can work on a stream is then taken in a run of its own, ahead of the writing.
 * Others need random access.
 */
export async function writeImage<L>(plan: ImagePlan<L>, target: Target, run: Run): Promise<ImageReport> {
  const opened = await target.open();
  try {
    const writer = new SequentialWriter(opened);
    const { pieces, stream } = await sealedPieces(plan, target, run);
    const patches: { at: number; patch: Backpatch }[] = [];
    const total = isExact(plan) ? { total: plan.size } : {};
    for await (const piece of pieces) {
      run.signal?.throwIfAborted();
      if (isBackpatch(piece)) {
        requireRandomAccess(target);
        patches.push({ at: writer.position, patch: piece });
        await writer.skip(piece.length);
      } else if (isHole(piece)) {
        await writer.skip(piece.hole);
      } else {
        await writer.put(piece);
      }
      if (stream) await feedSeal(stream, piece);
      run.report({ step: 'writing', done: writer.position, ...total, unit: 'bytes' });
    }
    await writer.flush();
    const size = writer.position;
    if (isExact(plan)) assertPlanned('image size', plan.size, size);
    await opened.complete(size);
    await applyPatches(opened, patches);
    if (stream) for (const { at, bytes } of await stream.finish()) await opened.write(at, bytes);
    else if (target.randomAccess) await applySeals(plan.seals ?? [], opened, size, run);
    run.signal?.throwIfAborted();
    await opened.publish();
    return { target: target.name, size, written: writer.written };
  } catch (error) {
    await opened.abandon();
    throw error;
  }
}

/**
 * The pieces to write, and a seal that is to be taken from them on their way. One seal over exact content needs no second
 * reading; open content has facts in its head that are patched in last, and a second seal would look at the first one's work.
 */
async function sealedPieces<L>(
  plan: ImagePlan<L>,
  target: Target,
  run: Run,
): Promise<{ pieces: AsyncIterable<Piece>; stream?: SealStream }> {
  const [seal, ...more] = plan.seals ?? [];
  if (!seal) return { pieces: plan.pieces(run) };
  const stream = isExact(plan) && more.length === 0 ? seal.stream?.(plan.size) : undefined;
  if (!stream) {
    requireRandomAccess(target);
    return { pieces: plan.pieces(run) };
  }
  if (target.randomAccess || !isExact(plan)) return { pieces: plan.pieces(run), stream };
  const patches = await sealAhead(plan, stream, run);
  return { pieces: patchedPieces(plan.pieces(run), patches) };
}

async function applySeals(seals: readonly Seal[], opened: OpenTarget, size: number, run: Run): Promise<void> {
  for (const seal of seals) {
    for (const { at, bytes } of await seal.seal(opened.image(size), run)) await opened.write(at, bytes);
  }
}

async function applyPatches(opened: OpenTarget, patches: readonly { at: number; patch: Backpatch }[]): Promise<void> {
  for (const { at, patch } of patches) {
    const bytes = patch.render();
    assertPlanned('backpatch length', patch.length, bytes.length);
    await opened.write(at, bytes);
  }
}

function requireRandomAccess(target: Target): void {
  if (target.randomAccess) return;
  throw new TargetError(
    'target.not-seekable',
    `This image stores facts in its head that are known last; ${target.name} cannot take it.`,
    {
      hint: 'Write to a file.',
    },
  );
}

/** Gathers pieces into two large buffers: one is written while the other fills. */
class SequentialWriter {
  /** Bytes of the image so far. */
  position = 0;
  /** Bytes handed to the target so far. */
  written = 0;
  readonly #target: OpenTarget;
  #filling = new Uint8Array(BUFFER);
  #spare = new Uint8Array(BUFFER);
  #filled = 0;
  #pending: Promise<void> = Promise.resolve();

  constructor(target: OpenTarget) {
    this.#target = target;
  }

  async put(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const count = Math.min(bytes.length - done, BUFFER - this.#filled);
      this.#filling.set(bytes.subarray(done, done + count), this.#filled);
      this.#filled += count;
      this.position += count;
      done += count;
      if (this.#filled === BUFFER) await this.#swap();
    }
  }

  async skip(length: number): Promise<void> {
    // A short gap is cheaper as zeros in the buffer than as a separate write behind it.
    if (this.#filled > 0 && length <= SHORT_GAP && length <= BUFFER - this.#filled) {
      this.#filling.fill(0, this.#filled, this.#filled + length);
      this.#filled += length;
    } else {
      await this.#swap();
    }
    this.position += length;
  }

  async flush(): Promise<void> {
    await this.#swap();
    await this.#pending;
  }

  async #swap(): Promise<void> {
    // Once the write under way is done, its buffer is free to be filled.
    await this.#pending;
    if (this.#filled === 0) return;
    const full = this.#filling;
    const bytes = full.subarray(0, this.#filled);
    const at = this.position - this.#filled;
    this.written += this.#filled;
    this.#filling = this.#spare;
    this.#spare = full;
    this.#filled = 0;
    this.#pending = this.#target.write(at, bytes);
    // Raised at the next await; until then it is not "unhandled".
    this.#pending.catch(() => {});
  }
}
