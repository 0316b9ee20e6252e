// A disk with partitions is no file system: the message says where its file systems are.
import { expect, test } from 'vitest';
import { openImage } from '../../../src/image/index.js';
import { bytesSource } from '../../../src/io/memory.js';

test('a partitioned disk is refused with the numbers of its partitions', async () => {
  const disk = Buffer.alloc(1 << 20);
  for (const [i, start] of [64, 600].entries()) {
    const at = 446 + 16 * i;
    disk[at + 4] = 0x83;
    disk.writeUInt32LE(start, at + 8);
    disk.writeUInt32LE(400, at + 12);
  }
  disk.writeUInt16LE(0xaa55, 510);
  await expect(openImage(bytesSource(disk))).rejects.toMatchObject({
    code: 'image.unknown',
    message: 'This is a disk with partitions, not a file system.',
    hint: 'It has 1, 2. Name one after the image: disk.img/#1.',
  });
});
