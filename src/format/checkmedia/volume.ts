// The part of the primary volume descriptor that media checks rely on: its mark and the size of the volume. ECMA-119 8.4.

import { bytes, reserved, struct, u32be, u32le } from '../../bytes/index.js';
import { InvalidImageError, UnknownImageError } from '../../errors.js';
import type { Source } from '../../io/index.js';

const VOLUME_DESCRIPTOR_AT = 0x8000;
/** Media checks count in logical blocks of 2 KiB and nothing else. */
export const BLOCK = 2048;

const volumeDescriptor = struct('primary volume descriptor', 88, {
  mark: bytes(0, 8),
  reserved1: reserved(8, 72),
  blocks: u32le(80),
  blocksBig: u32be(84),
});

/** Type 1, "CD001", version 1, and the unused byte after it. */
const MARK = Uint8Array.of(0x01, 0x43, 0x44, 0x30, 0x30, 0x31, 0x01, 0x00);

/** Size in bytes of the ISO 9660 volume that starts the image. Throws {@link UnknownImageError} without one. */
export async function volumeSize(image: Source): Promise<number> {
  if (image.size < VOLUME_DESCRIPTOR_AT + BLOCK) throw notIso();
  const block = new Uint8Array(BLOCK);
  await image.read(VOLUME_DESCRIPTOR_AT, block);
  const { mark, blocks, blocksBig } = volumeDescriptor.decode(block);
  if (MARK.some((byte, i) => mark[i] !== byte)) throw notIso();
  if (blocks === 0 || blocks !== blocksBig) {
    throw new InvalidImageError('checkmedia.volume-size', 'The two copies of the volume size do not agree.', {
      at: VOLUME_DESCRIPTOR_AT + 80,
    });
  }
  if (blocks * BLOCK > image.size) {
    const message = `The volume has ${blocks * BLOCK} bytes, the image only ${image.size}: it is cut short.`;
    throw new InvalidImageError('checkmedia.truncated', message, { at: image.size });
  }
  return blocks * BLOCK;
}

function notIso(): UnknownImageError {
  return new UnknownImageError('checkmedia.no-iso', 'The image does not start with an ISO 9660 volume.', {
    at: VOLUME_DESCRIPTOR_AT,
  });
}
