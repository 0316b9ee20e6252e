// Reading back what was written, in every hierarchy, and surviving what was damaged.

import { describe, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { type DiscOptions, planDisc } from '../../src/disc/index.js';
import { InvalidImageError, UnsupportedError } from '../../src/errors.js';
import { openIso } from '../../src/format/iso9660/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file, symlink } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { EPOCH } from '../support/discs.js';
import fc, { runs } from '../support/random.js';
import { describeTree, type EntryDescription, noise, POSIX, treeArbitrary } from '../support/trees.js';

const trees = treeArbitrary({ ...POSIX, times: [-2_208_988_800, 5_869_583_999], nanoseconds: false, fileSize: 60_000 });
const options: fc.Arbitrary<DiscOptions & { rockRidge: '1.10' | '1.12' }> = fc.record({
  epoch: fc.constant(EPOCH),
  seed: fc.constant('property'),
  level: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const),
  joliet: fc.constantFrom(true, false, 'long' as const),
  deep: fc.constantFrom('keep' as const, 'relocate' as const),
  rockRidge: fc.constantFrom('1.10' as const, '1.12' as const),
  partitionOffset: fc.constantFrom(0 as const, 16 as const),
});

/** Without serial numbers nobody sees which names share a file. */
function asRead(entries: ReadonlyMap<string, EntryDescription>, version: '1.10' | '1.12') {
  const kept = ({ linkedTo, ...rest }: EntryDescription) =>
    version === '1.12' && linkedTo !== undefined ? { ...rest, linkedTo } : rest;
  // As Linux reads the field: without a major number, a minor number over 255 is both numbers in the old form.
  const device = ({ device: numbers, ...rest }: EntryDescription): EntryDescription => {
    if (numbers === undefined) return rest;
    const [major, minor] = numbers;
    return { ...rest, device: major === 0 && minor > 255 ? [minor >> 8, minor & 255] : numbers };
  };
  return Object.fromEntries([...entries].map(([path, entry]) => [path, kept(device(entry))]));
}

test('Rock Ridge gives back the tree that was written', async () => {
  await fc.assert(
    fc.asyncProperty(trees, options, async (tree, given) => {
      const image = await collect(planDisc(tree, given), quietRun());
      const { hierarchies, tree: read } = await openIso(bytesSource(image));
      expect(hierarchies).toEqual(['rock-ridge', ...(given.joliet ? ['joliet'] : []), 'iso9660']);
      const found = await describeTree(await read());
      found.delete('rr_moved');
      expect(asRead(found, given.rockRidge)).toEqual(asRead(await describeTree(tree), given.rockRidge));
    }),
    { numRuns: runs(60) },
  );
});

test('Joliet and the plain hierarchy have the same files', async () => {
  const name = fc.stringMatching(/^[a-z0-9äö]{1,20}(\.[a-z]{1,3})?$/);
  const contents = fc.dictionary(
    fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/')),
    fc.nat(5000),
  );
  await fc.assert(
    fc.asyncProperty(contents, async (sizes) => {
      const paths = Object.keys(sizes).filter(
        (path) => !Object.keys(sizes).some((other) => other.startsWith(`${path}/`)),
      );
      const tree = FileTree.of(
        Object.fromEntries(paths.map((path, i) => [fromText(path), file(bytesSource(noise(sizes[path]!, i)))])),
      );
      const image = await collect(planDisc(tree, { epoch: EPOCH, seed: 's', joliet: 'long' }), quietRun());
      const opened = await openIso(bytesSource(image));
      const digests = (entries: ReadonlyMap<string, EntryDescription>) =>
        [...entries.values()].map(({ sha256 }) => sha256 ?? '').sort();
      const joliet = await describeTree(await opened.tree('joliet'));
      const wanted = await describeTree(tree);
      expect([...joliet.keys()].sort()).toEqual([...wanted.keys()].sort());
      expect(digests(joliet)).toEqual(digests(wanted));
      expect(digests(await describeTree(await opened.tree('iso9660')))).toEqual(digests(wanted));
    }),
    { numRuns: runs(60) },
  );
});

describe('a mutated image', () => {
  const entries = Object.fromEntries([
    ...Array.from({ length: 60 }, (_, i) => [`dir-${i % 7}/file ${i}`, file(bytesSource(noise(i * 50, i)))] as const),
    ['a/b/c/d/e/f/g/h/i/j/deep', file(bytesSource(noise(9, 1)))] as const,
    ['link', symlink(fromText('x/'.repeat(300)))] as const,
    [
      'attributed',
      file(bytesSource(noise(9, 2)), { xattrs: [{ name: fromText('user.a'), value: noise(4000, 1) }] }),
    ] as const,
  ]);
  for (const deep of ['keep', 'relocate'] as const) {
    test(`with deep directories (${deep}): a result, or an error about the image`, async () => {
      const whole = await collect(
        planDisc(FileTree.of(entries), { epoch: EPOCH, seed: 's', deep, joliet: true }),
        quietRun(),
      );
      // Where a mutation has an effect: descriptors, path tables and directories follow the system area.
      const mutation = fc.tuple(
        fc.oneof(fc.integer({ min: 32_768, max: 100_000 }), fc.nat(whole.length - 1)),
        fc.nat(255),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 8 }), fc.boolean(), async (mutations, cut) => {
          const image = whole.slice(0, cut ? mutations[0]![0] : whole.length);
          for (const [at, value] of mutations) if (at < image.length) image[at] = value;
          try {
            const opened = await openIso(bytesSource(image));
            for (const hierarchy of opened.hierarchies) {
              for (const { node } of walk(await opened.tree(hierarchy))) {
                if (node.kind === 'file' && node.content.size < 2 ** 22) await collect(node.content, quietRun());
              }
            }
          } catch (error) {
            if (!(error instanceof InvalidImageError || error instanceof UnsupportedError)) throw error;
            expect(error.code).toMatch(/^(iso9660|image)\./);
          }
        }),
        { numRuns: runs(600) },
      );
    });
  }
});
