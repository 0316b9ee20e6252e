// The reader of squashfs: what was written comes back, by either engine; damage is a result or an InvalidImageError.

import { describe, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { type CompressionRequest, chooseCompression, chooseDecoder } from '../../src/compress/index.js';
import { InvalidImageError, UnsupportedError } from '../../src/errors.js';
import { openSquashfs, recogniseSquashfs, type StoredPart } from '../../src/format/squashfs/index.js';
import { superblock } from '../../src/format/squashfs/superblock.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect, zeroContent } from '../../src/io/memory.js';
import { faultOfContent } from '../../src/io/unreadable.js';
import { loadNative } from '../../src/native/index.js';
import { shareDuplicates } from '../../src/tree/duplicates.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file, symlink } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import fc, { runs } from '../support/random.js';
import { everythingTree, SQUASHFS, squashfsBytes } from '../support/squashfs-images.js';
import { describeTree, noise, treeArbitrary } from '../support/trees.js';

const native = loadNative().addon !== undefined;
const ENGINES = (['native', 'portable'] as const).filter((engine) => engine !== 'native' || native);

const REQUESTS: readonly CompressionRequest[] = [
  { name: 'gzip', level: 1 },
  { name: 'zstd', level: 3 },
  { name: 'lz4' },
  { name: 'none' },
  ...(native ? ([{ name: 'xz', level: 0 }, { name: 'lzo' }, { name: 'lz4', level: 9 }] as const) : []),
];

async function reread(image: Uint8Array, engine: 'native' | 'portable'): Promise<FileTree> {
  return (await openSquashfs(bytesSource(image), engine)).tree();
}

describe.each(ENGINES)('%s', (engine) => {
  test.each(REQUESTS)('a tree of everything comes back: $name', async (request) => {
    const compression = chooseCompression(request);
    for (const options of [{ blockSize: 4096 }, { blockSize: 1_048_576, tailPacking: true }, { exportTable: false }]) {
      const image = await squashfsBytes(everythingTree(), { compression, ...options });
      expect(await describeTree(await reread(image, engine))).toEqual(await describeTree(everythingTree()));
    }
  });

  test('random trees with every codec and switch come back, with holes', async () => {
    const switches = fc.record({
      request: fc.constantFrom(...REQUESTS),
      blockSize: fc.constantFrom(4096, 16_384, 131_072),
      fragments: fc.boolean(),
      exportTable: fc.boolean(),
      sparse: fc.boolean(),
      stored: fc.subarray<StoredPart>(['inodes', 'data', 'fragments', 'xattrs', 'ids']),
      alignTo: fc.constantFrom(1, 512),
    });
    await fc.assert(
      fc.asyncProperty(treeArbitrary(SQUASHFS), switches, async (tree, { request, ...options }) => {
        const compression = chooseCompression(request);
        const shared = await shareDuplicates(tree, quietRun());
        const found = await reread(await squashfsBytes(shared, { compression, ...options }), engine);
        expect(await describeTree(found)).toEqual(await describeTree(tree));
      }),
      { numRuns: runs(20) },
    );
  });

  test('whatever is damaged: a result or an error of the image, and no more than it could hold', async () => {
    const tables: readonly StoredPart[] = ['inodes', 'xattrs', 'ids'];
    // Tables that are not compressed: what is changed in them is read as changed, not as damage of a block.
    const images = await Promise.all(
      REQUESTS.flatMap((request) =>
        [[], tables].map(async (stored) => {
          const compression = chooseCompression(request);
          const image = await squashfsBytes(everythingTree(), { compression, blockSize: 16_384, stored });
          const view = new DataView(image.buffer);
          return { image, tablesAt: view.getUint32(64, true) };
        }),
      ),
    );
    const place = fc.tuple(
      fc.constantFrom('head', 'tables', 'tables', 'tables', 'anywhere'),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
    );
    const damage = fc.record({
      from: fc.constantFrom(...images),
      places: fc.array(place, { minLength: 1, maxLength: 4 }),
      cut: fc.oneof(
        { weight: 8, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
      ),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ from: { image, tablesAt }, places, cut }) => {
        const copy = image.slice(0, cut === null ? image.length : Math.floor(cut * image.length));
        for (const [where, share, value] of places) {
          const [start, end] = { head: [0, 96], tables: [tablesAt, image.length], anywhere: [0, image.length] }[where]!;
          const at = Math.floor(start! + share * (end! - start! - 1));
          if (at < copy.length) copy[at] = value;
        }
        try {
          const tree = await reread(copy, engine);
          for (const { node } of walk(tree)) {
            if (node.kind === 'file' && node.content.size < 2 ** 24) await collect(node.content, quietRun());
          }
        } catch (error) {
          if (!(error instanceof InvalidImageError || error instanceof UnsupportedError)) throw error;
        }
      }),
      { numRuns: runs(100) },
    );
  });
});

