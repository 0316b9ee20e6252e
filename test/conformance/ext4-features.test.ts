// ext4 features and profiles × e2fsck, the kernel, dumpe2fs, debugfs, resize2fs and mke2fs.
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type ByteString, fromText } from '../../src/bytes/text.js';
import { type Ext4Options, parseMke2fsOptions } from '../../src/format/ext4/index.js';
import { bytesSource } from '../../src/io/memory.js';
import { exclude } from '../../src/tree/exclude.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, type Node, special, symlink } from '../../src/tree/node.js';
import { expectClean, mounted, possibleXattrs, withHoles, writeExt4 } from '../support/ext4.js';
import { ext4OptionsArbitrary } from '../support/ext4-options.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, noise, POSIX, treeArbitrary } from '../support/trees.js';

const scratch = scratchDirectory();
const limits = { ...POSIX, times: [POSIX.times[0], 2 ** 33 + 2 ** 31 - 1] as const };

/** One of everything, with contents of all sizes. */
const tree = FileTree.of({
  '': directory({ mode: 0o755, mtime: { seconds: 1_500_000_000, nanoseconds: 0 } }),
  small: directory(
    {},
    Array.from({ length: 300 }, (_, turn) => [fromText(`s${turn}`), file(bytesSource(noise(turn, turn)))] as const),
  ),
  many: directory(
    {},
    Array.from({ length: 900 }, (_, turn) => [fromText(`number-${turn}`), special('fifo', { uid: turn % 9 })] as const),
  ),
  large: file(bytesSource(noise(3_000_000, 1)), { gid: 100_000 }),
  link: symlink(fromText('x'.repeat(90))),
  labelled: file(bytesSource(noise(30, 2)), { xattrs: [{ name: fromText('user.a'), value: noise(300, 3) }] }),
});

/** Every choice that changes where things lie or what they carry, and whether this kernel's driver can mount it. */
const CHOICES: readonly (readonly [name: string, options: Partial<Ext4Options>])[] = [
  ['profile modern', { profile: 'modern' }],
  ['profile boot', { profile: 'boot' }],
  ['profile minimal', { profile: 'minimal' }],
  ['gdt_csum', { features: 'gdt_csum' }],
  ['no checksums', { features: '^metadata_csum' }],
  ['32-byte descriptors', { features: '^64bit' }],
  ['sparse_super2', { features: 'sparse_super2' }],
  ['a copy of the superblock in every group', { features: '^sparse_super' }],
  ['no flex_bg', { features: '^flex_bg' }],
  ['meta_bg', { features: 'meta_bg', blockSize: 1024 }],
  ['metadata_csum_seed', { features: 'metadata_csum_seed' }],
  ['orphan_file', { features: 'orphan_file' }],
  ['inline_data', { features: 'inline_data' }],
  ['inline_data in inodes of 1024 bytes', { features: 'inline_data', inodeSize: 1024 }],
  ['ea_inode', { features: 'ea_inode' }],
  ['large_dir, verity, stable_inodes', { features: 'large_dir,verity,stable_inodes' }],
  ['inodes of 128 bytes', { inodeSize: 128 }],
  ['groups of 8192 blocks', { blocksPerGroup: 8192, groupsPerFlex: 4 }],
];

