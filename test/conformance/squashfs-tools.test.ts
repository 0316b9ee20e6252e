// squashfs × squashfs-tools, squashfs-tools-ng, squashfuse, 7-Zip and GRUB: none finds a fault, and all see the same tree.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { chooseCompression } from '../../src/compress/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
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
import { describeDirectory, describeTree, treeArbitrary } from '../support/trees.js';

const dir = scratchDirectory();
const image = join(dir, 'image.sqfs');
const unpacked = join(dir, 'unpacked');
const theirs = join(dir, 'theirs.sqfs');

const CLEAN = { status: 0, stderr: '' };

function unpack(): void {
  rmSync(unpacked, { recursive: true, force: true });
  const verdict = judge('unsquashfs', ['-strict-errors', '-quiet', '-no-progress', '-d', unpacked, image]);
  expect(verdict).toMatchObject(CLEAN);
}

// Only root can make devices and set owners, so only root can compare what was unpacked.
kernelOracle(
  'unsquashfs',
  'mksquashfs',
  'sqfsdiff',
  'getfattr',
)('unsquashfs unpacks the tree, and mksquashfs makes an equal image of it', async () => {
  await writeSquashfs(everythingTree(MANY_ENTRIES), image);
  unpack();
  expect(describeDirectory(unpacked)).toEqual(await describeTree(asLinuxShows(everythingTree(MANY_ENTRIES))));
  const packed = judge('mksquashfs', [unpacked, theirs, '-noappend', '-quiet', '-no-progress']);
  expect(packed).toMatchObject({ status: 0 });
  const difference = judge('sqfsdiff', ['-a', theirs, '-b', image]);
  expect(difference).toMatchObject({ status: 0, stdout: '', stderr: '' });
});

kernelOracle(
  'unsquashfs',
  'mksquashfs',
  'sqfsdiff',
)('random trees equal what mksquashfs makes of them', async () => {
  const switches = fc.record({
    blockSize: fc.constantFrom(4096, 16_384, 131_072),
    compression: fc.constantFrom(GZIP, STORED),
    fragments: fc.boolean(),
    exportTable: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(treeArbitrary(SQUASHFS).map(asLinuxShows), switches, async (tree, options) => {
      await writeSquashfs(tree, image, options);
      unpack();
      rmSync(theirs, { force: true });
      // With the same blocks, so that the same files count as sparse and have extended inodes for it.
      const blocks = ['-b', String(options.blockSize), ...(options.fragments ? [] : ['-no-fragments'])];
      judge('mksquashfs', [unpacked, theirs, '-noappend', '-quiet', '-no-progress', ...blocks]);
      expect(judge('sqfsdiff', ['-a', theirs, '-b', image])).toMatchObject({ status: 0, stdout: '' });
    }),
    { numRuns: runs(20) },
  );
});

oracle('unsquashfs')('the superblock says what was asked for', async () => {
  const compression = chooseCompression({ name: 'gzip', level: 3 });
  await writeSquashfs(everythingTree(MANY_ENTRIES), image, { compression, blockSize: 65_536, tailPacking: true });
  const facts = judge('unsquashfs', ['-s', image]);
  expect(facts).toMatchObject(CLEAN);
  expect(facts.stdout).toContain('Compression gzip\n\tcompression-level 3\n\twindow-size 15\n');
  expect(facts.stdout).toContain('Block size 65536');
  expect(facts.stdout).toContain('Always-use-fragments option is specified');
  expect(facts.stdout).toContain('Filesystem is exportable via NFS');
  expect(facts.stdout).toContain('Tue Nov 14 22:13:20 2023');
});

oracle('unsquashfs')('lists every entry with owner, mode and device', async () => {
  await writeSquashfs(everythingTree(MANY_ENTRIES), image, { blockSize: 4096 });
  const listing = judge('unsquashfs', ['-lln', image]);
  expect(listing).toMatchObject(CLEAN);
  const lines = listing.stdout.split('\n');
  expect(lines.some((line) => /^-rwsr-xr-x 4294967294\/65537 +6 .*\/etc\/hostname$/.test(line))).toBe(true);
  expect(lines.some((line) => /^crw-rw-rw- 0\/0 +1, +3 .*\/dev\/null$/.test(line))).toBe(true);
  expect(lines.filter((line) => line.includes('/large/entry-'))).toHaveLength(MANY_ENTRIES);
});

oracle('rdsquashfs')('rdsquashfs describes every entry and reads the attributes', async () => {
  await writeSquashfs(everythingTree(MANY_ENTRIES), image);
  const description = judge('rdsquashfs', ['-d', image]);
  expect(description).toMatchObject(CLEAN);
  const entries = description.stdout.split('\n').filter((line) => /^(dir|file|slink|nod|pipe|sock|link) /.test(line));
  // The root is not among them.
  expect(entries).toHaveLength([...walk(everythingTree(MANY_ENTRIES))].length - 1);
  const attributes = judge('rdsquashfs', ['-x', '/etc/label', image]);
  expect(attributes).toMatchObject(CLEAN);
  expect(attributes.stdout).toContain(`security.label=${'a label that many entries share'.repeat(3)}`);
});

oracle('7z')('7-Zip tests every file', async () => {
  await writeSquashfs(everythingTree(MANY_ENTRIES), image);
  const verdict = judge('7z', ['t', image]);
  expect(verdict).toMatchObject(CLEAN);
  expect(verdict.stdout).toContain('Everything is Ok');
});

oracle('grub-fstest')('GRUB lists and reads what it boots from', async () => {
  const boot = FileTree.of({
    'boot/grub/grub.cfg': file(bytesSource(new TextEncoder().encode('menuentry live {}\n'.repeat(40)))),
    'boot/vmlinuz': file(sparseContent(3_000_000, [{ at: 1_200_000, length: 400_000 }])),
    'boot/many': directory(
      {},
      Array.from(
        { length: 900 },
        (_, i) => [fromText(`module-${i}.mod`), file(bytesSource(new Uint8Array(i)))] as const,
      ),
    ),
  });
  await writeSquashfs(boot, image);
  const listing = judge('grub-fstest', [image, 'ls', '--', '(loop0)/boot/many']);
  expect(listing.status).toBe(0);
  expect(listing.stdout.match(/module-\d+\.mod/g)).toHaveLength(900);
  for (const path of ['boot/grub/grub.cfg', 'boot/vmlinuz', 'boot/many/module-899.mod']) {
    const node = boot.get(path);
    if (node?.kind !== 'file') throw new Error(`${path} is not a file`);
    const source = join(dir, 'source');
    writeFileSync(source, await collect(node.content, quietRun()));
    expect(judge('grub-fstest', [image, 'cmp', `(loop0)/${path}`, source]), path).toMatchObject({ status: 0 });
  }
});

kernelOracle('squashfuse', 'umount')('squashfuse shows the same contents', async () => {
  const top = join(dir, 'fuse');
  mkdirSync(top);
  await writeSquashfs(everythingTree(MANY_ENTRIES), image);
  expect(judge('squashfuse', [image, top])).toMatchObject({ status: 0 });
  try {
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    for (const { path, node } of walk(everythingTree(MANY_ENTRIES))) {
      if (node.kind !== 'file') continue;
      const found = readFileSync(Buffer.from(`${top}/${path}`, 'latin1'));
      expect(digest(found), path).toBe(digest(await collect(node.content, quietRun())));
    }
  } finally {
    judge('umount', [top]);
  }
});
