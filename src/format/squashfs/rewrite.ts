// An image written again with a changed tree: data that stays is copied in its compressed form, only new data is compressed.

import { concatBytes, type Timestamp } from '../../bytes/index.js';
import type { EngineChoice } from '../../compress/index.js';
import { InternalError, UnsupportedError } from '../../errors.js';
import {
  type ExactContent,
  type Extent,
  extentsSource,
  isBackpatch,
  isHole,
  type Run,
  type Source,
  type Spool,
  storedPieces,
} from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { emitImage, optionsRecord } from './emit.js';
import { KeptBlocks } from './kept-blocks.js';
import { keptData } from './kept-data.js';
import type { PlannedImage, SquashfsLayout } from './layout.js';
import { resolveOptions } from './options.js';
import { planImage } from './plan.js';
import { readSettings } from './read-settings.js';
import { readTree } from './read-tree.js';
import { Volume } from './read-volume.js';

/** Options of an image that is written again; everything else is as in the old one. */
export interface RewriteOptions {
  /** Default `auto`. */
  readonly engine?: EngineChoice;
  /** The new time of the image. Default: the old one. */
  readonly epoch?: Timestamp | undefined;
  /** Takes the new data. Default: it is held in memory. */
  readonly spool?: Spool | undefined;
  /**
   * New contents that are mostly like a content of the old tree; asked for when the tree has been changed. Blocks that are the same in
   * both are copied. Default: none.
   */
  readonly similar?: (() => ReadonlyMap<ExactContent, ExactContent>) | undefined;
}

/** An image that was written again. */
export interface RewrittenSquashfs {
  /** Reads the old image, which must not change. */
  readonly content: Source;
  readonly layout: SquashfsLayout;
  /** Bytes that are copied from the old image. */
  readonly copied: number;
  /** Bytes of new data before compression, holes included. */
  readonly compressed: number;
}

/**
 * Writes an image again with the tree that `change` makes of its tree. Block size, compressor, its options record, time, padding, and which
 * parts are compressed, are those of the old image. New data is compressed now, so that the size is exact. Throws
 * {@link UnsupportedError} for a compressor that is not written here, and for bytes after the image.
 */
export async function rewriteSquashfs(
  image: Source,
  change: (tree: FileTree) => FileTree | Promise<FileTree>,
  { engine = 'auto', epoch, spool, similar }: RewriteOptions,
  run: Run,
): Promise<RewrittenSquashfs> {
  const volume = await Volume.open(image, engine);
  await checkEnd(volume, run);
  const { options, record } = await readSettings(volume, engine);
  const before = await readTree(volume);
  const after = await change(before);
  const resolved = resolveOptions({ ...options, ...(epoch && { epoch }) });
  const kept = await keptData(volume, before, after);
  const blocks = new KeptBlocks(volume);
  for (const old of new Set(similar?.().values())) await blocks.add(old, run);
  const compression = blocks.reusedBy(resolved.compression);
  const all = { ...resolved, compression, equalTails: kept.equalTails };
  const planned: PlannedImage = { ...planImage(after, all, kept), record };
  const { length, ranges } = kept;
  const { head, rest } = await emitted(planned, spool, run);
  const extents: Extent[] = [
    { bytes: head, length: head.length },
    ...ranges.map(({ at, length }) => ({ from: image, at, length })),
    { from: rest, at: 0, length: rest.size },
  ];
  return {
    content: extentsSource(extents),
    layout: planned.layout,
    copied: length + blocks.copied,
    compressed: planned.data.kept!.readSize - blocks.decoded,
  };
}

/** Everything of the image that is not copied: what comes before the copied data, and what comes after it. */
async function emitted(image: PlannedImage, spool: Spool | undefined, run: Run) {
  const pieces = emitImage(image, run);
  const first = await pieces.next();
  if (first.done || !isBackpatch(first.value)) {
    throw new InternalError('internal.superblock', 'An image does not begin with its superblock.');
  }
  const record = optionsRecord(image);
  const recorded = record && (await pieces.next()).value;
  if (recorded !== record)
    throw new InternalError('internal.record', 'The options record is not after the superblock.');
  const rest = await storedPieces(pieces, spool);
  return { head: concatBytes([first.value.render(), ...(record ? [record] : [])]), rest };
}

/** Bytes after an image, such as a hash tree, belong to its old bytes. */
async function checkEnd({ image, superblock: { bytesUsed } }: Volume, run: Run): Promise<void> {
  const rest = image.slice({ at: bytesUsed, length: image.size - bytesUsed });
  for await (const piece of rest.pieces(run)) {
    if (isHole(piece) || piece.every((byte) => byte === 0)) continue;
    const message = 'The squashfs image is followed by other data, such as a hash tree, which would no longer fit it.';
    throw new UnsupportedError('squashfs.data-after', message, { at: bytesUsed });
  }
}
