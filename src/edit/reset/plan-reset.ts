// Reverts an edit: makes the old disc from the bytes that the new one still has and those that its record keeps.

import { defined } from '../../bytes/index.js';
import { InvalidImageError, InvalidInputError } from '../../errors.js';
import { BLOCK } from '../../format/iso9660/index.js';
import {
  bytesAt,
  createDigest,
  type Data,
  exactContent,
  extentsSource,
  type Range,
  type Run,
  type Source,
} from '../../io/index.js';
import { feedDigest } from '../content-digest.js';
import { changedParts, inPlaceEdit } from '../in-place.js';
import { readDisc } from '../kept/read-disc.js';
import { volumeIdOf } from '../place/descriptors.js';
import { movedParts, type Segment } from '../place/overlay.js';
import type { EditPlan } from '../plan-edit.js';
import { RECORD_MAGIC, type RecordTrailer, recordRange, recordTrailer } from './record.js';

/** First block of the volume descriptors. */
const DESCRIPTORS = 16;
/** Their list takes 64 MiB of memory. */
const MOST_RANGES = 2 ** 22;

interface FoundRecord {
  readonly trailer: RecordTrailer;
  readonly ranges: readonly Range[];
  /** First byte of the old bytes. */
  readonly keptAt: number;
}

/**
 * Plans the disc as it was before the last edit, which was made `resettable`. While it is written, its bytes are compared with the digest of
 * that disc. Throws {@link InvalidInputError} `edit.no-record` for any other disc.
 */
export async function planReset(image: Source): Promise<EditPlan> {
  const record = await readRecord(image, (await readDisc(image)).insertAt);
  const { oldSize, sha256 } = record.trailer;
  const extents = [...extentsOf(record)];
  const old = extentsSource(extents.map(({ at, length }) => ({ from: image, at, length })));
  const descriptor = await bytesAt(old, DESCRIPTORS * BLOCK, BLOCK);
  if (old.size !== oldSize || !descriptor) throw damagedRecord();
  const content = exactContent(oldSize, (run) => checkedPieces(old, sha256, run));
  const volumeId = volumeIdOf(descriptor);
  const layout = { format: 'iso9660', volumeId, oldSize: image.size, size: oldSize, isReset: true } as const;
  const disc = { size: oldSize, segments: segmentsOf(image, extents) };
  const inPlace = {
    ...inPlaceEdit(disc, undefined),
    parts: async (run: Run) => {
      for await (const _ of content.pieces(run)) run.signal?.throwIfAborted();
      return changedParts(disc);
    },
  };
  return { ...content, layout: { ...layout, moves: [], entries: [], losses: [] }, inPlace };
}

/** The record that ends before a block. */
async function readRecord(image: Source, end: number): Promise<FoundRecord> {
  const bytes = await bytesAt(image, end * BLOCK - recordTrailer.size, recordTrailer.size);
  const trailer = bytes && recordTrailer.decode(bytes);
  if (!trailer || trailer.magic.some((byte, index) => byte !== RECORD_MAGIC[index])) {
    const message = 'The disc has no record of an edit after its last file, so there is nothing to take back.';
    throw new InvalidInputError('edit.no-record', message, {
      hint: 'Only an edit that was made resettable can be taken back, and only the last one.',
    });
  }
  const { blocks, ranges: count, kept, oldSize, backBy } = trailer;
  const [start, listed] = [(end - blocks) * BLOCK, count * recordRange.size];
  const fits = blocks <= end && count <= MOST_RANGES && listed + kept + recordTrailer.size <= blocks * BLOCK;
  if (!fits || image.size !== oldSize + backBy * BLOCK) throw damagedRecord(start);
  const list = (await bytesAt(image, start, listed))!;
  const ranges = Array.from({ length: count }, (_, index) => recordRange.decode(list, index * recordRange.size));
  let [done, sum] = [0, 0];
  for (const { at, length } of ranges) {
    if (at < done || length < 1 || at + length > oldSize) throw damagedRecord(start);
    done = at + length;
    sum += length;
  }
  if (sum !== kept) throw damagedRecord(start);
  return { trailer, ranges, keptAt: start + listed };
}

/** Bytes of the edited disc that the old one had. */
interface OldExtent extends Range {
  /** Whether they are in the record. */
  readonly isKept: boolean;
}

/** The old disc: ranges that are still there, and kept ones from the record. */
function* extentsOf({ trailer, ranges, keptAt }: FoundRecord): Generator<OldExtent> {
  const { oldSize, frontFrom, frontBy, backFrom, backBy } = trailer;
  const cuts = [
    { from: frontFrom, by: frontBy },
    { from: backFrom, by: backBy },
  ];
  let from = keptAt;
  let next = 0;
  for (const { old, at } of movedParts(oldSize, cuts)) {
    const end = old.at + old.length;
    let done = old.at;
    while (done < end) {
      const range = ranges[next];
      const until = Math.min(end, Math.max(done, range?.at ?? end));
      if (until > done) yield { at: at + done - old.at, length: until - done, isKept: false };
      done = until;
      if (!range || range.at >= end) continue;
      const length = Math.min(range.at + range.length, end) - done;
      yield { at: from, length, isKept: true };
      from += length;
      done += length;
      if (done === range.at + range.length) next++;
    }
  }
}

/** The extents as parts of the old disc. */
function segmentsOf(image: Source, extents: readonly OldExtent[]): Segment[] {
  let place = 0;
  return extents.map(({ isKept, ...range }) => {
    const at = place;
    place += range.length;
    return { at, content: image.slice(range), kind: isKept ? 'new' : range.at === at ? 'kept' : 'moved' };
  });
}

/** The pieces, whose digest is checked before the last one counts as written. */
async function* checkedPieces(old: Source, sha256: Uint8Array, run: Run): AsyncGenerator<Data> {
  const digest = createDigest('sha256');
  for await (const piece of old.pieces(run)) {
    await feedDigest(digest, piece, run);
    yield piece;
  }
  const found = digest.snapshot();
  if (found.every((byte, index) => byte === sha256[index])) return;
  const message = 'The disc was changed after its edit, so the old disc cannot be restored from it.';
  throw new InvalidImageError('edit.reset-changed', message, { hint: 'Use the original file.' });
}

function damagedRecord(at?: number): InvalidImageError {
  return new InvalidImageError('edit.record', 'The record of the last edit is damaged.', defined({ at }));
}
