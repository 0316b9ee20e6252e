// ext4 × debugfs, dumpe2fs, resize2fs and GRUB's own driver.
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { bytesSource } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, special, symlink } from '../../src/tree/node.js';
import { BASE, expectClean, mounted, writeExt4 } from '../support/ext4.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, type EntryDescription, noise } from '../support/trees.js';

const scratch = scratchDirectory();
const debugfs = (image: string, request: string) => judge('debugfs', ['-R', request, image]).stdout;

const tree = FileTree.of({
  'boot/grub/grub.cfg': file(bytesSource(noise(5000, 1)), { mtime: timestamp(1_600_000_000, 123_456_789) }),
  'boot/vmlinuz': file(bytesSource(noise(700_000, 2)), { xattrs: [{ name: fromText('user.a'), value: noise(9, 1) }] }),
  link: symlink(fromText('boot/vmlinuz')),
  many: directory(
    {},
    Array.from({ length: 500 }, (_, turn) => [fromText(`entry-number-${turn}`), special('fifo')] as const),
  ),
});

/** CAP_SYS_RESOURCE. */
const mayResize =
  ((BigInt(`0x${/CapEff:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]}`) >> 24n) & 1n) === 1n;

/** fuse2fs does not show fractions of a second. */
const wholeSeconds = (entries: Map<string, EntryDescription>) =>
  Object.fromEntries(
    [...entries].map(([path, entry]) => [path, { ...entry, mtime: { seconds: entry.mtime.seconds, nanoseconds: 0 } }]),
  );

