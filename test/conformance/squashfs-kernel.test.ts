// squashfs × the Linux kernel's driver: every entry of the mounted image equals the tree.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { judge, kernelOracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import {
  asLinuxShows,
  everythingTree,
  GZIP,
  MANY_ENTRIES,
  SQUASHFS,
  STORED,
  sparseContent,
  writeSquashfs,
} from '../support/squashfs-images.js';
import { describeDirectory, describeTree, noise, treeArbitrary } from '../support/trees.js';

const dir = scratchDirectory();
const image = join(dir, 'image.sqfs');
const mountPoint = join(dir, 'mnt');
mkdirSync(mountPoint);
const kernel = kernelOracle('mount', 'umount', 'getfattr');

function mounted<T>(look: (top: string) => T): T {
  const verdict = judge('mount', ['-t', 'squashfs', '-o', 'loop,ro', image, mountPoint]);
  expect(verdict, 'mount').toMatchObject({ status: 0 });
  try {
    return look(mountPoint);
  } finally {
    expect(judge('umount', [mountPoint])).toMatchObject({ status: 0 });
  }
}

async function expectMountedEquals(tree: FileTree): Promise<void> {
  const expected = await describeTree(asLinuxShows(tree));
  const found = mounted(describeDirectory);
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [path, entry] of expected) expect(found.get(path), path).toEqual(entry);
}

for (const blockSize of [4096, 131_072, 1_048_576]) {
  for (const [name, options] of Object.entries({
    'as by default': {},
    'without fragments and export table': { fragments: false, exportTable: false },
    'with tails packed and zeros written out': { tailPacking: true, sparse: false },
    'without compression': { compression: STORED },
  })) {
    kernel(`a tree of everything, ${blockSize} byte blocks, ${name}`, async () => {
      await writeSquashfs(everythingTree(MANY_ENTRIES), image, { blockSize, ...options });
      await expectMountedEquals(everythingTree(MANY_ENTRIES));
    });
  }
}

kernel('random trees, block sizes and switches', async () => {
  const switches = fc.record({
    blockSize: fc.constantFrom(4096, 8192, 65_536, 1_048_576),
    compression: fc.constantFrom(GZIP, STORED),
    fragments: fc.boolean(),
    exportTable: fc.boolean(),
    sparse: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(treeArbitrary(SQUASHFS), switches, async (tree, options) => {
      await writeSquashfs(tree, image, { ...options, tailPacking: options.fragments });
      await expectMountedEquals(tree);
    }),
    { numRuns: runs(30) },
  );
});

kernel('one huge file with holes: only the data takes space, and the kernel counts it so', async () => {
  const size = 6 * 1024 ** 3 + 12_345;
  const content = sparseContent(size, [
    { at: 0, length: 300_000 },
    { at: 5 * 1024 ** 3 + 7, length: 1_000_000 },
  ]);
  const layout = await writeSquashfs(FileTree.of({ 'LiveOS/rootfs.img': file(content) }), image, {
    blockSize: 1_048_576,
  });
  expect(layout.sizeLimit).toBeLessThan(8_000_000);
  mounted((top) => {
    const path = join(top, 'LiveOS/rootfs.img');
    const [bytes, blocks] = judge('stat', ['-c', '%s %b', path]).stdout.trim().split(' ').map(Number);
    expect(bytes).toBe(size);
    expect(blocks! * 512).toBeLessThanOrEqual(4 * 1_048_576);
    const digest = judge('sh', ['-c', `tail -c +${5 * 1024 ** 3 + 8} "$1" | head -c 1000000 | sha256sum`, 'sh', path]);
    expect(digest.stdout.slice(0, 64)).toBe(
      createHash('sha256')
        .update(noise(1_000_000, 5 * 1024 ** 3 + 7))
        .digest('hex'),
    );
  });
});
