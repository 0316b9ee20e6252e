// Images that keep the places of an earlier one: valid by the judgement of others, and like it wherever nothing has changed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { IsopressError } from '../../src/errors.js';
import { type Ext4Options, openExt4, planExt4, readExt4Places } from '../../src/format/ext4/index.js';
import {
  findEqualTails,
  openSquashfs,
  planSquashfs,
  readSquashfsPlaces,
  type SquashfsOptions,
} from '../../src/format/squashfs/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { shareDuplicates } from '../../src/tree/index.js';
import { directory, file } from '../../src/tree/node.js';
import { changedTree } from '../support/changed-tree.js';
import { isopress } from '../support/command.js';
import { BASE, expectClean, withHoles } from '../support/ext4.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { EPOCH, GZIP, SQUASHFS } from '../support/squashfs-images.js';
import { describeDirectory, describeTree, noise, POSIX, type TreeLimits, treeArbitrary } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const run = quietRun(2);

async function ext4(tree: FileTree, options: Partial<Ext4Options>, earlier?: Uint8Array) {
  const like = earlier && (await readExt4Places(bytesSource(earlier)));
  const plan = planExt4(tree, { ...BASE, journal: false, ...options, ...(like ? { like } : {}) });
  return { layout: plan.layout, bytes: await collect(plan, run) };
}

/** Comparing arrays item by item takes most of the time of a test. */
function expectSame(some: Uint8Array, others: Uint8Array): void {
  expect(Buffer.compare(some, others)).toBe(0);
}

function expectCleanBytes(bytes: Uint8Array): void {
  writeFileSync(at('judged.img'), bytes);
  expectClean(at('judged.img'));
}

/** lost+found belongs to the file system. */
async function ext4Contents(bytes: Uint8Array) {
  const found = await describeTree(await (await openExt4(bytesSource(bytes))).tree());
  found.delete('lost+found');
  return found;
}

/** e2fsck takes later times for those before 1970. */
const JUDGED: TreeLimits = { ...POSIX, times: [-(2 ** 31), 2 ** 33], fileSize: 40_000 };

const shapes: Partial<Ext4Options>[] = [
  {},
  { features: 'inline_data', blocksPerGroup: 512 },
  { features: 'quota,project,ea_inode', inodeSize: 256, slack: 300_000 },
  { profile: 'modern', journal: 1024, blockSize: 1024 },
  { profile: 'minimal', blocksPerGroup: 256, blockSize: 1024 },
  { features: '^flex_bg,meta_bg,^resize_inode', blocksPerGroup: 256, blockSize: 1024 },
  { size: 3_000_000, blocksPerGroup: 256 },
];

oracle('e2fsck')(
  'ext4: random trees, changed twice, are clean and whole at the places of those before',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        treeArbitrary(JUDGED),
        fc.constantFrom(...shapes),
        fc.nat(100),
        async (first, options, round) => {
          let earlier = (await ext4(withHoles(first), options)).bytes;
          expectSame((await ext4(withHoles(first), options, earlier)).bytes, earlier);
          for (const step of [round, round + 1]) {
            const tree = withHoles(changedTree(first, step));
            const { bytes } = await ext4(tree, options, earlier);
            expectCleanBytes(bytes);
            const expected = await describeTree(tree);
            expected.delete('lost+found');
            expect(await ext4Contents(bytes)).toEqual(expected);
            earlier = bytes;
          }
        },
      ),
      { numRuns: runs(40) },
    );
  },
  120_000,
);

/** Files with names in order; `sizes` are in blocks of 4096 bytes. */
function filesOf(sizes: Readonly<Record<string, number>>, seed = 1): FileTree {
  const files = Object.entries(sizes).map(([name, blocks]) => {
    return [fromText(name), file(bytesSource(noise(blocks * 4096, seed + blocks)))] as const;
  });
  return new FileTree(directory({ mtime: EPOCH }, files));
}

/** Inode number and blocks of a file, as debugfs reports them. */
function placeOf(image: string, name: string): string {
  const ask = (command: string) => judge('debugfs', ['-R', `${command} /${name}`, image]).stdout.trim();
  return `${/Inode: (\d+)/.exec(ask('stat'))?.[1]}: ${ask('blocks')}`;
}