describe('ext4 images with any features', () => {
  oracle('e2fsck')('random trees with random features are clean', async () => {
    await fc.assert(
      fc.asyncProperty(treeArbitrary(limits), ext4OptionsArbitrary, async (random, options) => {
        const image = join(scratch, 'random.img');
        await writeExt4(withHoles(random), image, options);
        expectClean(image);
      }),
      { numRuns: runs(60) },
    );
  });

  kernelOracle('mount', 'getfattr')('the kernel reads random trees under random features', async () => {
    // This kernel may lack quotas, and has pages of 4096 bytes; inodes of 128 bytes do not keep times.
    const readable = ext4OptionsArbitrary
      .filter(({ features, inodeSize }) => !/quota/.test(features!) && inodeSize !== 128)
      .map((options) => ({ ...options, blockSize: Math.min(options.blockSize!, 4096) }));
    await fc.assert(
      fc.asyncProperty(treeArbitrary(), readable, async (random, options) => {
        const made = withHoles(possibleXattrs(exclude(random, [fromText('/lost+found')])));
        const image = join(scratch, 'mounted.img');
        await writeExt4(made, image, options);
        const seen = mounted(image, 'ro,noload', describeDirectory);
        seen.delete('lost+found');
        expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(await describeTree(made)));
      }),
      { numRuns: runs(30) },
    );
  });

  for (const [name, options] of CHOICES) {
    kernelOracle(
      'mount',
      'e2fsck',
      'dumpe2fs',
    )(`${name}: clean, read, written to and clean again`, async () => {
      const image = join(scratch, 'written.img');
      const layout = await writeExt4(tree, image, { slack: 40_000_000, ...options });
      expectClean(image);
      const shown = /^Filesystem features: +(.*)$/m.exec(judge('dumpe2fs', ['-h', image]).stdout)![1]!;
      const expected = layout.features.map((feature) => (feature === 'gdt_csum' ? 'uninit_bg' : feature));
      expect(shown.split(' ').sort()).toEqual(expected.sort());
      mounted(image, 'rw', (top) => {
        for (const turn of [0, 1, 59, 60, 61, 100, 299])
          expect(readFileSync(join(top, `small/s${turn}`)).equals(Buffer.from(noise(turn, turn)))).toBe(true);
        expect(readFileSync(join(top, 'large')).equals(Buffer.from(noise(3_000_000, 1)))).toBe(true);
        for (let turn = 0; turn < 900; turn++) statSync(join(top, `many/number-${turn}`));
        for (let turn = 0; turn < 200; turn++) writeFileSync(join(top, `many/new-${turn}`), noise(turn * 50, turn));
        writeFileSync(join(top, 'small/s61'), noise(9000, 1));
        for (let turn = 0; turn < 900; turn += 3) rmSync(join(top, `many/number-${turn}`));
        const fd = openSync(join(top, 'large'), 'r+');
        fsyncSync(fd);
        closeSync(fd);
      });
      expectClean(image);
    });
  }

  oracle('resize2fs', 'e2fsck')('resize2fs grows and shrinks copies of every profile', async () => {
    const original = join(scratch, 'original.img');
    const image = join(scratch, 'resized.img');
    const choices: Partial<Ext4Options>[] = [
      { profile: 'modern' },
      { profile: 'boot' },
      { profile: 'minimal' },
      { features: 'meta_bg' },
      { features: 'sparse_super2' },
      { features: 'gdt_csum,^64bit' },
    ];
    for (const options of choices) {
      await writeExt4(tree, original, { size: 200 * 2 ** 20, ...options });
      copyFileSync(original, image);
      expect(judge('resize2fs', [image, '600M']).status).toBe(0);
      expectClean(image);
      copyFileSync(original, image);
      expect(judge('resize2fs', ['-M', image]).status).toBe(0);
      expectClean(image);
    }
  });

  oracle('e2fsck')('no file is fragmented', async () => {
    const image = join(scratch, 'whole.img');
    await writeExt4(tree, image, { profile: 'modern', slack: 10_000_000 });
    const { stdout } = judge('e2fsck', ['-fn', '-E', 'fragcheck', image]);
    expect(stdout).toMatch(/\(0\.0% non-contiguous\)/);
    // It names every file that is not in one piece, of the file system's own files too.
    expect(stdout).not.toMatch(/expecting|actual extent/);
  });

  oracle('e2fsck')('an offset places the file system in a disk', async () => {
    const image = join(scratch, 'disk.img');
    const inner = join(scratch, 'inner.img');
    await writeExt4(tree, image, { offset: 2 ** 20 });
    const bytes = readFileSync(image);
    expect(bytes.subarray(0, 2 ** 20).every((byte) => byte === 0)).toBe(true);
    writeFileSync(inner, bytes.subarray(2 ** 20));
    expectClean(inner);
  });

  oracle('e2fsck', 'debugfs')('large_dir: a directory that two levels of index cannot hold', async () => {
    const leaf = special('fifo');
    const entries = Array.from(
      { length: 50_000 },
      (_, turn) => [fromText(`${turn}`.padStart(250, 'n')), leaf] as const,
    );
    const image = join(scratch, 'large-dir.img');
    const deep = FileTree.of({ d: directory({}, entries as readonly (readonly [ByteString, Node])[]) });
    await writeExt4(deep, image, { blockSize: 1024, features: 'large_dir', journal: false });
    expectClean(image);
    expect(judge('debugfs', ['-R', 'htree /d', image]).stdout).toMatch(/Indirect levels: 2/);
  });

  oracle('debugfs', 'e2fsck')('quota: usage by user, group and project', async () => {
    const image = join(scratch, 'quota.img');
    const owned = (uid: number, gid: number, size: number) => file(bytesSource(noise(size, uid)), { uid, gid });
    const files = Array.from({ length: 40 }, (_, turn) => [`f${turn}`, owned(turn * 70_001, turn % 3, 5000)] as const);
    await writeExt4(FileTree.of(Object.fromEntries(files)), image, { features: 'project' });
    expectClean(image);
    const list = (kind: string) => judge('debugfs', ['-R', `list_quota ${kind}`, image]).stdout;
    expect(list('user')).toMatch(/^ +70001 +8192 +0 +0 +1 /m);
    expect(list('user').trim().split('\n')).toHaveLength(41);
    expect(list('group')).toMatch(/^ +2 +106496 +0 +0 +13 /m);
    expect(list('project')).toMatch(/^ +0 +\d+ +0 +0 +42 /m);
  });

  kernelOracle(
    'mount',
    'getfattr',
    'setfattr',
    'e2fsck',
  )('ea_inode: values larger than a block, shared', async () => {
    const image = join(scratch, 'values.img');
    const value = noise(60_000, 1);
    const many = {
      xattrs: [
        { name: fromText('user.huge'), value },
        { name: fromText('user.small'), value: noise(9, 2) },
      ],
    };
    const fat = { xattrs: ['a', 'b', 'c'].map((n) => ({ name: fromText(`user.${n}`), value: noise(3000, n.length) })) };
    const made = FileTree.of({ a: file(bytesSource(noise(9, 1)), many), b: directory(many), c: directory(fat) });
    await writeExt4(made, image, { features: 'ea_inode', slack: 1_000_000 });
    expectClean(image);
    mounted(image, 'rw', (top) => {
      for (const name of ['a', 'b']) {
        const read = judge('getfattr', ['-n', 'user.huge', '--only-values', join(top, name)]).stdout;
        expect(Buffer.from(read, 'latin1').equals(Buffer.from(value))).toBe(true);
      }
      expect(judge('setfattr', ['-x', 'user.huge', join(top, 'a')]).status).toBe(0);
    });
    expectClean(image);
    // Each inode that refers to a value is charged for it; e2fsck counts again.
    await writeExt4(made, image, { features: 'ea_inode,quota,project' });
    expectClean(image);
  });
});

