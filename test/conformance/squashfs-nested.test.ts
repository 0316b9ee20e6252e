// squashfs × ext4 × the kernel: the layout of live media, a file system image inside a squashfs, mounted through both.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { planExt4 } from '../../src/format/ext4/index.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { asLinuxShows, EPOCH, everythingTree, writeSquashfs } from '../support/squashfs-images.js';
import { describeDirectory, describeTree } from '../support/trees.js';

const dir = scratchDirectory();
const GIGABYTE = 1024 ** 3;

kernelOracle(
  'mount',
  'umount',
  'getfattr',
)('an ext4 image of a gigabyte, mostly empty, takes what its files take', async () => {
  const image = join(dir, 'live.sqfs');
  const [outer, inner] = [join(dir, 'outer'), join(dir, 'inner')];
  mkdirSync(outer);
  mkdirSync(inner);
  const tree = asLinuxShows(everythingTree());
  const rootfs = planExt4(tree, { size: GIGABYTE, seed: 'nested', epoch: EPOCH });
  const live = FileTree.of({ 'LiveOS/rootfs.img': file(rootfs) });
  const layout = await writeSquashfs(live, image, { blockSize: 1_048_576 });
  expect(layout.blocks).toBe(1024);
  expect(layout.sizeLimit).toBeLessThan(GIGABYTE / 8);
  expect(statSync(image).size).toBeLessThan(2_000_000);
  expect(judge('mount', ['-t', 'squashfs', '-o', 'loop,ro', image, outer])).toMatchObject({ status: 0 });
  try {
    expect(judge('mount', ['-t', 'ext4', '-o', 'loop,ro,noload', `${outer}/LiveOS/rootfs.img`, inner])).toMatchObject({
      status: 0,
    });
    try {
      const found = describeDirectory(inner);
      found.delete('lost+found');
      expect(found).toEqual(await describeTree(tree));
    } finally {
      judge('umount', [inner]);
    }
  } finally {
    judge('umount', [outer]);
  }
});
