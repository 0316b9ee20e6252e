// The only place that turns pieces into writes: emit, patch, seal, publish.

import { assertPlanned, TargetError } from '../errors.js';
import {
  type Backpatch,
  type Content,
  isBackpatch,
  isExact,
  isHole,
  type Piece,
  type Run,
  type Source,
} from './content.js';
import { type Copied, isCopied, piecesToCopy } from './copied.js';
import { createDigest } from './hash.js';
import { zerosOf } from './pieces.js';
import { feedSeal, patchedPieces, type Seal, type SealStream, sealAhead } from './seal.js';
import type { ImagePlan } from './sealed-plan.js';
import { SequentialWriter, WRITE_SIZE } from './sequential-writer.js';
import type { OpenTarget, Target } from './target.js';
import { isUnread, type Unread, unreadPieces } from './unread.js';

/** Options for writing an image. */
export interface WriteOptions {
  /**
   * Compute the SHA-256 of the image. Default false. It is taken while writing if all bytes are final then; after backpatches
   * and seals the image is read again.
   */
  readonly sha256?: boolean;
}

/** The result of writing. */
export interface ImageReport {
  /** Name of the target. */
  readonly target: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes handed to the target; holes are not. */
  readonly written: number;
  /** Hexadecimal, if requested. */
  readonly sha256?: string;
}

/**
 * Writes a plan to a target. After any error, or an abort, the target is as it was before.
 * Exact plans may go to a pipe: a seal that can work on a stream is then computed in a separate pass before writing.
 * Others need random access.
 */
export async function writeImage<L>(
  plan: ImagePlan<L>,
  target: Target,
  run: Run,
  options: WriteOptions = {},
): Promise<ImageReport> {
  const content = plan.unsealed ?? plan;
  const seals = plan.seals ?? [];
  const opened = await target.open(run.signal);
  try {
    checkCapacity(content, target);
    const writer = new SequentialWriter(opened);
    const mayBeFinal = !target.randomAccess || seals.length === 0;
    let hash = options.sha256 && mayBeFinal ? createDigest('sha256') : undefined;
    const unseen = options.sha256 ? undefined : unseenPieces(plan, opened, run);
    const { pieces, stream } = unseen ? { pieces: unseen } : await piecesToSeal(content, seals, target, run);
    const patches: { at: number; patch: Backpatch }[] = [];
    const total = isExact(content) ? { total: content.size } : {};
    for await (const piece of pieces) {
      run.signal?.throwIfAborted();
      if (isCopied(piece) || isUnread(piece)) {
        await (isCopied(piece) ? writer.copy(piece.copied, run) : writer.move(piece));
        run.report({ step: 'writing', done: writer.position, ...total, unit: 'bytes' });
        continue;
      }
      if (isBackpatch(piece)) {
        requireRandomAccess(target);
        patches.push({ at: writer.position, patch: piece });
        // Bytes that are known later cannot be hashed in their turn.
        hash = undefined;
        await writer.skip(piece.length);
      } else if (isHole(piece)) {
        await writer.skip(piece.hole);
        if (hash) for await (const gap of zerosOf(piece.hole, run)) hash.update(gap);
      } else {
        await writer.put(piece);
        hash?.update(piece);
      }
      if (stream) await feedSeal(stream, piece, run);
      run.report({ step: 'writing', done: writer.position, ...total, unit: 'bytes' });
    }
    await writer.flush();
    const size = writer.position;
    if (isExact(content)) assertPlanned('image size', content.size, size);
    await opened.complete(size);
    await applyPatches(opened, patches);
    if (stream) for (const { at, bytes } of await stream.finish()) await opened.write(at, bytes);
    else if (target.randomAccess) await applySeals(seals, opened, size, run);
    const digest = options.sha256 ? { sha256: hash ? hash.hex() : await sha256Of(opened.image(size), run) } : {};
    run.signal?.throwIfAborted();
    await opened.publish();
    return { target: target.name, size, written: writer.written, ...digest };
  } catch (error) {
    await opened.abandon();
    throw error;
  }
}

/** Pieces of which some bytes go into the target without being seen here; undefined if a seal or the target needs all of them. */
function unseenPieces<L>(
  plan: ImagePlan<L>,
  { copy, move }: OpenTarget,
  run: Run,
): AsyncIterable<Piece | Copied | Unread> | undefined {
  if (plan.parts && copy) return piecesToCopy(plan.parts, run);
  return move && !plan.seals ? unreadPieces(plan, run) : undefined;
}

/**
 * The pieces to write, and a seal to compute from them while they are written. One seal over exact content needs no second
 * pass; open content has facts in its head that are patched last, and a second seal depends on the first one.
 */
async function piecesToSeal(
  content: Content,
  [seal, ...more]: readonly Seal[],
  target: Target,
  run: Run,
): Promise<{ pieces: AsyncIterable<Piece>; stream?: SealStream }> {
  if (!seal) return { pieces: content.pieces(run) };
  const stream = isExact(content) && more.length === 0 ? seal.stream?.(content.size) : undefined;
  if (!stream) {
    requireRandomAccess(target);
    return { pieces: content.pieces(run) };
  }
  if (target.randomAccess || !isExact(content)) return { pieces: content.pieces(run), stream };
  const patches = await sealAhead(content, stream, run);
  return { pieces: patchedPieces(content.pieces(run), patches) };
}

async function sha256Of(image: Source, run: Run): Promise<string> {
  const hash = createDigest('sha256');
  const buffer = new Uint8Array(WRITE_SIZE);
  for (let at = 0; at < image.size; at += buffer.length) {
    run.signal?.throwIfAborted();
    const bytes = buffer.subarray(0, Math.min(buffer.length, image.size - at));
    await image.read(at, bytes);
    hash.update(bytes);
    run.report({ step: 'digest', done: at + bytes.length, total: image.size, unit: 'bytes' });
  }
  return hash.hex();
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

/** A device accepts only an image that is known to fit, so that it never holds an incomplete one. */
function checkCapacity(plan: Content, { capacity, name }: Target): void {
  if (capacity === undefined || (isExact(plan) && plan.size <= capacity)) return;
  const message = isExact(plan)
    ? `The image has ${plan.size} bytes, and ${name} only ${capacity}.`
    : `The size of this image is known only when it is complete, so it cannot be written directly to ${name}.`;
  const hint = isExact(plan) ? 'Choose a larger device.' : 'Write a file, and copy it.';
  throw new TargetError('target.capacity', message, { path: name, hint });
}

function requireRandomAccess(target: Target): void {
  if (target.randomAccess) return;
  throw new TargetError(
    'target.not-seekable',
    `This image stores facts in its head that are known only at the end; it cannot be written to ${target.name}.`,
    {
      hint: 'Write to a file.',
    },
  );
}
