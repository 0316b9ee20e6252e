// Media-check tags: verifies every digest in them.

import { InvalidImageError } from '../errors.js';
import { readTags, verifyTags } from '../format/checkmedia/index.js';
import type { Layer } from './layer.js';

/** Checks the digests of an ISO. With `fast` only the tags are read. */
export async function checkMediaTags(layer: Layer): Promise<void> {
  try {
    const { style, tags } = await readTags(layer.image);
    if (tags.length === 0) return;
    if (style === 'mixed') layer.report('tags.mixed', 'The tags are of both styles: checkers disagree about the disc.');
    if (layer.fast) return;
    const { digests, stopped } = await verifyTags(layer.image, layer.run);
    for (const { what, digest, ok, expected, found } of digests) {
      if (ok) continue;
      const rest = stopped ? ' The rest of the disc was not read.' : '';
      layer.report('tags.digest', `The ${digest} of ${what} is ${found}, and the tag has ${expected}.${rest}`);
      // One changed byte makes every digest wrong.
      return;
    }
  } catch (error) {
    if (!(error instanceof InvalidImageError)) throw error;
    // The area belongs to applications, and a cut disc is reported elsewhere.
    if (error.code === 'checkmedia.bad-tags') layer.report('tags.damaged', error.message);
  }
}
