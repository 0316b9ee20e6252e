// ext4 × e2fsck: nothing to complain about, for any tree and any option.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type ByteString, fromText } from '../../src/bytes/text.js';
import { planExt4 } from '../../src/format/ext4/index.js';
import { bytesSource, zeroContent } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, type Node, special, symlink } from '../../src/tree/node.js';
import { BASE, expectClean, withHoles, writeExt4 } from '../support/ext4.js';
import { judge, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise, POSIX, treeArbitrary } from '../support/trees.js';

const scratch = scratchDirectory();

// e2fsck takes times from 2310-04-04 on for times before 1970; the kernel's driver reads them right (ext4-kernel.test.ts).
const limits = { ...POSIX, times: [POSIX.times[0], 2 ** 33 + 2 ** 31 - 1] as const };

const BLOCK_SIZES = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

const optionsArbitrary = fc.record(
  {
    blockSize: fc.constantFrom(...BLOCK_SIZES),
    inodeSize: fc.constantFrom(256, 512, 1024),
    journal: fc.constantFrom(true, false, 1024),
    growable: fc.boolean(),
    dirIndex: fc.boolean(),
    slack: fc.constantFrom(0, 1, 5_000_000, 200_000_000),
    reservedPercent: fc.constantFrom(0, 5, 50),
    label: fc.constantFrom('', 'Grüße', '0123456789abcdef'),
  },
  { requiredKeys: [] },
);

describe('ext4 images are clean', () => {
  oracle('e2fsck')('random trees, random options', async () => {
    await fc.assert(
      fc.asyncProperty(treeArbitrary(limits), optionsArbitrary, async (random, options) => {
        const tree = withHoles(random);
        const image = join(scratch, 'random.img');
        await writeExt4(tree, image, options);
        expectClean(image);
      }),
      { numRuns: runs(60) },
    );
  });

  oracle('e2fsck')('an empty tree, at every block size', async () => {
    for (const blockSize of BLOCK_SIZES) {
      const image = join(scratch, 'empty.img');
      await writeExt4(FileTree.of({}), image, { blockSize });
      expectClean(image);
    }
  });

  oracle('e2fsck')('given sizes around the borders of groups', async () => {
    for (const blockSize of [1024, 4096, 65_536]) {
      const group = Math.min(blockSize * 8, 65_528) * blockSize;
      for (const blocks of [-1, 0, 1, 49, 60, 200, 800]) {
        for (const groups of [1, 2, 17]) {
          const image = join(scratch, 'border.img');
          await writeExt4(FileTree.of({}), image, { blockSize, size: groups * group + blocks * blockSize + 100 });
          expectClean(image);
        }
      }
    }
  });

  oracle('e2fsck')('a descriptor table too long for one group lies in many', async () => {
    const image = join(scratch, 'meta.img');
    const layout = await writeExt4(FileTree.of({}), image, {
      blockSize: 1024,
      blocksPerGroup: 256,
      size: 900 * 2 ** 20,
    });
    expect(layout.features).toContain('meta_bg');
    expect(layout.features).not.toContain('resize_inode');
    expectClean(image);
  });

  oracle('e2fsck')('a file with thousands of extents', async () => {
    const blocks = 6000;
    const holes = Array.from({ length: blocks }, (_, turn) => ({ at: turn * 8192, length: 4096 }));
    const bytes = new Uint8Array(blocks * 8192);
    for (let turn = 0; turn < blocks; turn++) bytes.fill(turn, turn * 8192 + 4096, turn * 8192 + 8192);
    const image = join(scratch, 'extents.img');
    await writeExt4(FileTree.of({ sparse: file({ ...bytesSource(bytes), holes }) }), image, { journal: false });
    expectClean(image);
  });

  oracle('e2fsck')('files and holes larger than a group', async () => {
    const image = join(scratch, 'large.img');
    const tree = FileTree.of({
      a: file({ ...zeroContent(300 * 2 ** 20), holes: [] }),
      b: file(zeroContent(5 * 2 ** 40)),
      c: file({ ...zeroContent(2 ** 32 + 5000), holes: [{ at: 100, length: 2 ** 32 }] }),
    });
    await writeExt4(tree, image);
    expectClean(image);
    rmSync(image);
  });

  oracle('e2fsck')('directories with an index of one and of two levels', async () => {
    for (const [names, length, blockSize] of [
      [300, 12, 4096],
      [100_000, 30, 4096],
      [40_000, 60, 1024],
      [40_000, 60, 65_536],
    ] as const) {
      const leaf = special('fifo');
      const entries = new Map<ByteString, Node>();
      for (let turn = 0; turn < names; turn++)
        entries.set(fromText(`${turn}`.padStart(length, 'n')), turn % 2 ? leaf : symlink(fromText('x')));
      const image = join(scratch, 'many.img');
      await writeExt4(FileTree.of<never>({ 'a/b': directory<never>({}, entries as never) }), image, { blockSize });
      expectClean(image);
    }
  });

  oracle('e2fsck')('65 000 subdirectories and more', async () => {
    const empty = directory({});
    for (const count of [64_998, 64_999]) {
      const entries = Array.from({ length: count }, (_, turn) => [fromText(`d${turn}`), empty] as const);
      const image = join(scratch, 'subdirectories.img');
      await writeExt4(FileTree.of({ top: directory({}, entries) }), image, { journal: false });
      expectClean(image);
      rmSync(image);
    }
  });

  oracle('e2fsck')('attributes in inodes and in shared blocks', async () => {
    const many = (turn: number) => ({
      xattrs: [
        { name: fromText('security.selinux'), value: new Uint8Array(40).fill(65) },
        { name: fromText('user.large'), value: noise(2000, turn % 3) },
        { name: fromText('user.\xe4\xff' as ByteString), value: noise(turn % 9, turn) },
        { name: fromText('user.none'), value: new Uint8Array(0) },
      ],
    });
    const entries = Array.from({ length: 3000 }, (_, turn) => [`f${turn}`, special('fifo', many(turn % 3))] as const);
    const image = join(scratch, 'attributes.img');
    await writeExt4(FileTree.of(Object.fromEntries(entries)), image);
    expectClean(image);
  });

  oracle('e2fsck', 'debugfs')('an image inside an image', async () => {
    const inner = planExt4(FileTree.of({ f: file(bytesSource(noise(500_000, 1))) }), { ...BASE, slack: 40_000_000 });
    const outer = join(scratch, 'outer.img');
    const layout = await writeExt4(FileTree.of({ 'LiveOS/rootfs.img': file(inner) }), outer, { journal: false });
    expectClean(outer);
    expect(layout.size).toBeLessThan(inner.size / 2);
    const copy = join(scratch, 'inner.img');
    judge('debugfs', ['-R', `dump /LiveOS/rootfs.img ${copy}`, outer]);
    expectClean(copy);
  });
});