oracle('e2fsck', 'debugfs')(
  'ext4: what needs no more blocks stays, what grows moves, and gaps are filled first',
  async () => {
    const before = { a: 3, b: 5, c: 2, cc: 1, d: 7, e: 4 };
    const first = await ext4(filesOf(before), {});
    // `b` shrinks, `c` grows, `d` goes; `c` and `n` fit where `d` was, `o` does not.
    const { bytes, layout } = await ext4(filesOf({ a: 3, b: 4, c: 6, cc: 1, e: 4, n: 1, o: 30 }, 9), {}, first.bytes);
    writeFileSync(at('first.img'), first.bytes);
    writeFileSync(at('next.img'), bytes);
    expectClean(at('next.img'));
    for (const name of ['a', 'cc', 'e']) expect(placeOf(at('next.img'), name)).toBe(placeOf(at('first.img'), name));
    const [was, is] = [placeOf(at('first.img'), 'b'), placeOf(at('next.img'), 'b')];
    expect(was.startsWith(is)).toBe(true);
    const blocksOf = (image: string, name: string) => placeOf(image, name).split(': ')[1]!.split(' ').filter(Boolean);
    const gap = new Set([...blocksOf(at('first.img'), 'd'), ...blocksOf(at('first.img'), 'c')]);
    for (const name of ['c', 'n'])
      expect(blocksOf(at('next.img'), name).filter((block) => !gap.has(block))).toEqual([]);
    const counted = { kept: 4, moved: 1, added: 2, removed: 1 };
    expect(Object.fromEntries(Object.entries(layout.like!).map(([fate, { files }]) => [fate, files]))).toEqual(counted);
    expect(layout.like!.moved.bytes).toBe(6 * 4096);
  },
);

oracle('e2fsck')('ext4: a size in which the old places leave no room is planned without them', async () => {
  const first = await ext4(filesOf({ a: 100, b: 1, c: 100 }), {});
  const tree = filesOf({ a: 101, b: 1, c: 101 });
  const { layout: alone } = await ext4(tree, {});
  const { bytes, layout } = await ext4(tree, { size: alone.size }, first.bytes);
  expect(layout.size).toBe(alone.size);
  expectCleanBytes(bytes);
  await expect(ext4(tree, { size: alone.size - 4096 }, first.bytes)).rejects.toMatchObject({ code: 'ext4.too-small' });
});

oracle('e2fsck', 'mke2fs')('ext4: images of mke2fs and of an earlier size are followed too', async () => {
  const top = at('theirs');
  mkdirSync(join(top, 'sub'), { recursive: true });
  for (let index = 0; index < 40; index++)
    writeFileSync(join(top, index % 2 ? 'sub' : '.', `f${index}`), noise(index * 3000, 7));
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', top, at('theirs.img'), '8M']);
  for (const size of ['8M', '150M', 'auto']) {
    const { status, stdout } = isopress([
      'ext4',
      top,
      at('like.img'),
      '--size',
      size,
      '--like',
      at('theirs.img'),
      '-f',
      '--json',
      '--quiet',
    ]);
    expect(status).toBe(0);
    expectClean(at('like.img'));
    expect(JSON.parse(stdout).layout.like.kept.files).toBeGreaterThanOrEqual(size === '150M' ? 0 : 40);
  }
});

oracle('e2fsck')('ext4: a damaged earlier image is refused, or gives a clean one', async () => {
  const { bytes } = await ext4(filesOf({ a: 3, b: 50, c: 2 }), { profile: 'minimal', blockSize: 1024 });
  const tree = filesOf({ a: 3, b: 51, c: 2, n: 4 });
  const places = fc.array(fc.tuple(fc.nat(40_000), fc.nat(255)), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(places, async (changes) => {
      const damaged = bytes.slice();
      for (const [place, value] of changes) damaged[1024 + place] = value;
      try {
        expectCleanBytes((await ext4(tree, { profile: 'minimal', size: 600_000 }, damaged)).bytes);
      } catch (error) {
        if (!(error instanceof IsopressError) || error.code.startsWith('internal.')) throw error;
      }
    }),
    { numRuns: runs(60) },
  );
});

const forms: Partial<SquashfsOptions>[] = [
  {},
  { blockSize: 8192, tailPacking: true },
  { blockSize: 4096, fragments: false },
  { blockSize: 16_384, alignTo: 4096, duplicatesShared: true },
];

