// Seals of plans that are files of other images.
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { planDisc } from '../../../src/disc/index.js';
import { readTags, TAG_STYLES, tagSeal, verifyTags } from '../../../src/format/checkmedia/index.js';
import { planErofs } from '../../../src/format/erofs/index.js';
import { planExt4 } from '../../../src/format/ext4/index.js';
import { planFat } from '../../../src/format/fat/index.js';
import { planSquashfs } from '../../../src/format/squashfs/index.js';
import { openImage } from '../../../src/image/index.js';
import { isExact, quietRun } from '../../../src/io/content.js';
import { bytesSource, collect } from '../../../src/io/memory.js';
import type { Seal } from '../../../src/io/seal.js';
import { withSeals } from '../../../src/io/sealed-plan.js';
import { memoryTarget } from '../../../src/io/target.js';
import { writeImage } from '../../../src/io/write-image.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { file } from '../../../src/tree/node.js';
import { EPOCH, mediaTree, openContent } from '../../support/discs.js';
import { ENGINE } from '../../support/engines.js';
import { GZIP, STORED } from '../../support/squashfs-images.js';
import { noise } from '../../support/trees.js';

const run = quietRun();
const options = { epoch: EPOCH, seed: 's' };

const written = async (plan: Parameters<typeof writeImage>[0]) => {
  const target = memoryTarget();
  await writeImage(plan, target, run);
  return target.bytes();
};

type Planned = Parameters<typeof writeImage>[0];
const compression = { name: 'zstd', engine: ENGINE } as const;
const OUTER: Readonly<Record<string, (tree: FileTree) => Planned>> = {
  'ISO 9660': (tree) => planDisc(tree, options),
  'UDF alone': (tree) => planDisc(tree, { ...options, udf: '2.01', iso9660: false }),
  squashfs: (tree) => planSquashfs(tree, { epoch: EPOCH, compression: GZIP }),
  'squashfs that stores': (tree) => planSquashfs(tree, { epoch: EPOCH, compression: STORED }),
  EROFS: (tree) => planErofs(tree, options),
  'EROFS that compresses': (tree) => planErofs(tree, { ...options, compression, clusterSize: 65_536 }),
  ext4: (tree) => planExt4(tree, options),
  FAT: (tree) => planFat(tree, options),
};

describe.each(TAG_STYLES)('a tagged disc in the style %s', (style) => {
  const tagged = () => {
    const disc = planDisc(mediaTree(), options);
    if (!isExact(disc)) throw new Error('The tree has open content.');
    return withSeals(disc, [tagSeal({ style })]);
  };

  test.each(Object.entries(OUTER))('keeps its tag as a file of an image of %s', async (_, plan) => {
    const inner = await written(tagged());
    expect(await readTags(bytesSource(inner))).toMatchObject({ style });
    const outer = await written(plan(FileTree.of({ 'inner.iso': file(tagged()) })));
    const node = (await (await openImage(bytesSource(outer))).tree()).get(fromText('inner.iso'));
    const nested = node?.kind === 'file' ? await collect(node.content, run) : new Uint8Array(0);
    expect(Buffer.compare(nested, inner)).toBe(0);
    expect(await verifyTags(bytesSource(nested), run)).toMatchObject({ ok: true, style });
  });
});

test('seals are added to those that a plan has, and work in their order', async () => {
  const seal = (bytes: readonly number[]): Seal => ({
    name: String(bytes),
    seal: async () => [{ at: 0, bytes: Uint8Array.from(bytes) }],
    stream: () => ({
      update: async () => {},
      finish: async () => [{ at: 0, bytes: Uint8Array.from(bytes) }],
    }),
  });
  const plan = { ...bytesSource(new Uint8Array(4)), layout: null };
  const sealed = withSeals(withSeals(plan, [seal([1, 1, 1])]), [seal([2, 2])]);
  expect(sealed.seals.map(({ name }) => name)).toEqual(['1,1,1', '2,2']);
  expect([...(await written(sealed))]).toEqual([2, 2, 1, 0]);
  expect([...(await collect(sealed, run))]).toEqual([2, 2, 1, 0]);
});

test('a sealed image of unknown size cannot be a file, by its type and when it is tried', () => {
  const open = withSeals(planDisc(mediaTree(openContent(noise(1000, 1), 5000)), options), [tagSeal({ style: 'suse' })]);
  // @ts-expect-error the disc may be open
  expect(() => file(open)).toThrow(expect.objectContaining({ code: 'tree.sealed-open-content' }));
  const sealedOpen = { sizeLimit: 1, pieces: async function* () {}, seals: [] as readonly Seal[] };
  // @ts-expect-error open content with seals is no content of a file
  expect(() => file(sealedOpen)).toThrow(expect.objectContaining({ code: 'tree.sealed-open-content' }));
});
