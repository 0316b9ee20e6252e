// EROFS × the kernel where tables get long, attributes many and images are nested.

import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { planErofs } from '../../src/format/erofs/index.js';
import { bytesSource } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, special, symlink } from '../../src/tree/node.js';
import { EROFS_EPOCH, writeErofs } from '../support/erofs-images.js';
import { kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { asLinuxShows, EPOCH, everythingTree, writeSquashfs } from '../support/squashfs-images.js';
import { mounted } from '../support/tools.js';
import { describeDirectory, describeTree, noise } from '../support/trees.js';

const dir = scratchDirectory();
const image = join(dir, 'image');
const [outer, inner] = [join(dir, 'outer'), join(dir, 'inner')];
mkdirSync(outer);
mkdirSync(inner);
const kernel = kernelOracle('mount', 'umount', 'getfattr');

async function expectMountedEquals(tree: FileTree): Promise<void> {
  const expected = await describeTree(asLinuxShows(tree));
  const found = mounted(image, outer, () => describeDirectory(outer));
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [path, entry] of expected) expect(found.get(path), path).toEqual(entry);
}

kernel('a directory of 20 000 entries is found by name, name for name', async () => {
  const names = Array.from({ length: 20_000 }, (_, i) => fromText(`${(i * 7919) % 20_000}-entry`));
  const entries = names.map((name, i) => [name, special('socket', { uid: i * 7 })] as const);
  await writeErofs(FileTree.of({ large: directory({}, entries) }), image);
  mounted(image, outer, () => {
    expect(readdirSync(join(outer, 'large')).sort().join()).toBe([...names].sort().join());
    const wrong = names.filter((name, i) => i % 10 === 0 && statSync(join(outer, 'large', name)).uid !== i * 7);
    expect(wrong).toEqual([]);
  });
});

kernel(
  'attributes: hundreds of one entry, hundreds that are shared, values of many blocks, names before the dots',
  async () => {
    const many = Array.from({ length: 400 }, (_, i) => ({
      name: fromText(`user.attribute-${String(i).padStart(3, '0')}`),
      value: noise(40, i),
    }));
    const large = [{ name: fromText('user.large'), value: noise(50_000, 1) }];
    const tree = FileTree.of({
      'a/one': file(bytesSource(noise(100, 1)), { xattrs: many }),
      'a/two': file(bytesSource(noise(5000, 2)), { xattrs: many }),
      'a/large': file(bytesSource(noise(9000, 3)), { xattrs: large }),
      'a/!before the dots': file(bytesSource(noise(1, 3))),
      'a/-also': symlink(fromText('x'.repeat(4000))),
      '!first': directory({ xattrs: large }),
    });
    for (const options of [{}, { compression: { name: 'lz4' } as const }, { sharedXattrs: 0, blockSize: 512 }]) {
      await writeErofs(tree, image, options);
      await expectMountedEquals(tree);
    }
  },
);

kernel('owners, link counts and sizes beyond the compact form', async () => {
  const linked = file(bytesSource(noise(10, 1)), { mtime: EROFS_EPOCH });
  const names = Array.from({ length: 70_000 }, (_, i) => [fromText(`${i}`), linked] as const);
  await writeErofs(FileTree.of({ links: directory({}, names) }), image);
  mounted(image, outer, () => expect(statSync(join(outer, 'links/69999')).nlink).toBe(70_000));
});

kernel('an uncompressed image is a file of a squashfs, and mounted through it', async () => {
  const tree = asLinuxShows(everythingTree());
  const rootfs = planErofs(tree, { seed: 'nested', epoch: EPOCH });
  await writeSquashfs(FileTree.of({ 'LiveOS/rootfs.img': file(rootfs) }), image);
  const found = mounted(image, outer, () =>
    mounted(join(outer, 'LiveOS/rootfs.img'), inner, () => describeDirectory(inner)),
  );
  expect(found).toEqual(await describeTree(tree));
});

kernel('a compressed image of all sizes around blocks, clusters and segments', async () => {
  const words = Buffer.alloc(9_000_000, 'all sizes around the edges of blocks and segments; ');
  for (let at = 0; at < words.length; at += 997) words[at] = at % 251;
  const sizes = [1, 4095, 4096, 4097, 8191, 8192, 8193, 65_536, 2_097_151, 2_097_152, 2_097_153, 4_194_305, 8_400_000];
  const entries = sizes.flatMap((size) => [
    [fromText(`words-${size}`), file(bytesSource(new Uint8Array(words.subarray(0, size))))] as const,
    [fromText(`noise-${size}`), file(bytesSource(noise(size, 5)))] as const,
    [fromText(`zeros-${size}`), file(bytesSource(new Uint8Array(size)))] as const,
  ]);
  const tree = FileTree.of({ '/': directory({}, entries) });
  for (const compression of [{ name: 'lz4' }, { name: 'zstd', level: 1 }] as const) {
    for (const options of [{}, { clusterSize: 65_536, tailPacking: true }, { interlaced: true }]) {
      await writeErofs(tree, image, { compression, ...options });
      await expectMountedEquals(tree);
    }
  }
});
