// The signature block: 2 KiB anywhere on the medium that start with a mark of 64 bytes, then hold a detached OpenPGP
// signature over the 512 bytes of tags. The tags name its place; for their digests only the mark counts.

import { InvalidImageError, InvalidInputError } from '../../errors.js';
import type { Patch, Source } from '../../io/index.js';
import { isSignatureBlock, SIGNATURE_HEAD } from './digest-pass.js';
import { SECTOR } from './partition.js';
import { parseTags, readTagArea, tagNumber } from './tag-area.js';
import { BLOCK, volumeSize } from './volume.js';

/** Bytes that a signature may have. */
export const SIGNATURE_ROOM = BLOCK - SIGNATURE_HEAD;

/** The bytes that a signature signs. Throws {@link InvalidImageError} for what has no tags. */
export async function signedBytes(image: Source): Promise<Uint8Array> {
  await volumeSize(image);
  const area = await readTagArea(image);
  if (parseTags(area).length === 0) {
    throw new InvalidImageError('checkmedia.no-tags', 'The image has no media-check tags that could be signed.');
  }
  return area;
}

/** The signature on an image, without the zeros after it; undefined if the block is empty or missing. */
export async function readSignature(image: Source): Promise<Uint8Array | undefined> {
  const at = await signatureBlock(image);
  if (at === undefined) return undefined;
  const room = new Uint8Array(SIGNATURE_ROOM);
  await image.read(at + SIGNATURE_HEAD, room);
  let end = room.length;
  while (end > 0 && room[end - 1] === 0) end--;
  return end === 0 ? undefined : room.subarray(0, end);
}

/**
 * The patch that puts a signature into its block. Throws {@link InvalidInputError} for one that is too long, and
 * {@link InvalidImageError} where the tags name no block.
 */
export async function signaturePatch(image: Source, signature: Uint8Array): Promise<Patch> {
  if (signature.length > SIGNATURE_ROOM) {
    const message = `The signature has ${signature.length} bytes; its block has room for ${SIGNATURE_ROOM}.`;
    throw new InvalidInputError('checkmedia.signature-size', message, { hint: 'Give a detached signature.' });
  }
  const at = await signatureBlock(image);
  if (at === undefined) {
    throw new InvalidImageError('checkmedia.no-signature-block', 'The tags of the image name no signature block.');
  }
  const bytes = new Uint8Array(SIGNATURE_ROOM);
  bytes.set(signature);
  return { at: at + SIGNATURE_HEAD, bytes };
}

/** Byte offset of the block that the tags name. */
async function signatureBlock(image: Source): Promise<number | undefined> {
  await volumeSize(image);
  const sector = tagNumber(parseTags(await readTagArea(image)), 'signature');
  if (sector === undefined) return undefined;
  const at = sector * SECTOR;
  const block = new Uint8Array(BLOCK);
  if (at + BLOCK <= image.size) await image.read(at, block);
  if (isSignatureBlock(block)) return at;
  throw new InvalidImageError(
    'checkmedia.signature-mark',
    'There is no signature block at the place named in the tags.',
    {
      at,
    },
  );
}
