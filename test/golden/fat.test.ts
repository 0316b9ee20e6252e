// The bytes of FAT images, held. A change here is a new layout version: say in `reason` why the bytes had to change.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { timestamp } from '../../src/bytes/time.js';
import { type FatOptions, planFat } from '../../src/format/fat/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { noise } from '../support/trees.js';

const LAYOUT = { version: 1, reason: 'first layout' };

const mtime = timestamp(1_700_000_000);
const LISTING: Readonly<Record<string, number>> = {
  'EFI/BOOT/BOOTX64.EFI': 30_000,
  'EFI/BOOT/grubx64.efi': 12_345,
  'EFI/debian/grub.cfg': 117,
  'A name that needs three entries in all.conf': 2048,
  'ünïcode.txt': 5,
  'Empty.File': 0,
};
const tree = FileTree.of(
  Object.fromEntries(
    Object.entries(LISTING).map(([path, size]) => [path, file(bytesSource(noise(size, size)), { mtime })]),
  ),
  { mtime },
);

const GOLDEN: [string, Partial<FatOptions>, string][] = [
  ['automatic', {}, '3b31d0bd41ba5eeea5830b6548920fb4dffae0130f7b1ff86b04a74fe746aa47'],
  [
    '20 MiB, labelled',
    { size: 20 * 1024 * 1024, label: 'BOOT' },
    '49b8b602f5deea94dbf98fc6cbbcda7e6b16ef8b2e781064316369ec6a336c62',
  ],
  [
    'FAT32, hidden sectors, serial',
    { type: 32, hiddenSectors: 2048, serial: 0x1234abcd },
    'b58100c1008f1ca4a2c7cf50e5eb35882eeb45e55c399893cea3c846c36f835e',
  ],
  [
    'sectors of 4096 bytes',
    { sectorSize: 4096, size: 2 * 1024 * 1024 },
    '007eacdcb18ec6f1ddcaf172d7022ed9d06577ed5628cc17b1e2761a46a5fe22',
  ],
];

describe(`layout version ${LAYOUT.version}: ${LAYOUT.reason}`, () => {
  test.each(GOLDEN)('%s', async (_, options, sha256) => {
    const bytes = await collect(planFat(tree, { seed: 'golden', epoch: mtime, ...options }), quietRun());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  });
});
