// gzip files of one member (RFC 1952) whose deflate stream consists of several parts, as Linux wants an initrd to be: its
// unpacker takes one member for each archive.

import { crc32 } from 'node:zlib';
import { concatBytes } from '../../bytes/index.js';
import type { Container } from './container.js';

/** No name, no time, an unknown operating system: nothing of the machine. */
const HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/** An empty block with fixed codes, which ends the stream. */
const LAST_BLOCK = [0x03, 0x00];
const LARGEST_STORED = 0xffff;

export const gzip: Container<'gzip'> = {
  name: 'gzip',
  levels: { least: 1, most: 12, usual: 6 },
  partSize: 1024 * 1024,
  codec: 'gzip-part',
  parameters: (level) => [level],
  open: () => {
    let checksum = 0;
    let size = 0;
    return {
      head: () => Uint8Array.from(HEADER),
      part(bytes, coded) {
        checksum = crc32(bytes, checksum);
        size += bytes.length;
        return coded ? [coded] : stored(bytes);
      },
      tail() {
        const end = Buffer.alloc(8);
        end.writeUInt32LE(checksum, 0);
        end.writeUInt32LE(size % 2 ** 32, 4);
        return concatBytes([Uint8Array.from(LAST_BLOCK), end]);
      },
    };
  },
};

/** Stored blocks, none of them the last. A part starts at a whole byte. */
function stored(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += LARGEST_STORED) {
    const block = bytes.subarray(at, at + LARGEST_STORED);
    const header = Buffer.alloc(5);
    header.writeUInt16LE(block.length, 1);
    header.writeUInt16LE(block.length ^ 0xffff, 3);
    blocks.push(header, block);
  }
  return blocks;
}
