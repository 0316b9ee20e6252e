// ext2, ext3 and ext4 images that mke2fs and the kernel made, opened by our reader: the same files as in the directory.
import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { openExt4 } from '../../src/format/ext4/index.js';
import { openFileSource } from '../../src/io/file.js';
import { bytesSource } from '../../src/io/memory.js';
import { isopress } from '../support/command.js';
import { mounted } from '../support/ext4.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, type EntryDescription, noise } from '../support/trees.js';

const scratch = scratchDirectory();
const source = join(scratch, 'source');

/** One of everything that an ordinary user can make; the last byte of its sparse file lies beyond `reach`. */
function fillSource(top: string, reach = 0): void {
  mkdirSync(join(top, 'a/b'), { recursive: true });
  mkdirSync(join(top, 'many'));
  for (let turn = 0; turn < 700; turn++) writeFileSync(join(top, 'many', `entry-${turn}`), noise(turn % 150, turn));
  writeFileSync(join(top, 'a/large'), noise(900_000, 1));
  chmodSync(join(top, 'a/large'), 0o4711);
  linkSync(join(top, 'a/large'), join(top, 'a/b/linked'));
  symlinkSync('short', join(top, 'a/short'));
  symlinkSync('l'.repeat(200), join(top, 'a/long'));
  // Pieces far apart: several levels of block numbers, or an extent tree with separate blocks.
  const fd = openSync(join(top, 'sparse'), 'w');
  for (let turn = 0; turn < 150; turn++) writeSync(fd, noise(1000, turn), 0, 1000, turn * turn * 900);
  if (reach > 0) writeSync(fd, noise(100, 1), 0, 100, reach);
  closeSync(fd);
  judge('setfattr', ['-n', 'user.a', '-v', 'value', join(top, 'a/large')]);
  judge('setfattr', ['-n', 'user.b', '-v', 'x'.repeat(900), join(top, 'many')]);
  for (const path of ['a/b', 'a', 'many', '.']) utimesSync(join(top, path), 1_600_000_000, 1_600_000_000);
}

/** Facts that mke2fs copies: times without fractions, and not that of the root. */
function comparable(entries: Map<string, EntryDescription>): Record<string, EntryDescription> {
  entries.delete('lost+found');
  const list = [...entries].map(([path, entry]) => {
    const seconds = path === '' ? 0 : entry.mtime.seconds;
    return [path, { ...entry, mtime: { seconds, nanoseconds: 0 } }] as const;
  });
  return Object.fromEntries(list);
}

async function opened(image: string) {
  const file = await openFileSource(fromText(image));
  try {
    const { facts, tree } = await openExt4(file);
    return { facts, entries: await describeTree(await tree()) };
  } finally {
    await file.close();
  }
}

const CHOICES: readonly (readonly [options: string, kind: string])[] = [
  ['-t ext2', 'ext2'],
  ['-t ext2 -b 1024 -I 128', 'ext2'],
  ['-t ext3 -b 2048', 'ext3'],
  ['-t ext4', 'ext4'],
  ['-t ext4 -b 1024 -O ^has_journal,^64bit', 'ext4'],
  ['-t ext4 -b 1024 -O meta_bg,^resize_inode -g 1024', 'ext4'],
  ['-t ext4 -b 4096 -O sparse_super2,meta_bg,^resize_inode -g 512', 'ext4'],
  ['-t ext4 -O inline_data', 'ext4'],
  ['-t ext4 -I 1024 -O inline_data,^metadata_csum', 'ext4'],
  ['-t ext4 -O uninit_bg,^metadata_csum', 'ext4'],
  ['-t ext4 -b 4096 -O bigalloc -C 16384', 'ext4'],
  ['-t ext4 -b 4096 -O ea_inode,quota,project,verity', 'ext4'],
  ['-t ext4 -b 4096 -O orphan_file,metadata_csum_seed,mmp,large_dir,casefold', 'ext4'],
  ['-t ext4 -b 65536 -N 1000', 'ext4'],
];

