// A look at some bytes of an image that may be shorter.

import type { Source } from './content.js';

/** `length` bytes from byte `at` on; undefined if the image does not have all of them. */
export async function bytesAt(image: Source, at: number, length: number): Promise<Uint8Array | undefined> {
  if (!(at >= 0 && at + length <= image.size)) return undefined;
  const bytes = new Uint8Array(length);
  await image.read(at, bytes);
  return bytes;
}
