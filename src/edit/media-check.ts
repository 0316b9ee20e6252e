// The media-check tags of an edited disc.

import { InvalidImageError } from '../errors.js';
import {
  type ImageTags,
  readSignature,
  readTags,
  SIGNATURE_ROOM,
  signaturePatch,
  tagOptionsOf,
  tagSeal,
  type WrittenTagStyle,
} from '../format/checkmedia/index.js';
import type { Patch, Seal, Source } from '../io/index.js';
import type { LossLog } from '../tree/index.js';
import type { MediaCheck } from './changes.js';

export interface MediaCheckPlan {
  /** Computes the tags again. */
  readonly seal: Seal | undefined;
  readonly style: WrittenTagStyle | undefined;
  readonly dropsTags: boolean;
  /** Empties the block of a signature that no longer fits. */
  readonly patches: readonly Patch[];
}

const SIGNED = 'The signature over the media-check tags no longer fits; its block is emptied.';
const STALE = 'The media-check tag is left as it is, and no longer fits the image.';

/** Plans the tags. By default they are computed again with their old options. */
export async function mediaCheckOf(
  image: Source,
  wanted: MediaCheck = 'redo',
  losses: LossLog,
): Promise<MediaCheckPlan> {
  const { tags, style } = await tagsOf(image);
  const nothing = { seal: undefined, style: undefined, dropsTags: false, patches: [] };
  if (tags.length === 0) return nothing;
  if (wanted === 'keep') {
    losses.addValue('edit.stale-tag', STALE, style);
    return nothing;
  }
  const signature = await readSignature(image).catch(onlyDamage);
  const patches = signature ? [await signaturePatch(image, new Uint8Array(SIGNATURE_ROOM))] : [];
  if (signature) losses.addValue('edit.signature', SIGNED, 'signature block');
  const options = wanted === 'redo' ? tagOptionsOf(tags) : undefined;
  if (!options) return { ...nothing, dropsTags: true, patches };
  return { seal: tagSeal(options), style: options.style, dropsTags: false, patches };
}

/** The tags; none if something else uses their area. */
async function tagsOf(image: Source): Promise<ImageTags> {
  try {
    return await readTags(image);
  } catch (error) {
    if (error instanceof InvalidImageError && error.code === 'checkmedia.area-in-use')
      return { style: 'none', tags: [] };
    throw error;
  }
}

function onlyDamage(error: unknown): undefined {
  if (error instanceof InvalidImageError) return undefined;
  throw error;
}
