// squashfs × the kernel where tables get long and offsets wide: many entries, many attributes, more than 4 GiB.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { planSquashfs } from '../../src/format/squashfs/index.js';
import { quietRun } from '../../src/io/content.js';
import { exactContent } from '../../src/io/exact.js';
import { fileTarget } from '../../src/io/file-target.js';
import { bytesSource, zeros } from '../../src/io/memory.js';
import type { Target } from '../../src/io/target.js';
import { writeImage } from '../../src/io/write-image.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, special } from '../../src/tree/node.js';
import { MAIN } from '../support/command.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { EPOCH, STORED, writeSquashfs } from '../support/squashfs-images.js';
import { describeDirectory, describeTree, noise } from '../support/trees.js';

const dir = scratchDirectory();
const image = join(dir, 'image.sqfs');
const mountPoint = join(dir, 'mnt');
mkdirSync(mountPoint);
const kernel = kernelOracle('mount', 'umount', 'getfattr', 'unsquashfs');

async function mounted<T>(look: () => T | Promise<T>): Promise<T> {
  expect(judge('mount', ['-t', 'squashfs', '-o', 'loop,ro', image, mountPoint])).toMatchObject({ status: 0 });
  try {
    return await look();
  } finally {
    expect(judge('umount', [mountPoint])).toMatchObject({ status: 0 });
  }
}

const text = (content: string) => new TextEncoder().encode(content);

kernel('a directory of 20 000 entries is found by name, name for name', async () => {
  const pipe = special('fifo');
  const names = Array.from({ length: 20_000 }, (_, i) => fromText(`${(i * 7919) % 20_000}-entry`));
  const entries = names.map((name, i) => [name, i % 3 === 0 ? pipe : special('socket', { uid: i })] as const);
  await writeSquashfs(FileTree.of({ large: directory({}, entries) }), image);
  await mounted(() => {
    expect(readdirSync(join(mountPoint, 'large')).sort().join()).toBe([...names].sort().join());
    const wrong = names.filter((name, i) => {
      if (i % 10 !== 0) return false;
      const { nlink, uid, ...stat } = statSync(join(mountPoint, 'large', name));
      return i % 3 === 0
        ? nlink !== 6667 || uid !== 0
        : nlink !== 1 || uid !== i || (stat.mode & 0o170000) !== 0o140000;
    });
    expect(wrong).toEqual([]);
  });
});

kernel('thousands of attribute sets, values shared across metadata blocks', async () => {
  const values = Array.from({ length: 40 }, (_, i) => text(`value ${i} `.repeat(60)));
  const files = Array.from({ length: 3000 }, (_, i) => {
    const xattrs = [
      { name: fromText('user.own'), value: text(String(i)) },
      { name: fromText(`trusted.name-${i % 50}`), value: values[i % 40]! },
      { name: fromText('security.big'), value: values[(i * 7) % 40]! },
    ];
    return [fromText(`file-${i}`), file(bytesSource(text(`${i}`)), { xattrs })] as const;
  });
  const tree = FileTree.of({ d: directory({}, files) });
  const layout = await writeSquashfs(tree, image);
  expect(layout.xattrSets).toBe(3000);
  await mounted(async () => expect(describeDirectory(mountPoint)).toEqual(await describeTree(tree)));
});

kernel('a deep tree and many small directories', async () => {
  const nodes = Object.fromEntries(
    Array.from({ length: 4000 }, (_, i) => [`${i % 10}/${i % 100}/${i}/leaf`, file(bytesSource(text(`${i}`)))]),
  );
  const tree = FileTree.of({ ...nodes, [`${'deep/'.repeat(400)}end`]: special('fifo') });
  await writeSquashfs(tree, image);
  await mounted(async () => expect(describeDirectory(mountPoint)).toEqual(await describeTree(tree)));
});

/** Like the file target, but zeros are left to be holes: an image of gigabytes takes no space here. */
function sparseTarget(path: string): Target {
  const target = fileTarget(fromText(path), { force: true });
  const isZero = (bytes: Uint8Array) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).equals(nothing(bytes.length));
  return {
    name: target.name,
    randomAccess: true,
    open: async () => {
      const opened = await target.open();
      return { ...opened, write: async (at, bytes) => (isZero(bytes) ? undefined : opened.write(at, bytes)) };
    },
  };
}

const NOTHING = Buffer.alloc(4 * 1024 * 1024);
const nothing = (length: number) => NOTHING.subarray(0, length);

kernel('data after 4 GiB, and a file larger than that', async () => {
  const large = exactContent(4_400_000_001, async function* () {
    yield* zeros(4_400_000_001);
  });
  const behind = noise(700_000, 5);
  const tree = FileTree.of({
    'a-large': file(large),
    'b-behind': file(bytesSource(behind)),
    'c-small': file(bytesSource(text('c'))),
  });
  const options = { compression: STORED, epoch: EPOCH, blockSize: 1_048_576, sparse: false };
  const { size } = await writeImage(planSquashfs(tree, options), sparseTarget(image), quietRun(1));
  expect(size).toBeGreaterThan(4_400_000_000);
  expect(judge('unsquashfs', ['-lln', image])).toMatchObject({ status: 0, stderr: '' });
  await mounted(() => {
    expect(statSync(join(mountPoint, 'a-large')).size).toBe(4_400_000_001);
    const digest = judge('sha256sum', [join(mountPoint, 'b-behind')]).stdout.slice(0, 64);
    expect(digest).toBe(createHash('sha256').update(behind).digest('hex'));
    expect(judge('cat', [join(mountPoint, 'c-small')]).stdout).toBe('c');
  });
});

const many = process.env['ISOPRESS_TEST_MANY'];
const whenGiven = many ? kernelOracle('mount', 'umount', 'time') : test.skip;

whenGiven(
  'a tree of a million small files, which ISOPRESS_TEST_MANY names, takes less than 600 bytes each',
  async () => {
    const entries = readdirSync(many!, { recursive: true }).length;
    expect(entries).toBeGreaterThanOrEqual(1_000_000);
    const one = join(dir, 'one');
    mkdirSync(one);
    writeFileSync(join(one, 'file'), 'one');
    const peak = (top: string) => {
      const args = ['squashfs', top, image, '--force', '--loss', 'ignore', '--progress', 'none', '--jobs', '2'];
      const done = judge('time', ['-f', '%M', process.execPath, MAIN, ...args]);
      expect(done, top).toMatchObject({ status: 0 });
      return Number(done.stderr.trim().split('\n').at(-1)) * 1024;
    };
    const base = peak(one);
    expect((peak(many!) - base) / entries).toBeLessThan(600);
    const count = (top: string) => judge('sh', ['-c', 'find "$1" | wc -l', 'sh', top]).stdout.trim();
    await mounted(() => expect(count(mountPoint)).toBe(count(many!)));
  },
  1_200_000,
);
