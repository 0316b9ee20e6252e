// One zstd frame (RFC 8878) whose blocks are compressed in several parts. Linux unpacks one frame for each archive, with a
// window of at most 128 MiB (lib/decompress_unzstd.c).

import type { Container } from './container.js';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** No size, no checksum, no dictionary: a window descriptor follows. */
const DESCRIPTOR = 0x00;
const WINDOW_LOG = 23;
const WINDOW_DESCRIPTOR = (WINDOW_LOG - 10) << 3;
/** A raw block of no bytes, the last one. */
const LAST_BLOCK = [0x01, 0x00, 0x00];
const LARGEST_BLOCK = 128 * 1024;

export const zstd: Container<'zstd'> = {
  name: 'zstd',
  levels: { least: -7, most: 22, usual: 15 },
  partSize: 2 ** WINDOW_LOG,
  codec: 'zstd-part',
  parameters: (level) => [level],
  open: () => ({
    head: () => Uint8Array.of(...MAGIC, DESCRIPTOR, WINDOW_DESCRIPTOR),
    part: (bytes, coded) => (coded ? [coded] : raw(bytes)),
    tail: () => Uint8Array.from(LAST_BLOCK),
  }),
};

/** Raw blocks, none of them the last: a length above three bits. */
function raw(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += LARGEST_BLOCK) {
    const block = bytes.subarray(at, at + LARGEST_BLOCK);
    const header = Buffer.alloc(3);
    header.writeUIntLE(block.length << 3, 0, 3);
    blocks.push(header, block);
  }
  return blocks;
}
