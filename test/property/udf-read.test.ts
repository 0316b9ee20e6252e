// Reading back what was written, under every revision, and surviving what was damaged.

import { describe, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { planDisc } from '../../src/disc/index.js';
import { InvalidImageError, UnsupportedError } from '../../src/errors.js';
import { openUdf } from '../../src/format/udf/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file, special, symlink } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { EPOCH } from '../support/discs.js';
import fc, { runs } from '../support/random.js';
import { describeTree, type EntryDescription, noise, POSIX, treeArbitrary } from '../support/trees.js';

const REVISIONS = ['1.02', '1.50', '2.01', '2.60'] as const;
const trees = treeArbitrary({ ...POSIX, fileSize: 60_000, xattrNamespaces: [] });

/** The facts that UDF keeps: microseconds; names and targets that are text; no surplus slashes in targets. */
function asKept(entries: ReadonlyMap<string, EntryDescription>) {
  const kept = [...entries].map(([path, { mtime, target, ...rest }]) => {
    const micros = Math.floor(mtime.nanoseconds / 1000);
    const clean = target?.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
    return [path, { ...rest, seconds: mtime.seconds, micros, target: clean }] as const;
  });
  return Object.fromEntries(kept);
}

const isText = (name: string) => /^[\x20-\x7e]*$/.test(name) && name.length < 200;

test('a volume gives back the tree that was written', async () => {
  const textual = trees.filter((tree) =>
    [...walk(tree)].every(({ name, node }) => isText(name) && (node.kind !== 'symlink' || isText(node.target))),
  );
  await fc.assert(
    fc.asyncProperty(textual, fc.constantFrom(...REVISIONS), fc.boolean(), async (tree, udf, iso9660) => {
      const image = await collect(
        planDisc(tree, { epoch: EPOCH, seed: 's', udf, iso9660, udfSpecialFiles: true }),
        quietRun(),
      );
      const opened = await openUdf(bytesSource(image));
      expect(opened.facts.revision).toBe(udf);
      expect(asKept(await describeTree(await opened.tree()))).toEqual(asKept(await describeTree(tree)));
    }),
    { numRuns: runs(60) },
  );
});

describe('a mutated volume', () => {
  const tree = FileTree.of({
    ...Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`dir-${i % 7}/file ${i}`, file(bytesSource(noise(i * 90, i)))]),
    ),
    'a/b/c/d': special('block-device', {}, 8, 1),
    link: symlink(fromText('../x/y')),
  });
  for (const udf of ['1.02', '2.60'] as const) {
    test(`${udf}: a result, or an error about the image`, async () => {
      const whole = await collect(planDisc(tree, { epoch: EPOCH, seed: 's', udf, iso9660: false }), quietRun());
      // Descriptors have checksums, so most of what is changed in them is found out by these.
      const mutation = fc.tuple(fc.integer({ min: 96 * 1024, max: whole.length - 1 }), fc.nat(255));
      await fc.assert(
        fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 8 }), fc.boolean(), async (mutations, cut) => {
          const image = whole.slice(0, cut ? mutations[0]![0] : whole.length);
          for (const [at, value] of mutations) if (at < image.length) image[at] = value;
          try {
            for (const { node } of walk(await (await openUdf(bytesSource(image))).tree())) {
              if (node.kind === 'file' && node.content.size < 2 ** 22) await collect(node.content, quietRun());
            }
          } catch (error) {
            if (!(error instanceof InvalidImageError || error instanceof UnsupportedError)) throw error;
            expect(error.code).toMatch(/^(udf|image)\./);
          }
        }),
        { numRuns: runs(600) },
      );
    });
  }
});
