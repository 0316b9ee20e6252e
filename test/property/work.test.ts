// The cost of reading grows with the image and not faster: counters are watched while sound and hostile images double.
import { describe, expect, test } from 'vitest';
import { planDisc } from '../../src/disc/index.js';
import { InvalidImageError } from '../../src/errors.js';
import { openVolume as openErofs } from '../../src/format/erofs/read.js';
import { readTree as readErofs } from '../../src/format/erofs/read-tree.js';
import { planExt4 } from '../../src/format/ext4/index.js';
import { readTree as readExt4 } from '../../src/format/ext4/read-tree.js';
import { Volume as Ext4Volume } from '../../src/format/ext4/read-volume.js';
import { planFat } from '../../src/format/fat/index.js';
import { findVolume } from '../../src/format/fat/read.js';
import { readTree as readFat } from '../../src/format/fat/read-tree.js';
import { Volume as FatVolume } from '../../src/format/fat/read-volume.js';
import { readTree as readIso } from '../../src/format/iso9660/read-tree.js';
import { Volume as IsoVolume } from '../../src/format/iso9660/read-volume.js';
import { readTree as readSquashfs } from '../../src/format/squashfs/read-tree.js';
import { Volume as SquashfsVolume } from '../../src/format/squashfs/read-volume.js';
import { superblock } from '../../src/format/squashfs/superblock.js';
import { readTree as readUdf } from '../../src/format/udf/read-tree.js';
import { Volume as UdfVolume } from '../../src/format/udf/read-volume.js';
import { quietRun } from '../../src/io/content.js';
import { renderedContent } from '../../src/io/exact.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { erofsBytes } from '../support/erofs-images.js';
import { squashfsBytes } from '../support/squashfs-images.js';
import { noise } from '../support/trees.js';

const run = quietRun();
const given = { epoch: { seconds: 1_700_000_000, nanoseconds: 0 }, seed: 's' };
const small = (count: number) =>
  Array.from({ length: count }, (_, i) => [`a${i}`, file(bytesSource(noise(10, i)))] as const);
const treeOf = (count: number) => FileTree.of(Object.fromEntries(small(count)));

type Reading = (image: Uint8Array) => Promise<number>;

/** Units of work that reading the tree took, also where it ended in an error about the image. */
async function spentBy(work: { readonly spent: number }, read: () => Promise<unknown>): Promise<number> {
  const [outcome] = await Promise.allSettled([read()]);
  if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(InvalidImageError);
  return work.spent;
}

const squashfs: Reading = async (image) => {
  const volume = await SquashfsVolume.open(bytesSource(image), 'auto');
  return spentBy(volume.work, () => readSquashfs(volume));
};
const erofs: Reading = async (image) => {
  const volume = await openErofs(bytesSource(image), 'auto');
  return spentBy(volume.work, () => readErofs(volume));
};
const fat: Reading = async (image) => {
  const volume = await FatVolume.open(bytesSource(image));
  return spentBy(volume.work, () => readFat(volume));
};

describe('sound images: twice the entries, twice the work', () => {
  const kinds: readonly (readonly [name: string, make: (count: number) => Promise<Uint8Array>, read: Reading])[] = [
    ['squashfs', (count) => squashfsBytes(treeOf(count)), squashfs],
    [
      'ext4',
      (count) => collect(planExt4(treeOf(count), given), run),
      async (image) => {
        const volume = await Ext4Volume.open(bytesSource(image));
        return spentBy(volume.work, () => readExt4(volume));
      },
    ],
    ['erofs', (count) => erofsBytes(treeOf(count)), erofs],
    ['fat', (count) => collect(planFat(treeOf(count), given), run), fat],
    [
      'iso9660',
      (count) => collect(planDisc(treeOf(count), given), run),
      async (image) => {
        const volume = await IsoVolume.open(bytesSource(image));
        return spentBy(volume.work, () => readIso(volume, 'rock-ridge'));
      },
    ],
    [
      'udf',
      (count) => collect(planDisc(treeOf(count), { ...given, udf: '2.60', iso9660: false }), run),
      async (image) => {
        const volume = await UdfVolume.open(bytesSource(image));
        return spentBy(volume.work, () => readUdf(volume));
      },
    ],
  ];
  test.each(kinds)('%s', async (_, make, read) => {
    const [one, two] = [await read(await make(500)), await read(await make(1000))];
    expect(one).toBeGreaterThan(0);
    expect(two).toBeLessThan(2.5 * one + 100_000);
  });
});

test('squashfs: inodes that all claim one long list of blocks cost no more than the image is worth', async () => {
  const costs: number[] = [];
  for (const count of [250, 500, 1000]) {
    const listed = 40 * count * 4096;
    const zeros = renderedContent(listed, () => new Uint8Array(listed));
    const tree = FileTree.of({ ...Object.fromEntries(small(count)), 'z/large': file(zeros) });
    const image = await squashfsBytes(tree, { blockSize: 4096, stored: ['inodes'], exportTable: false });
    const view = new DataView(image.buffer, image.byteOffset, image.length);
    const { inodeTableAt } = superblock.decode(image);
    const put = (at: number, value: number) => {
      for (let i = 0; i < 4; i++) {
        const content = at + i;
        view.setUint8(inodeTableAt + content + 2 * (Math.floor(content / 8192) + 1), (value >>> (8 * i)) & 0xff);
      }
    };
    for (let inode = 0; inode < count; inode++) {
      put(inode * 32 + 20, 0xffff_ffff);
      put(inode * 32 + 28, listed);
    }
    costs.push((await squashfs(image)) / image.length);
  }
  // Units for each byte of the image. Lists that cost their length each would take thousands, and more with every doubling.
  expect(Math.max(...costs)).toBeLessThan(64);
});

test('fat: a chain that jumps from one end of the table to the other reads each part of it once', async () => {
  const costs: number[] = [];
  for (const clusters of [70_000, 140_000]) {
    const size = clusters * 512;
    const zeros = renderedContent(size, () => new Uint8Array(size));
    const image = await collect(
      planFat(FileTree.of({ large: file(zeros) }), { ...given, type: 32, clusterSize: 512 }),
      run,
    );
    const { areas } = (await findVolume(bytesSource(image)))!;
    const view = new DataView(image.buffer, image.byteOffset + areas.tableAt, areas.tableSize);
    // From cluster 3 on: the first half and the second half in turn.
    const half = Math.floor((clusters - 2) / 2);
    for (let i = 0; i < half - 1; i++) {
      view.setUint32((3 + i) * 4, 3 + half + i, true);
      view.setUint32((3 + half + i) * 4, 3 + i + 1, true);
    }
    costs.push(await fat(image));
  }
  expect(costs[1]).toBeLessThan(2.5 * costs[0]!);
});
