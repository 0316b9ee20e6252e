// squashfs × kernel and mksquashfs: equal tails are stored once, with any files before them.

import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findEqualTails, type SquashfsOptions } from '../../src/format/squashfs/index.js';
import { type ExactContent, quietRun } from '../../src/io/content.js';
import { exactContent } from '../../src/io/exact.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { shareDuplicates } from '../../src/tree/duplicates.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { judge, kernelOracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { EPOCH, GZIP, sparseContent, writeSquashfs } from '../support/squashfs-images.js';
import { describeDirectory, describeTree, noise } from '../support/trees.js';

const dir = scratchDirectory();
const image = join(dir, 'image.sqfs');
const theirs = join(dir, 'theirs.sqfs');
const unpacked = join(dir, 'unpacked');
const mountPoint = join(dir, 'mnt');
mkdirSync(mountPoint);

async function expectMountedEquals(tree: FileTree): Promise<void> {
  expect(judge('mount', ['-t', 'squashfs', '-o', 'loop,ro', image, mountPoint])).toMatchObject({ status: 0 });
  try {
    expect(describeDirectory(mountPoint)).toEqual(await describeTree(tree));
  } finally {
    expect(judge('umount', [mountPoint])).toMatchObject({ status: 0 });
  }
}

/** The tree as the command packs it: equal files first, then equal tails. */
async function shared(tree: FileTree, options: Partial<SquashfsOptions>) {
  const distinct = await shareDuplicates(tree, quietRun());
  const settings = { compression: GZIP, epoch: EPOCH, tailPacking: true, ...options };
  return { distinct, settings: { ...settings, equalTails: await findEqualTails(distinct, settings, quietRun()) } };
}

/** `head` followed by `tail`. */
function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat([head, tail]));
}

/** Can only be read from its start. */
function streamed(bytes: Uint8Array): ExactContent {
  return exactContent(bytes.length, async function* () {
    for (let at = 0; at < bytes.length; at += 50_000) yield bytes.slice(at, at + 50_000);
  });
}

const TAIL = noise(40_000, 3);
const sameTails = () =>
  FileTree.of({
    'a/first': file(bytesSource(joined(noise(131_072, 1), TAIL))),
    'a/other-end': file(bytesSource(joined(noise(131_072, 5), noise(40_000, 7)))),
    'b/streamed': file(streamed(joined(noise(262_144, 2), TAIL))),
    'b/whole': file(bytesSource(TAIL)),
    'c/behind-a-hole': file(sparseContent(131_072 + 40_000, [{ at: 131_072, length: 40_000 }])),
    'c/the-same-behind-data': file(bytesSource(joined(noise(131_072, 9), noise(40_000, 131_072)))),
  });

kernelOracle(
  'mount',
  'umount',
  'getfattr',
  'unsquashfs',
  'mksquashfs',
  'sqfsdiff',
)('equal tails are stored once, as mksquashfs stores them', async () => {
  const { distinct, settings } = await shared(sameTails(), {});
  expect(settings.equalTails.size).toBe(3);
  await writeSquashfs(distinct, image, { ...settings, equalTails: new Map() });
  const apart = statSync(image).size;
  const { fragments, contents } = await writeSquashfs(distinct, image, settings);
  expect({ fragments, contents }).toEqual({ fragments: 1, contents: 6 });
  expect(apart - statSync(image).size).toBeGreaterThan(110_000);
  await expectMountedEquals(sameTails());

  rmSync(unpacked, { recursive: true, force: true });
  const strict = ['-strict-errors', '-quiet', '-no-progress', '-d', unpacked, image];
  expect(judge('unsquashfs', strict)).toMatchObject({ status: 0, stderr: '' });
  rmSync(theirs, { force: true });
  const made = judge('mksquashfs', [unpacked, theirs, '-noappend', '-quiet', '-no-progress', '-tailends']);
  expect(made).toMatchObject({ status: 0 });
  expect(judge('sqfsdiff', ['-T', '-a', theirs, '-b', image])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(Math.abs(statSync(theirs).size - statSync(image).size)).toBeLessThanOrEqual(4096);
});

kernelOracle(
  'mount',
  'umount',
  'getfattr',
)('random files of few heads and few tails, in any order', async () => {
  const part = (sizes: readonly number[]) => fc.tuple(fc.constantFrom(...sizes), fc.nat(2));
  const files = fc.array(fc.record({ head: part([0, 4096, 8192, 65_536]), tail: part([0, 1, 100, 4095]) }), {
    minLength: 2,
    maxLength: 30,
  });
  const bytesOf = ([size, seed]: readonly [number, number]) => (seed === 2 ? new Uint8Array(size) : noise(size, seed));
  await fc.assert(
    fc.asyncProperty(files, fc.constantFrom(4096, 8192, 131_072), fc.boolean(), async (parts, blockSize, sparse) => {
      const entries = parts.map(({ head, tail }, i) => {
        const bytes = joined(bytesOf(head), bytesOf(tail));
        return [`f${i}`, file(i % 3 === 0 ? streamed(bytes) : bytesSource(bytes))] as const;
      });
      const tree = FileTree.of(Object.fromEntries(entries));
      const { distinct, settings } = await shared(tree, { blockSize, sparse });
      const all = [...distinct.root.entries.values()].flatMap((node) => (node.kind === 'file' ? [node.content] : []));
      const priorities = new Map(all.map((content, i) => [content, (i * 7) % 5]));
      await writeSquashfs(distinct, image, { ...settings, priorities });
      await expectMountedEquals(tree);
    }),
    { numRuns: runs(20) },
  );
});

test('tails are looked at only where files end in them, and never with another length', async () => {
  let reads = 0;
  const counted = (bytes: Uint8Array): ExactContent =>
    exactContent(bytes.length, async function* () {
      reads++;
      yield bytes;
    });
  const tree = FileTree.of({
    'a/small': file(counted(noise(500, 1))),
    'b/small': file(counted(noise(500, 3))),
    'c/large': file(bytesSource(noise(131_072 + 501, 5))),
  });
  const settings = { compression: GZIP, epoch: EPOCH };
  const none = new Map();
  expect(await findEqualTails(tree, { ...settings, tailPacking: true }, quietRun())).toEqual(none);
  expect(await findEqualTails(sameTails(), settings, quietRun())).toEqual(none);
  expect(reads).toBe(0);
  const [small, other] = ['a/small', 'c/large'].map((path) => tree.get(path)) as { content: ExactContent }[];
  const wrong = new Map([[other!.content, small!.content]]);
  const { contentSize } = await writeSquashfs(tree, image, { tailPacking: true, equalTails: wrong });
  expect(contentSize).toBe(131_072 + 1501);
  expect((await collect(small!.content, quietRun())).length).toBe(500);
});
