// Images reduced to what media checks look at: a volume descriptor, a partition table, and marks at every boundary.
import type { Patch } from '../../src/io/seal.js';

/** Sizes in sectors of 512 bytes. */
export interface SkeletonOptions {
  readonly name?: string;
  readonly full: number;
  readonly iso: number;
  readonly pad: number;
  readonly partition?: { start: number; sectors: number };
  /** Sector with an empty signature block. */
  readonly signature?: number;
}

/**
 * An image as the test generator of checkmedia makes it, so that digests taken by the original tools are known for it:
 * four bytes of text at the start and end of the volume, the partition and the whole image, zeros elsewhere.
 */
export function skeletonImage({ name = '', full, iso, pad, partition, signature }: SkeletonOptions): Uint8Array {
  const image = Buffer.alloc(full * 512);
  image.write('\x01CD001\x01\x00', 0x8000, 'latin1');
  image.writeUInt32LE(iso / 4, 0x8050);
  image.writeUInt32BE(iso / 4, 0x8054);
  image.write('efgh', (iso - pad) * 512 - 4);
  image.write(name.padEnd(128), 0x823e);
  if (full > iso) {
    image.write('ijkl', iso * 512);
    image.write('uvwx', full * 512 - 4);
  }
  if (partition) {
    image.write('abcd', 0);
    image.writeUInt16LE(0xaa55, 0x1fe);
    for (const [i, value] of [0xffff_ff00, 0xffff_ff83, partition.start, partition.sectors].entries()) {
      image.writeUInt32LE(value, 0x1be + i * 4);
    }
    image.write('mnop', partition.start * 512);
    image.write('qrst', (partition.start + partition.sectors) * 512 - 4);
  }
  if (signature) image.write('7984fc91-a43f-4e45-bf27-6d3aa08b24cf', signature * 512);
  return new Uint8Array(image);
}

/** The image with patches applied. */
export function patched(image: Uint8Array, patches: readonly Patch[]): Uint8Array {
  const copy = image.slice();
  for (const { at, bytes } of patches) copy.set(bytes, at);
  return copy;
}

/** Text of the tag area without its filling. */
export function tagText(image: Uint8Array): string {
  return Buffer.from(image.subarray(0x8373, 0x8373 + 512))
    .toString('latin1')
    .replace(/[ \0]+$/, '');
}
