// Images of mksquashfs and gensquashfs × our reader: every codec they have, every entry as it went in.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { openSquashfs } from '../../src/format/squashfs/index.js';
import { openFileSource } from '../../src/io/file.js';
import { loadNative } from '../../src/native/index.js';
import { isopress } from '../support/command.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { asLinuxShows, everythingTree, writeSquashfs } from '../support/squashfs-images.js';
import { describeDirectory, describeTree, type EntryDescription } from '../support/trees.js';

const dir = scratchDirectory();
const source = join(dir, 'tree');
const image = join(dir, 'image.sqfs');
const kernel = kernelOracle('mksquashfs', 'gensquashfs', 'unsquashfs', 'getfattr');
let expected: Map<string, EntryDescription>;
let unpacked: Map<string, EntryDescription>;

beforeAll(async () => {
  await writeSquashfs(everythingTree(), image);
  judge('unsquashfs', ['-quiet', '-no-progress', '-d', source, image]);
  // Links that were never read get another access time when they are, and mksquashfs takes such for different entries.
  unpacked = describeDirectory(source);
  expected = await describeTree(asLinuxShows(everythingTree()));
});

async function read(engine: 'native' | 'portable') {
  const file = await openFileSource(fromText(image));
  try {
    const { facts, tree } = await openSquashfs(file, engine);
    return { facts, entries: await describeTree(await tree()) };
  } finally {
    await file.close();
  }
}

const THEIRS: readonly (readonly string[])[] = [
  ['-comp', 'gzip', '-b', '4096'],
  ['-comp', 'gzip', '-Xwindow-size', '9', '-Xstrategy', 'default,fixed', '-tailends'],
  ['-comp', 'xz', '-b', '1M'],
  ['-comp', 'xz', '-Xbcj', 'x86,arm', '-b', '64K'],
  ['-comp', 'zstd', '-Xcompression-level', '1'],
  ['-comp', 'lz4'],
  ['-comp', 'lz4', '-Xhc', '-b', '8K'],
  ['-comp', 'lzo'],
  ['-comp', 'lzo', '-Xalgorithm', 'lzo1x_1', '-b', '1M'],
  ['-noI', '-noD', '-noF', '-noX', '-no-sparse'],
];

for (const options of THEIRS) {
  kernel(`mksquashfs ${options.join(' ')}: both engines read every entry`, async () => {
    rmSync(image, { force: true });
    const made = judge('mksquashfs', [source, image, '-noappend', '-quiet', '-no-progress', ...options]);
    expect(made).toMatchObject({ status: 0 });
    for (const engine of (['native', 'portable'] as const).filter(
      (name) => name === 'portable' || loadNative().addon,
    )) {
      const { facts, entries } = await read(engine);
      const told = /Number of inodes (\d+)/.exec(judge('unsquashfs', ['-s', image]).stdout);
      expect(facts.inodes).toBe(Number(told?.[1]));
      expect(entries).toEqual(expected);
    }
  });
}

kernel('gensquashfs: every entry is read', async () => {
  for (const codec of ['gzip', 'xz', 'zstd', 'lz4']) {
    rmSync(image, { force: true });
    const made = judge('gensquashfs', ['-q', '-x', '-k', '-c', codec, '-D', source, image]);
    expect(made).toMatchObject({ status: 0 });
    const { entries } = await read('portable');
    // It keeps no hard links of a scanned directory, no empty attributes, and not the root's own attributes.
    const { '': _, ...found } = Object.fromEntries(entries);
    const linkless = (entry: EntryDescription) => ({
      ...entry,
      linkedTo: undefined,
      xattrs: entry.xattrs.filter((xattr) => !xattr.endsWith('=')),
    });
    for (const [path, entry] of Object.entries(found)) {
      expect(linkless(entry), path).toEqual(linkless(unpacked.get(path)!));
    }
    expect(Object.keys(found)).toHaveLength(expected.size - 1);
  }
});

oracle('unsquashfs')('info tells what unsquashfs -s tells', async () => {
  await writeSquashfs(everythingTree(), image, { blockSize: 65_536, stored: ['inodes'] });
  const { status, stdout } = isopress(['info', image]);
  expect(status).toBe(0);
  const facts = judge('unsquashfs', ['-s', image]).stdout;
  const number = (what: string) => new RegExp(`${what} (\\d+)`).exec(facts)?.[1];
  expect(stdout).toContain('squashfs in whole image');
  const [told] = JSON.parse(isopress(['info', '--json', image]).stdout).fileSystems;
  expect(told.details).toMatchObject({ blockSize: Number(number('Block size')) });
  expect(stdout).toContain('block size: 64.0 KiB');
  expect(stdout).toContain(`inodes: ${number('Number of inodes')}`);
  expect(stdout).toContain(`fragments: ${number('Number of fragments')}`);
  expect(stdout).toContain(`ids: ${number('Number of ids')}`);
  expect(stdout).toContain('compression: gzip');
  expect(stdout).toContain('uncompressed: inodes');
});

test('an image that is cut short is described with a note, and ends ls with exit code 3', async () => {
  await writeSquashfs(everythingTree(), image);
  writeFileSync(image, readFileSync(image).subarray(0, 3000));
  expect(isopress(['info', image])).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('The image is cut short: it has 3000 bytes'),
  });
  expect(isopress(['ls', image])).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('[squashfs.truncated]'),
  });
});
