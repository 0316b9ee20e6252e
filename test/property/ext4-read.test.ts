// ext4 images read back: the tree they were made of, and from damaged ones a result or an error that says so.

import { describe, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { InvalidImageError, UnsupportedError } from '../../src/errors.js';
import { type Ext4Options, openExt4, planExt4 } from '../../src/format/ext4/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { exclude } from '../../src/tree/exclude.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, special, symlink } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { BASE, withHoles } from '../support/ext4.js';
import { ext4OptionsArbitrary } from '../support/ext4-options.js';
import fc, { runs } from '../support/random.js';
import { describeTree, noise, treeArbitrary } from '../support/trees.js';

async function imageOf(tree: FileTree, options: Partial<Ext4Options>): Promise<Uint8Array> {
  return collect(planExt4(tree, { ...BASE, journal: false, ...options }), quietRun(), 2 ** 30);
}

/** Reads everything that an image offers; how many entries that was. */
async function readAll(image: Uint8Array): Promise<number> {
  const tree = await (await openExt4(bytesSource(image))).tree();
  let entries = 0;
  for (const { node } of walk(tree)) {
    entries++;
    // A mutated size may be any: contents are pulled, not collected.
    if (node.kind === 'file' && node.content.size < 2 ** 24) await collect(node.content, quietRun());
  }
  return entries;
}

const small = FileTree.of({
  many: directory(
    {},
    Array.from({ length: 300 }, (_, turn) => [fromText(`entry-${turn}`), special('fifo', { uid: turn })] as const),
  ),
  'a/b/c': file(bytesSource(noise(20_000, 1)), { xattrs: [{ name: fromText('user.a'), value: noise(700, 2) }] }),
  inline: file(bytesSource(noise(50, 3))),
  link: symlink(fromText('l'.repeat(70))),
  device: special('block-device', {}, 8, 1),
});

describe('ext4 images', () => {
  test('give back the tree they were made of, whatever their features', async () => {
    await fc.assert(
      fc.asyncProperty(treeArbitrary(), ext4OptionsArbitrary, async (random, options) => {
        const tree = withHoles(exclude(random, [fromText('/lost+found')]));
        const image = await imageOf(tree, { ...options, slack: 0, inodeSize: Math.max(256, options.inodeSize ?? 256) });
        const { facts, tree: read } = await openExt4(bytesSource(image));
        expect(facts.size).toBe(image.length);
        const found = await describeTree(await read());
        expect(found.get('lost+found')?.kind).toBe('directory');
        found.delete('lost+found');
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(await describeTree(tree)));
      }),
      { numRuns: runs(40) },
    );
  });

  test('make the same image again', async () => {
    const options = { profile: 'modern', journal: 1024 } as const;
    const image = await imageOf(small, options);
    const { tree } = await openExt4(bytesSource(image));
    expect(Buffer.compare(await imageOf(await tree(), options), image)).toBe(0);
    expect((await tree()).get('many/entry-299')).toBeDefined();
  });

  for (const [name, options] of [
    ['with checksums', { profile: 'boot', features: 'inline_data' }],
    ['without checksums', { profile: 'minimal', features: 'inline_data', blockSize: 1024 }],
    ['with block groups everywhere', { profile: 'minimal', blockSize: 1024, blocksPerGroup: 256, features: 'meta_bg' }],
  ] as const) {
    test(`${name}, mutated: a result, or an error about the image`, async () => {
      const whole = await imageOf(small, options);
      expect(await readAll(whole)).toBeGreaterThan(306);
      // Half of the mutations hit the first blocks, where everything else is decided.
      const place = fc.oneof(fc.nat(whole.length - 1), fc.integer({ min: 1024, max: 32_768 }));
      const mutation = fc.tuple(place, fc.nat(255));
      await fc.assert(
        fc.asyncProperty(
          fc.array(mutation, { minLength: 1, maxLength: 6 }),
          fc.boolean(),
          async (mutations, cutShort) => {
            const image = whole.slice(0, cutShort ? mutations[0]![0] : whole.length);
            for (const [at, value] of mutations) if (at < image.length) image[at] = value;
            try {
              expect(await readAll(image)).toBeGreaterThan(0);
            } catch (error) {
              if (!(error instanceof InvalidImageError || error instanceof UnsupportedError)) throw error;
              expect(error.code).toMatch(/^(ext4|image)\./);
            }
          },
        ),
        { numRuns: runs(200) },
      );
    });
  }
});