describe('ext4 images in the eyes of other readers', () => {
  oracle('debugfs')('debugfs shows times, extents, attributes and the hash index', async () => {
    const image = join(scratch, 'debugfs.img');
    await writeExt4(tree, image);
    const stat = debugfs(image, 'stat /boot/grub/grub.cfg');
    expect(stat).toMatch(/ mtime: 0x5f5e1000:1d6f3454 /);
    expect(stat).toMatch(/crtime: 0x5f5e1000:1d6f3454 /);
    expect(stat).toMatch(/EXTENTS:\n\(0-1\):\d+-\d+/);
    expect(debugfs(image, 'ea_list /boot/vmlinuz')).toContain('user.a (9) = ');
    const htree = debugfs(image, 'htree /many');
    expect(htree).toContain('Hash Version: 1');
    expect(htree).toMatch(/Number of entries \(count\): \d+/);
    expect(debugfs(image, 'stat /many')).toContain('Flags: 0x81000');
  });

  oracle('dumpe2fs')('dumpe2fs shows the features and the identity', async () => {
    const image = join(scratch, 'dumpe2fs.img');
    const layout = await writeExt4(tree, image, { label: 'ROOT', size: 300 * 2 ** 20 });
    const { status, stdout } = judge('dumpe2fs', [image]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Filesystem volume name: +ROOT$/m);
    expect(stdout).toMatch(new RegExp(`^Filesystem UUID: +${layout.uuid}$`, 'm'));
    const features = /^Filesystem features: +(.*)$/m.exec(stdout)![1]!.split(' ');
    expect(features.sort()).toEqual([...layout.features].sort());
    expect(stdout).not.toContain('EXPECTED');
  });

  oracle('mke2fs', 'dumpe2fs')('journal, reserved descriptors and overhead are those mke2fs would give', async () => {
    for (const mebibytes of [5, 7, 40, 128, 300, 1023, 1024, 2500]) {
      const ours = join(scratch, 'ours.img');
      const theirs = join(scratch, 'theirs.img');
      const layout = await writeExt4(FileTree.of({}), ours, { size: mebibytes * 2 ** 20 });
      const fd = openSync(theirs, 'w');
      ftruncateSync(fd, mebibytes * 2 ** 20);
      closeSync(fd);
      const features =
        'has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum';
      judge('mke2fs', [
        '-q',
        '-F',
        '-O',
        `none,${features}`,
        '-b',
        '4096',
        '-I',
        '256',
        '-i',
        '16384',
        '-N',
        `${layout.inodes}`,
        theirs,
      ]);
      const facts = (image: string) =>
        judge('dumpe2fs', ['-h', image]).stdout.match(
          /^(Block count|Reserved block count|Overhead clusters|Inode count|Reserved GDT blocks|Flex block group size|Total journal blocks|Inodes per group):.*$/gm,
        );
      expect(facts(ours)).toEqual(facts(theirs));
    }
  });

  oracle('resize2fs', 'e2fsck')('resize2fs shrinks and grows a copy', async () => {
    const image = join(scratch, 'resized.img');
    const original = join(scratch, 'original.img');
    await writeExt4(tree, original, { size: 400 * 2 ** 20 });
    copyFileSync(original, image);
    expect(judge('resize2fs', [image, '3G']).status).toBe(0);
    expectClean(image);
    copyFileSync(original, image);
    expect(judge('resize2fs', ['-P', image]).stdout).toMatch(/Estimated minimum size of the filesystem: \d+/);
    expect(judge('resize2fs', ['-M', image]).status).toBe(0);
    expectClean(image);
    expect(judge('resize2fs', [image, '1G']).status).toBe(0);
    expectClean(image);
  });

  // Only who may exceed resource limits may grow a mounted file system; not every machine lets root.
  (mayResize ? kernelOracle('resize2fs', 'losetup', 'findmnt', 'e2fsck') : test.skip)(
    'resize2fs grows it while the kernel has it mounted',
    async () => {
      const image = join(scratch, 'online.img');
      for (const profile of ['modern', 'boot'] as const) {
        const { blocks } = await writeExt4(tree, image, { size: 100 * 2 ** 20, profile });
        mounted(image, 'rw', (top) => {
          truncateSync(image, 700 * 2 ** 20);
          const device = judge('findmnt', ['-no', 'SOURCE', top]).stdout.trim();
          expect(judge('losetup', ['-c', device]).status).toBe(0);
          expect(judge('resize2fs', [device]).status).toBe(0);
          writeFileSync(join(top, 'after'), noise(300_000, 9));
          expect(statfsSync(top).blocks).toBeGreaterThan(blocks * 5);
        });
        expectClean(image);
      }
    },
  );

  kernelOracle(
    'fuse2fs',
    'umount',
    'getfattr',
  )('fuse2fs shows the same tree', async () => {
    const image = join(scratch, 'fuse.img');
    for (const features of ['', 'inline_data', '^metadata_csum,^64bit']) {
      await writeExt4(tree, image, { features });
      const top = join(scratch, 'fuse');
      mkdirSync(top, { recursive: true });
      expect(judge('fuse2fs', ['-o', 'ro', image, top])).toMatchObject({ status: 0 });
      const seen = describeDirectory(top);
      expect(judge('umount', [top]).status).toBe(0);
      seen.delete('lost+found');
      expect(wholeSeconds(withoutInlineData(seen))).toEqual(wholeSeconds(await describeTree(tree)));
    }
  });

  oracle('grub-fstest')('GRUB lists and reads', async () => {
    const image = join(scratch, 'grub.img');
    await writeExt4(tree, image);
    const { status, stdout } = judge('grub-fstest', [image, '--', 'ls', '-l', '/boot']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^700000 +\d+ vmlinuz$/m);
    const read = judge('grub-fstest', [image, '--', 'cat', '/boot/grub/grub.cfg']);
    expect(Buffer.from(read.stdout, 'latin1').equals(Buffer.from(noise(5000, 1)))).toBe(true);
    expect(judge('grub-fstest', [image, '--', 'ls', '/many/']).stdout.trim().split(/\s+/)).toHaveLength(500);
  });

  oracle('debugfs')('our hash is that of the reference', async () => {
    const { nameHasher } = await import('../../src/format/ext4/dirhash.js');
    const { uuidBytes } = await import('../../src/bytes/guid.js');
    const seed = '695e88b9-ba66-49b1-9289-a58e85457ce0';
    const hash = nameHasher(uuidBytes(seed));
    const image = join(scratch, 'hash.img');
    await writeExt4(FileTree.of({}), image, BASE);
    for (const name of ['a', 'passwd', 'x'.repeat(31), 'y'.repeat(32), 'z'.repeat(33), 'w'.repeat(255)]) {
      const answer = debugfs(image, `dx_hash -h half_md4 -s ${seed} ${name}`);
      const own = hash(fromText(name));
      expect(answer).toContain(`is 0x${own.hash.toString(16)} (minor 0x${own.minor.toString(16)})`);
    }
  });
});

/** fuse2fs shows inline data as an attribute of the inode, also of mke2fs's images. */
function withoutInlineData(seen: ReadonlyMap<string, EntryDescription>): Map<string, EntryDescription> {
  const others = (xattrs: readonly string[]) => xattrs.filter((xattr) => !xattr.startsWith('system.data='));
  return new Map([...seen].map(([path, entry]) => [path, { ...entry, xattrs: others(entry.xattrs) }]));
}
