// Images of mke2fs with random options, read as debugfs reads them.
import { linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { openExt4 } from '../../src/format/ext4/index.js';
import { openFileSource } from '../../src/io/file.js';
import { judge, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, type EntryDescription, noise } from '../support/trees.js';

const scratch = scratchDirectory();
const MEBIBYTE = 2 ** 20;

/**
 * Features, each as it is, or switched off: mke2fs refuses some together, and those runs do not count. Without inline_data:
 * of such a file of fewer than 60 bytes debugfs 1.47 dumps 60, where the kernel reads it as it is.
 */
const FEATURES = [
  ...['64bit', 'bigalloc', 'casefold', 'dir_index', 'ea_inode', 'encrypt', 'extent', 'ext_attr', 'filetype'],
  ...['flex_bg', 'has_journal', 'huge_file', 'large_dir', 'large_file', 'meta_bg', 'metadata_csum'],
  ...['metadata_csum_seed', 'mmp', 'orphan_file', 'project', 'quota', 'resize_inode', 'sparse_super'],
  ...['sparse_super2', 'stable_inodes', 'uninit_bg', 'verity', 'extra_isize', 'dir_nlink', 'fast_commit'],
];

const optionsArbitrary = fc
  .record({
    type: fc.constantFrom('ext2', 'ext3', 'ext4', 'ext4'),
    features: fc.uniqueArray(fc.tuple(fc.constantFrom(...FEATURES), fc.boolean()), {
      maxLength: 6,
      selector: ([name]) => name,
    }),
    blockSize: fc.constantFrom(1024, 2048, 4096, 8192, 65_536),
    inodeSize: fc.constantFrom(128, 256, 512, 1024),
    cluster: fc.constantFrom(2, 4, 16, 64),
    groups: fc.constantFrom<readonly string[]>(
      [],
      ['-G', '1'],
      ['-G', '4'],
      ['-G', '64'],
      ['-g', '1024'],
      ['-g', '256'],
    ),
    inodes: fc.constantFrom<readonly string[]>([], ['-N', '1200'], ['-N', '9000']),
    mebibytes: fc.constantFrom(12, 40, 130),
  })
  .map(({ type, features, blockSize, inodeSize, cluster, groups, inodes, mebibytes }) => {
    const list = features.map(([name, isOn]) => (isOn ? name : `^${name}`));
    const clusters = list.includes('bigalloc') ? ['-C', `${blockSize * cluster}`] : [];
    const sizes = ['-b', `${blockSize}`, '-I', `${inodeSize}`, ...clusters, ...groups, ...inodes];
    const options = ['-t', type, ...(list.length > 0 ? ['-O', list.join(',')] : []), ...sizes];
    return { options, size: mebibytes * MEBIBYTE };
  });

function fillSource(top: string): void {
  mkdirSync(join(top, 'a/b'), { recursive: true });
  mkdirSync(join(top, 'many'));
  for (let index = 0; index < 300; index++)
    writeFileSync(join(top, 'many', `entry-${index}`), noise(index % 200, index));
  writeFileSync(join(top, 'a/large'), noise(300_000, 1));
  writeFileSync(join(top, 'a/zeros'), new Uint8Array(100_000));
  writeFileSync(join(top, 'a/empty'), '');
  linkSync(join(top, 'a/large'), join(top, 'a/b/linked'));
  symlinkSync('short', join(top, 'a/short'));
  symlinkSync('l'.repeat(59), join(top, 'a/inode'));
  symlinkSync('l'.repeat(60), join(top, 'a/block'));
  symlinkSync('l'.repeat(900), join(top, 'a/long'));
}

/** The facts that both have: no attributes, whole seconds. debugfs writes a separate file for every name. */
function comparable(entries: Map<string, EntryDescription>) {
  entries.delete('lost+found');
  entries.delete('');
  return Object.fromEntries(
    [...entries].map(([path, { kind, mode, uid, gid, size, sha256, mtime, target }]) => {
      const isLink = kind === 'symlink';
      return [path, { kind, size, sha256, target, ...(isLink ? {} : { mode, uid, gid, seconds: mtime.seconds }) }];
    }),
  );
}

oracle('mke2fs', 'debugfs')('whatever options mke2fs takes', async () => {
  const [source, image, top] = ['source', 'image', 'dumped'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  fillSource(source);
  let made = 0;
  await fc.assert(
    fc.asyncProperty(optionsArbitrary, async ({ options, size }) => {
      for (const path of [image, top]) rmSync(path, { recursive: true, force: true });
      writeFileSync(image, '');
      truncateSync(image, size);
      fc.pre(judge('mke2fs', ['-q', '-F', ...options, '-d', source, image]).status === 0);
      mkdirSync(top);
      judge('debugfs', ['-R', `rdump / ${top}`, image]);
      const file = await openFileSource(fromText(image));
      try {
        const { notes, tree } = await openExt4(file);
        expect(comparable(await describeTree(await tree()))).toEqual(comparable(describeDirectory(top)));
        expect(notes).toEqual([]);
      } finally {
        await file.close();
      }
      made++;
    }),
    { numRuns: runs(40), maxSkipsPerRun: 20 },
  );
  expect(made).toBeGreaterThan(runs(40) / 2);
});
