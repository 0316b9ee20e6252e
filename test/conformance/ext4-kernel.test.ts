// ext4 × the kernel's own driver: what is mounted equals the tree; what is mounted can be written to.
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { bytesSource } from '../../src/io/memory.js';
import { exclude } from '../../src/tree/exclude.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, special, symlink } from '../../src/tree/node.js';
import { expectClean, mounted, possibleXattrs, withHoles, writeExt4 } from '../support/ext4.js';
import { judge, kernelOracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, noise, treeArbitrary } from '../support/trees.js';

const scratch = scratchDirectory();

async function expectSame(tree: FileTree, image: string): Promise<void> {
  const seen = mounted(image, 'ro,noload', describeDirectory);
  const made = seen.get('lost+found')!;
  if (!tree.get('lost+found')) seen.delete('lost+found');
  expect(made.kind).toBe('directory');
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(await describeTree(tree)));
}

describe('the kernel reads ext4 images as the tree they were made of', () => {
  kernelOracle('mount', 'getfattr')('random trees', async () => {
    await fc.assert(
      fc.asyncProperty(treeArbitrary(), fc.constantFrom(1024, 2048, 4096), async (random, blockSize) => {
        const tree = withHoles(possibleXattrs(exclude(random, [fromText('/lost+found')])));
        const image = join(scratch, 'random.img');
        await writeExt4(tree, image, { blockSize });
        await expectSame(tree, image);
      }),
      { numRuns: runs(20) },
    );
  });

  kernelOracle('mount', 'getfattr')('what random trees seldom hold', async () => {
    const named = special('character-device', { mode: 0o600 }, 4095, 0xfffff);
    const link = symlink(fromText('t'.repeat(1000)));
    const acl = Buffer.from(
      '0200000001000600ffffffff02000700e803000004000500ffffffff10000700ffffffff20000400ffffffff',
      'hex',
    );
    const bytes = noise(200_000, 1);
    bytes.fill(0, 4096, 90_000);
    const tree = FileTree.of({
      '': directory({ mode: 0o1775, uid: 70_000, mtime: timestamp(-5_000_000, 7) }),
      'lost+found/kept': file(bytesSource(noise(10, 2))),
      'devices/a': named,
      'devices/b': named,
      'devices/old': special('block-device', {}, 8, 1),
      'links/a': link,
      'links/b': link,
      'links/59': symlink(fromText('s'.repeat(59))),
      'links/60': symlink(fromText('s'.repeat(60))),
      sparse: file({ ...bytesSource(bytes), holes: [{ at: 4100, length: 85_000 }] }),
      acl: file(bytesSource(noise(5, 3)), {
        mode: 0o674,
        xattrs: [{ name: fromText('system.posix_acl_access'), value: new Uint8Array(acl) }],
      }),
      capable: file(bytesSource(noise(5, 4)), {
        xattrs: [
          {
            name: fromText('security.capability'),
            value: new Uint8Array(Buffer.from('0100000200200000000000000000000000000000', 'hex')),
          },
          { name: fromText('user.large'), value: noise(3900, 5) },
        ],
      }),
    });
    const image = join(scratch, 'seldom.img');
    await writeExt4(tree, image);
    await expectSame(tree, image);
    expect(mounted(image, 'ro', (top) => statSync(join(top, 'sparse')).blocks * 512)).toBe(30 * 4096);
    expect(judge('debugfs', ['-R', 'stat /acl', image]).stdout).toContain('system.posix_acl_access');
  });

  kernelOracle('mount')('an indexed directory of 100 000 names', async () => {
    // Two, for one inode cannot have so many names.
    const leaves = [special('fifo'), special('socket')] as const;
    const names = Array.from({ length: 100_000 }, (_, turn) => fromText(`name-${turn}-ä`));
    const image = join(scratch, 'index.img');
    await writeExt4(
      FileTree.of({
        d: directory(
          {},
          names.map((name, turn) => [name, leaves[turn % 2]!]),
        ),
      }),
      image,
    );
    mounted(image, 'ro', (top) => {
      for (const name of names) statSync(Buffer.from(`${top}/d/${name}`, 'latin1'));
    });
  });
});

describe('the kernel writes to ext4 images', () => {
  for (const journal of [true, false]) {
    kernelOracle('mount', 'e2fsck')(`${journal ? 'with' : 'without'} a journal`, async () => {
      const names = Array.from({ length: 2000 }, (_, turn) => [fromText(`old-${turn}`), special('fifo')] as const);
      const tree = FileTree.of({ d: directory({}, names), large: file(bytesSource(noise(3_000_000, 1))) });
      const original = join(scratch, 'original.img');
      const image = join(scratch, 'written.img');
      await writeExt4(tree, original, { journal, slack: 100_000_000 });
      copyFileSync(original, image);
      mounted(image, 'rw', (top) => {
        mkdirSync(join(top, 'd/new'));
        for (let turn = 0; turn < 500; turn++) writeFileSync(join(top, 'd', `new-${turn}`), `${turn}`);
        for (let turn = 0; turn < 1000; turn++) rmSync(join(top, 'd', `old-${turn * 2}`));
        rmSync(join(top, 'large'));
        const fd = openSync(join(top, 'written'), 'w');
        writeSync(fd, noise(20_000_000, 9));
        fsyncSync(fd);
        closeSync(fd);
      });
      expectClean(image);
      mounted(image, 'ro', (top) => expect(readFileSync(join(top, 'd/new-499'), 'utf8')).toBe('499'));
    });
  }
});
