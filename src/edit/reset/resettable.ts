// An edit that can be taken back: old data stay in their blocks, and all other old bytes are kept in a record.

import { InternalError } from '../../errors.js';
import { BLOCK } from '../../format/iso9660/index.js';
import type { EditChanges } from '../changes.js';
import { contentDigest } from '../content-digest.js';
import type { EditContext } from '../edit-context.js';
import { lostRanges, type OverlaidDisc, overlaid } from '../place/overlay.js';
import { placeEdit } from '../place/place-edit.js';
import type { EditPlaces } from '../place/places.js';
import { type OtherChanges, renderEdit } from '../place/render.js';
import { recordBlocks, renderRecord } from './record.js';

/** A larger record moves more, and then has to keep more: a second GPT, sizes of partitions. That settles at once. */
const MOST_ROUNDS = 8;

/** Places and renders an edit with its record. */
export async function renderResettable(
  { disc: old, trees, run }: EditContext,
  other: OtherChanges,
  sort: EditChanges['sort'],
): Promise<{ readonly places: EditPlaces; readonly disc: OverlaidDisc }> {
  const { image } = old;
  const sha256 = (await contentDigest(image, 'sha256', run)).snapshot();
  let blocks = 1;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const places = placeEdit(old, trees, { sort, keepsOld: true, recordBlocks: blocks });
    const { overlays, emptied } = await renderEdit(old, places, other);
    const lost = lostRanges(image.size, places.cuts, overlays, emptied);
    const needed = recordBlocks(lost);
    if (needed > blocks) {
      blocks = needed;
      continue;
    }
    let at = (places.filesEnd - blocks) * BLOCK;
    const record = renderRecord(image, lost, places.cuts, sha256, blocks).map((content) => {
      const overlay = { at, content };
      at += content.size;
      return overlay;
    });
    return { places, disc: overlaid(image, places.cuts, [...overlays, ...record], emptied) };
  }
  throw new InternalError('internal.edit-record', 'The record of an edit has no stable size.');
}
