// The reader of EROFS: what was written comes back, by either engine; damage is a result or an error of the image.

import { describe, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { InvalidImageError, UnsupportedError } from '../../src/errors.js';
import { type ErofsOptions, openErofs, recogniseErofs } from '../../src/format/erofs/index.js';
import { extendedInode, INODE_UNIT } from '../../src/format/erofs/inode.js';
import { SUPERBLOCK_AT, superblock, superblockChecksum } from '../../src/format/erofs/superblock.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { loadNative } from '../../src/native/index.js';
import { shareDuplicates } from '../../src/tree/duplicates.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { EROFS, erofsBytes } from '../support/erofs-images.js';
import fc, { runs } from '../support/random.js';
import { everythingTree } from '../support/squashfs-images.js';
import { describeTree, noise, treeArbitrary } from '../support/trees.js';

const ENGINES = (['native', 'portable'] as const).filter((engine) => engine === 'portable' || loadNative().addon);

const FORMS: readonly Partial<ErofsOptions>[] = [
  {},
  { blockSize: 512, inodes: 'extended' },
  { inlineData: false, sharedXattrs: 0 },
  { compression: { name: 'lz4' } },
  { compression: { name: 'lz4hc', level: 3 }, clusterSize: 65_536, index: 'full' },
  { compression: { name: 'lzma', level: 0 }, clusterSize: 16_384 },
  { compression: { name: 'deflate', level: 1 } },
  { compression: { name: 'zstd', level: 1 }, clusterSize: 1_048_576 },
  { compression: { name: 'lz4' }, clusterSize: 16_384, fragments: 'ends', dedupe: true, interlaced: true },
  { compression: { name: 'zstd', level: 1 }, clusterSize: 65_536, fragments: 'all' },
  { compression: { name: 'deflate', level: 1 }, blockSize: 512, dedupe: true },
  { compression: { name: 'lzma', level: 0 }, clusterSize: 16_384, tailPacking: true },
  { chunkSize: 16_384 },
];

async function reread(image: Uint8Array, engine: 'native' | 'portable'): Promise<FileTree> {
  return (await openErofs(bytesSource(image), engine)).tree();
}

/** With the checksum that belongs to it: what is changed is read, not refused as a whole. */
function sealed(image: Uint8Array): Uint8Array {
  const found = superblock.decode(image, SUPERBLOCK_AT);
  if (found.blockLog < 9 || found.blockLog > 16) return image;
  const sum = superblockChecksum(image.subarray(SUPERBLOCK_AT), found.blockLog);
  new DataView(image.buffer, image.byteOffset).setUint32(SUPERBLOCK_AT + 4, sum, true);
  return image;
}

describe.each(ENGINES)('%s', (engine) => {
  test.each(FORMS)('a tree of everything comes back: %j', async (options) => {
    const found = await reread(await erofsBytes(everythingTree(), options), engine);
    expect(await describeTree(found)).toEqual(await describeTree(everythingTree()));
  });

  test('random trees in every form come back', async () => {
    await fc.assert(
      fc.asyncProperty(treeArbitrary(EROFS), fc.constantFrom(...FORMS), async (tree, options) => {
        const shared = await shareDuplicates(tree, quietRun());
        const found = await reread(await erofsBytes(shared, options), engine);
        expect(await describeTree(found)).toEqual(await describeTree(tree));
      }),
      { numRuns: runs(20) },
    );
  });

  test('whatever is damaged: a result or an error of the image, and no more than it could hold', async () => {
    const images = await Promise.all(FORMS.map((options) => erofsBytes(everythingTree(), options)));
    const place = fc.tuple(
      fc.constantFrom('head', 'first', 'anywhere', 'anywhere'),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
    );
    const damage = fc.record({
      image: fc.constantFrom(...images),
      places: fc.array(place, { minLength: 1, maxLength: 6 }),
      cut: fc.oneof(
        { weight: 8, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
      ),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ image, places, cut }) => {
        const copy = image.slice(0, cut === null ? image.length : Math.floor(cut * image.length));
        for (const [where, share, value] of places) {
          const [start, end] = { head: [1024, 1280], first: [1024, 65_536], anywhere: [0, image.length] }[where]!;
          const at = Math.floor(start! + share * (end! - start! - 1));
          if (at < copy.length) copy[at] = value;
        }
        try {
          const tree = await reread(copy.length > 4096 ? sealed(copy) : copy, engine);
          for (const { node } of walk(tree)) {
            if (node.kind === 'file' && node.content.size < 2 ** 24) {
              await collect(node.content, quietRun()).catch((error) => {
                if (!(error instanceof InvalidImageError || error instanceof UnsupportedError)) throw error;
              });
            }
          }
        } catch (error) {
          if (!(error instanceof InvalidImageError || error instanceof UnsupportedError)) throw error;
        }
      }),
      { numRuns: runs(100) },
    );
  });
});

test('a file whose data is outside of the image is that one file’s error', async () => {
  const tree = FileTree.of({ bad: file(bytesSource(noise(9000, 1))), good: file(bytesSource(noise(9000, 2))) });
  const image = await erofsBytes(tree, { inodes: 'extended', inlineData: false });
  const { metaBlock } = superblock.decode(image, SUPERBLOCK_AT);
  const start = metaBlock * 4096;
  for (let at = start; at + extendedInode.size <= image.length; at += INODE_UNIT) {
    const inode = extendedInode.decode(image, at);
    if (inode.mode !== 0o100644 || inode.size !== 9000) continue;
    extendedInode.encodeInto({ ...inode, data: 0x7fff_ffff }, image, at);
    break;
  }
  const found = await reread(sealed(image), 'portable');
  const contents = await Promise.allSettled(
    ['bad', 'good'].map(async (name) => {
      const node = found.get(fromText(name));
      return node?.kind === 'file' ? collect(node.content, quietRun()) : undefined;
    }),
  );
  expect(contents.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const rejected = contents.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  expect(rejected.reason).toMatchObject({ code: expect.stringMatching(/^erofs\./) });
});

test('other images are refused, and so are unknown features', async () => {
  expect(await recogniseErofs(bytesSource(noise(5000, 1)))).toBeUndefined();
  await expect(openErofs(bytesSource(noise(5000, 1)))).rejects.toMatchObject({ code: 'erofs.magic' });
  await expect(openErofs(bytesSource(new Uint8Array(10)))).rejects.toMatchObject({ code: 'erofs.magic' });
  const image = await erofsBytes(everythingTree());
  expect(await recogniseErofs(bytesSource(image))).toMatchObject({ blockSize: 4096, compression: [] });
  const newer = image.slice();
  newer[SUPERBLOCK_AT + 83] = 0x80;
  await expect(openErofs(bytesSource(sealed(newer)))).rejects.toBeInstanceOf(UnsupportedError);
  const broken = image.slice();
  broken[SUPERBLOCK_AT + 50] = broken[SUPERBLOCK_AT + 50]! ^ 1;
  await expect(openErofs(bytesSource(broken))).rejects.toMatchObject({ code: 'erofs.checksum' });
});