async function squashfs(tree: FileTree, options: Partial<SquashfsOptions>, earlier?: Uint8Array) {
  const like = earlier && (await readSquashfsPlaces(bytesSource(earlier)));
  const settings = { compression: GZIP, epoch: EPOCH, ...options, ...(like ? { like } : {}) };
  const shared = options.duplicatesShared || options.tailPacking ? await shareDuplicates(tree, run) : tree;
  const plan = planSquashfs(shared, { ...settings, equalTails: await findEqualTails(shared, settings, run) });
  const bytes = await collect(plan, run);
  expectSame(await collect(plan, quietRun(1)), bytes);
  return { bytes, layout: plan.layout };
}

test('squashfs: random trees, changed twice, are whole in the order of those before', async () => {
  await fc.assert(
    fc.asyncProperty(treeArbitrary(SQUASHFS), fc.constantFrom(...forms), fc.nat(100), async (first, options, round) => {
      let earlier = (await squashfs(first, options)).bytes;
      expectSame((await squashfs(first, options, earlier)).bytes, earlier);
      for (const step of [round, round + 1]) {
        const tree = changedTree(first, step);
        const { bytes } = await squashfs(tree, options, earlier);
        expect(await describeTree(await (await openSquashfs(bytesSource(bytes))).tree())).toEqual(
          await describeTree(tree),
        );
        earlier = bytes;
      }
    }),
    { numRuns: runs(40) },
  );
}, 120_000);

kernelOracle('unsquashfs')('squashfs: of many small files, one changed costs one fragment', async () => {
  const content = (index: number) => noise(1000 + ((index * 389) % 4000), index);
  const small = (change: (entries: Map<string, Uint8Array>) => void) => {
    const entries = new Map(
      Array.from({ length: 400 }, (_, index) => [`f${String(index).padStart(3, '0')}`, content(index)]),
    );
    change(entries);
    const nodes = [...entries].map(([name, bytes]) => [fromText(name), file(bytesSource(bytes))] as const);
    return new FileTree(directory({ mtime: EPOCH, mode: 0o755 }, nodes));
  };
  const first = await squashfs(
    small(() => {}),
    {},
  );
  const tree = small((entries) => {
    entries.set('f100', noise(999, 3));
    entries.set('aaa', noise(50, 4));
  });
  const { bytes, layout } = await squashfs(tree, {}, first.bytes);
  const fragment = 128 * 1024;
  const fragments = layout.fragments;
  expect(fragments).toBeGreaterThan(8);
  const [was, is] = [Buffer.from(first.bytes), Buffer.from(bytes)];
  const kept = Array.from({ length: fragments - 1 }, (_, index) =>
    was.subarray(96 + index * fragment, 96 + index * fragment + 4096),
  );
  // Data that does not compress is stored as it is.
  expect(kept.filter((part) => !is.includes(part)).length).toBeLessThanOrEqual(2);
  expect(layout.like).toMatchObject({
    kept: { files: 399 },
    moved: { files: 1 },
    added: { files: 1 },
    removed: { files: 0 },
  });
  writeFileSync(at('next.sqfs'), bytes);
  expect(judge('unsquashfs', ['-q', '-n', '-d', at('unpacked'), at('next.sqfs')]).status).toBe(0);
  const expected = await describeTree(tree);
  for (const [path, { sha256 }] of describeDirectory(at('unpacked')))
    expect([path, sha256]).toEqual([path, expected.get(path)?.sha256]);
});

test('an image of another kind is refused with its name', () => {
  mkdirSync(at('tree'), { recursive: true });
  writeFileSync(at('tree/file'), 'text');
  expect(isopress(['squashfs', at('tree'), at('one.sqfs'), '--quiet', '--loss', 'ignore']).status).toBe(0);
  for (const previous of ['one.sqfs', 'tree/file', 'missing']) {
    const { status, stderr } = isopress(['ext4', at('tree'), at('two.img'), '--like', at(previous), '--quiet']);
    expect([previous, status]).toEqual([previous, 3]);
    expect(stderr).toContain(previous);
  }
  expect(readFileSync(at('one.sqfs')).length).toBeGreaterThan(0);
});