test('the decoders of both engines agree, and refuse what is longer than it may be', async () => {
  for (const request of REQUESTS) {
    if (request.name === 'none') continue;
    const compressor = chooseCompression(request).open(quietRun(1));
    for (const length of [1000, 8192, 131_072]) {
      const block = noise(length, 3).map((byte, i) => (i % 7 < 3 ? byte & 3 : 0x41 + ((i >> 6) & 7)));
      const coded = (await compressor.compress(block))!;
      for (const engine of ENGINES) {
        const decode = chooseDecoder(request.name, engine);
        expect(Buffer.from(await decode(coded, length)).equals(block), `${request.name} ${engine}`).toBe(true);
        await expect(decode(coded, length - 1)).rejects.toMatchObject({ code: expect.stringMatching(/^compress\./) });
        // Half a block of lz4 may be a valid block; that of other codecs is not.
        const half = await decode(coded.subarray(0, coded.length >> 1), length).catch((error) => error);
        if (request.name === 'lz4' && half instanceof Uint8Array) expect(half.length).toBeLessThan(length);
        else expect(half).toBeInstanceOf(InvalidImageError);
      }
    }
    await compressor.close();
  }
});

test('inodes that all claim the same long list of blocks are refused before they cost its size each', async () => {
  const small = Array.from({ length: 500 }, (_, i) => [`a${i}`, file(bytesSource(noise(10, i)))] as const);
  const listed = 40_000 * 4096;
  const tree = FileTree.of({ ...Object.fromEntries(small), 'z/large': file(zeroContent(listed)) });
  // The table is not compressed; the small inodes come first in it.
  const image = await squashfsBytes(tree, { blockSize: 4096, stored: ['inodes'], exportTable: false });
  const { inodeTableAt } = superblock.decode(image);
  const content = (at: number) => inodeTableAt + at + 2 * (Math.floor(at / 8192) + 1);
  for (let inode = 0; inode < small.length; inode++) {
    const field = (at: number, value: number) => {
      for (let i = 0; i < 4; i++) image[content(inode * 32 + at + i)] = (value >>> (8 * i)) & 0xff;
    };
    field(20, 0xffff_ffff);
    field(28, listed);
  }
  for (const engine of ENGINES) {
    await expect(reread(image, engine)).rejects.toMatchObject({
      code: 'squashfs.inode',
      message: expect.stringContaining('list more blocks'),
    });
  }
});

test('a list of blocks longer than its table takes no memory for what is not there', async () => {
  const image = await squashfsBytes(FileTree.of({ a: file(bytesSource(noise(10, 1))), b: symlink(fromText('a')) }), {
    blockSize: 4096,
    stored: ['inodes'],
    exportTable: false,
  });
  const { inodeTableAt } = superblock.decode(image);
  const view = new DataView(image.buffer);
  view.setUint32(inodeTableAt + 2 + 20, 0xffff_ffff, true);
  view.setUint32(inodeTableAt + 2 + 28, 0x7fff_ffff, true);
  for (const engine of ENGINES) {
    const tree = await reread(image, engine);
    const [a, b] = ['a', 'b'].map((path) => tree.get(path));
    expect(b).toMatchObject({ kind: 'symlink', target: 'a' });
    expect(a?.kind === 'file' && faultOfContent(a.content)?.message).toMatch(/^a cannot be read: /);
  }
});

test.each(['..', '.', '', 'a/b', 'a\0'])('a name that leads elsewhere is refused: %j', async (name) => {
  const there = 'x'.repeat(Math.max(1, name.length));
  const image = await squashfsBytes(FileTree.of({ [there]: file(bytesSource(noise(10, 1))) }), { stored: ['inodes'] });
  const { directoryTableAt } = superblock.decode(image);
  const nameAt = directoryTableAt + 2 + 12 + 8;
  expect(image.subarray(nameAt, nameAt + there.length)).toEqual(new TextEncoder().encode(there));
  // The length of a name is stored minus one: there is no empty one, so a zero byte stands for it.
  image.set(new TextEncoder().encode(name === '' ? '\0' : name), nameAt);
  for (const engine of ENGINES) {
    await expect(reread(image, engine)).rejects.toMatchObject({ code: 'squashfs.directory' });
  }
});

test('an image that is not squashfs is an error', async () => {
  expect(await recogniseSquashfs(bytesSource(noise(5000, 1)))).toBeUndefined();
  await expect(openSquashfs(bytesSource(noise(5000, 1)))).rejects.toMatchObject({ code: 'squashfs.magic' });
  await expect(openSquashfs(bytesSource(new Uint8Array(10)))).rejects.toMatchObject({ code: 'squashfs.magic' });
  const image = await squashfsBytes(everythingTree());
  expect(await recogniseSquashfs(bytesSource(image))).toMatchObject({ compression: 'gzip', exportable: true });
  const older = image.slice();
  older[28] = 3;
  await expect(openSquashfs(bytesSource(older))).rejects.toBeInstanceOf(UnsupportedError);
});
