// Images of mksquashfs written again with a changed tree × the kernel and unsquashfs: all data that stays is copied, nothing of removed files is left.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { openSquashfs, rewriteSquashfs } from '../../src/format/squashfs/index.js';
import { bytesSource, collect, quietRun } from '../../src/io/index.js';
import { exclude, FileTree, file, overlay, walk } from '../../src/tree/index.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { asLinuxShows, everythingTree, writeSquashfs } from '../support/squashfs-images.js';
import { mounted } from '../support/tools.js';
import { describeDirectory, describeTree, noise } from '../support/trees.js';

const dir = scratchDirectory();
const source = join(dir, 'tree');
const image = join(dir, 'image.sqfs');
const changed = join(dir, 'changed.sqfs');
const mountPoint = join(dir, 'mnt');
const kernel = kernelOracle('mksquashfs', 'unsquashfs', 'mount', 'umount', 'getfattr');
const text = (content: string) =>
  file(bytesSource(new TextEncoder().encode(content)), { mtime: { seconds: 9, nanoseconds: 0 } });
const words = (count: number, seed: number) => Array.from(noise(count, seed), (byte) => `word${byte} `).join('');
const SECRET = noise(3000, 77);

beforeAll(async () => {
  mkdirSync(mountPoint);
  const more: Record<string, ReturnType<typeof text>> = {};
  for (let i = 0; i < 40; i++) more[`small/${i}`] = text(words(20 + 13 * i, i));
  for (let i = 0; i < 6; i++) more[`large/${i}`] = text(words(40_000 + 7777 * i, 50 + i));
  more['large/same'] = more['large/3']!;
  more['large/equal'] = text(words(40_000 + 7777 * 3, 53));
  more['small/secret'] = file(bytesSource(SECRET));
  await writeSquashfs(overlay(exclude(everythingTree(), [fromText('/large')]), FileTree.of(more)), image);
  judge('unsquashfs', ['-quiet', '-no-progress', '-d', source, image]);
  // Times of reading would otherwise be different in the images of mksquashfs.
  describeDirectory(source);
});

const ADDED = FileTree.of({
  'large/new': text(words(90_000, 99)),
  'small/new': text('new\n'),
  'small/7': text('other\n'),
});
const change = (tree: FileTree) =>
  overlay(exclude(tree, ['/small/secret', '/large/2', '/small/1*'].map(fromText)), ADDED);

const rewritten = async (old: string, how: (tree: FileTree) => FileTree, jobs = 2) => {
  const before = bytesSource(readFileSync(old));
  const made = await rewriteSquashfs(before, how, {}, quietRun(jobs));
  return {
    ...made,
    bytes: await collect(made.content, quietRun()),
    tree: how(await (await openSquashfs(before)).tree()),
  };
};

const THEIRS: readonly (readonly string[])[] = [
  ['-comp', 'gzip', '-b', '4096', '-Xwindow-size', '9', '-Xstrategy', 'default,fixed', '-tailends'],
  ['-comp', 'xz', '-Xbcj', 'x86,arm', '-b', '64K', '-Xdict-size', '50%'],
  ['-comp', 'zstd', '-Xcompression-level', '3', '-b', '128K', '-no-exports'],
  ['-comp', 'lz4', '-Xhc', '-b', '8K', '-no-fragments'],
  ['-comp', 'lzo', '-no-duplicates'],
  ['-noI', '-noD', '-noF', '-noX', '-no-sparse'],
];

describe('an image of mksquashfs with other files', () => {
  for (const options of THEIRS) {
    kernel(options.join(' '), async () => {
      rmSync(image, { force: true });
      const args = [source, image, '-noappend', '-quiet', '-no-progress', '-mkfs-time', '1700000000', ...options];
      expect(judge('mksquashfs', args)).toMatchObject({ status: 0 });
      const { bytes, compressed, copied, tree } = await rewritten(image, change);
      writeFileSync(changed, bytes);
      const found = mounted(changed, mountPoint, () => describeDirectory(mountPoint));
      const expected = await describeTree(asLinuxShows(tree));
      expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [path, entry] of expected) expect(found.get(path), path).toEqual(entry);
      rmSync(join(dir, 'out'), { recursive: true, force: true });
      const unpacked = judge('unsquashfs', ['-quiet', '-no-progress', '-d', join(dir, 'out'), changed]);
      expect(unpacked).toMatchObject({ status: 0, stderr: '' });
      const added = [...walk(ADDED)].reduce((sum, { node }) => sum + (node.kind === 'file' ? node.content.size : 0), 0);
      // The new files, and what shared a fragment with files that were removed.
      expect(compressed).toBeGreaterThanOrEqual(added);
      expect(compressed).toBeLessThan(added + 3 * 131_072);
      expect(copied).toBeGreaterThan(readFileSync(image).length / 2);
      expect(Buffer.from(bytes).includes(Buffer.from(SECRET.subarray(0, 64)))).toBe(false);
      const facts = (path: string) => judge('unsquashfs', ['-s', path]).stdout.replaceAll(path, 'IMAGE');
      const kept = (path: string) =>
        facts(path)
          .split('\n')
          .filter((line) => !/size|Number of|bytes/i.test(line) || /Block size/.test(line));
      expect(kept(changed)).toEqual(kept(image));
      expect(Buffer.compare((await rewritten(image, change, 5)).bytes, bytes)).toBe(0);
      const again = await rewritten(changed, (same) => same);
      expect(again).toMatchObject({ compressed: 0 });
      expect(Buffer.compare(again.bytes, bytes)).toBe(0);
    });
  }
});