describe('images of others', () => {
  oracle(
    'mke2fs',
    'setfattr',
    'getfattr',
  )('made by mke2fs', async () => {
    fillSource(source);
    const expected = comparable(describeDirectory(source));
    for (const [options, kind] of CHOICES) {
      const image = join(scratch, 'mke2fs.img');
      rmSync(image, { force: true });
      writeFileSync(image, '');
      truncateSync(image, 120 * 2 ** 20);
      const made = judge('mke2fs', ['-q', '-F', ...options.split(' '), '-L', 'theirs', '-d', source, image]);
      expect({ options, ...made }).toMatchObject({ options, status: 0 });
      const { facts, entries } = await opened(image);
      expect({ options, ...facts }).toMatchObject({ options, kind, label: 'theirs', clean: true });
      expect(comparable(entries)).toEqual(expected);
    }
  });

  kernelOracle(
    'mke2fs',
    'mount',
    'getfattr',
  )('written to by the kernel', async () => {
    for (const options of ['-t ext4', '-t ext4 -O inline_data -I 512', '-t ext3 -b 1024', '-t ext2']) {
      const image = join(scratch, 'kernel.img');
      rmSync(image, { force: true });
      writeFileSync(image, '');
      truncateSync(image, 120 * 2 ** 20);
      expect(judge('mke2fs', ['-q', '-F', ...options.split(' '), image]).status).toBe(0);
      const type = options.split(' ')[1]!;
      const seen = mounted(
        image,
        'rw',
        (top) => {
          // Two levels of block numbers end at 64 MiB with blocks of 1 KiB.
          fillSource(join(top, 'x'), options.includes('1024') ? 70_000_000 : 0);
          // Deleted names leave gaps, and an index that has been split.
          for (let turn = 0; turn < 700; turn += 3) rmSync(join(top, 'x/many', `entry-${turn}`));
          return describeDirectory(top);
        },
        type,
      );
      const { entries } = await opened(image);
      seen.delete('lost+found');
      entries.delete('lost+found');
      expect(Object.fromEntries(entries)).toEqual(Object.fromEntries(seen));
    }
  });

  oracle('mke2fs')('isopress info tells what they are', () => {
    const image = join(scratch, 'info.img');
    for (const kind of ['ext2', 'ext3', 'ext4']) {
      writeFileSync(image, '');
      truncateSync(image, 8 * 2 ** 20);
      judge('mke2fs', ['-q', '-F', '-t', kind, '-b', '1024', '-L', 'EXT', '-M', '/srv', image]);
      const { status, stdout } = isopress(['info', '--json', image]);
      expect(status).toBe(0);
      expect(JSON.parse(stdout).fileSystems).toMatchObject([
        { kind, label: 'EXT', size: 8 * 2 ** 20, details: { blockSize: 1024, state: 'clean', lastMounted: '/srv' } },
      ]);
    }
  });

  oracle('mke2fs', 'debugfs')('not unmounted in order: read if the journal is empty, else refused', async () => {
    const image = join(scratch, 'dirty.img');
    writeFileSync(image, '');
    truncateSync(image, 64 * 2 ** 20);
    judge('mke2fs', ['-q', '-F', '-t', 'ext4', '-O', '^metadata_csum', '-d', source, image]);
    judge('debugfs', ['-w', '-R', 'feature needs_recovery', image]);
    const { notes, tree } = await openExt4(bytesSource(readFileSync(image)));
    expect(notes.join()).toContain('Its journal is empty');
    expect((await tree()).get('a/large')).toMatchObject({ kind: 'file' });
    const written = judge('debugfs', ['-w', '-f', '-', image], { input: 'jo\njw -b 333 /dev/zero\njc\n' });
    expect(written.status).toBe(0);
    await expect(openExt4(bytesSource(readFileSync(image)))).rejects.toThrow(/pending changes/);
  });

  for (const [blockSize, features, extra] of [
    [1024, 'bigalloc', ['-C', '16384']],
    [1024, 'bigalloc,^64bit', ['-C', '4096']],
    [1024, 'bigalloc,meta_bg,^resize_inode', ['-C', '8192']],
    [1024, 'bigalloc,^flex_bg', ['-C', '8192']],
    [2048, 'bigalloc', ['-C', '32768']],
    [4096, 'bigalloc,inline_data,encrypt,casefold,verity,quota', []],
    [65_536, 'inline_data', []],
  ] as const) {
    oracle('mke2fs')(`${features} with blocks of ${blockSize} bytes`, async () => {
      const [image, top] = [join(scratch, 'features.img'), join(scratch, `features-${blockSize}-${features}`)];
      fillSource(top);
      writeFileSync(join(top, 'zeros'), new Uint8Array(100_000));
      rmSync(image, { force: true });
      writeFileSync(image, '');
      truncateSync(image, 400 * 2 ** 20);
      const options = ['-q', '-F', '-t', 'ext4', '-b', `${blockSize}`, '-O', features, ...extra, '-d', top, image];
      expect(judge('mke2fs', options).status).toBe(0);
      const file = await openFileSource(fromText(image));
      try {
        const found = await describeTree(await (await openExt4(file)).tree());
        expect(comparable(found)).toEqual(comparable(describeDirectory(top)));
      } finally {
        await file.close();
      }
    });
  }
});