describe('mkfs.ext4 and isopress accept the same options', () => {
  oracle('mke2fs', 'dumpe2fs')('superblocks', async () => {
    const lists = [
      '-b 1024 -I 128 -N 4000 -m 2 -L label -e remount-ro -M /srv -O ^resize_inode',
      '-b 4096 -I 512 -i 8192 -E stride=4,stripe_width=16 -J size=8 -O ^64bit',
      '-b 2048 -i 16384 -O sparse_super2,^has_journal -G 4 -U 01234567-89ab-cdef-0123-456789abcdef',
      '-b 4096 -T largefile -g 16384 -O meta_bg,^resize_inode',
      '-b 4096 -i 16384 -O orphan_file,metadata_csum_seed,quota -e panic -m 0.5',
      '-b 65536 -i 65536 -O ^resize_inode',
      '-b 16384 -i 16384 -I 1024 -O ^has_journal',
      '-b 4096 -i 16384 -O ^metadata_csum,uninit_bg,^flex_bg -E hash_seed=01234567-89ab-cdef-0123-456789abcdef',
    ];
    const facts = (image: string) =>
      judge('dumpe2fs', ['-h', image]).stdout.match(
        /^(Filesystem volume name|Last mounted on|Filesystem features|Errors behavior|Inode count|Block count|Reserved block count|First block|Block size|Group descriptor size|Reserved GDT blocks|Blocks per group|Inodes per group|RAID stride|RAID stripe width|Flex block group size|First inode|Inode size|Required extra isize|Journal inode|Default directory hash|Backup block groups|Orphan file inode|User quota inode|Group quota inode|Checksum type|Mount options|Total journal blocks|Default mount options|First meta block group):.*$/gm,
      );
    for (const list of lists) {
      const ours = join(scratch, 'ours.img');
      const theirs = join(scratch, 'theirs.img');
      await writeExt4(FileTree.of({}), ours, { size: 300 * 2 ** 20, ...parseMke2fsOptions(list) });
      writeFileSync(theirs, '');
      truncateSync(theirs, 300 * 2 ** 20);
      expect(judge('mke2fs', ['-q', '-F', '-t', 'ext4', ...list.split(' '), theirs]).status).toBe(0);
      expectClean(ours);
      expect(facts(ours)).toEqual(facts(theirs));
    }
  });
});
