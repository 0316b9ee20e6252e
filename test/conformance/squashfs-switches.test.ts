// squashfs × kernel, squashfs-tools and squashfs-tools-ng: every codec and every switch keeps the tree, and does what it says.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { chooseCompression } from '../../src/compress/index.js';
import type { SquashfsOptions, StoredPart } from '../../src/format/squashfs/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, EMPTY } from '../../src/io/memory.js';
import { loadNative } from '../../src/native/index.js';
import { shareDuplicates } from '../../src/tree/duplicates.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { contentPriorities, readSortList } from '../../src/tree/index.js';
import { directory, file, special } from '../../src/tree/node.js';
import { contentsMatching } from '../../src/tree/override.js';
import { overlay } from '../../src/tree/rewrite.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { asLinuxShows, everythingTree, GZIP, SQUASHFS, STORED, writeSquashfs } from '../support/squashfs-images.js';
import { describeDirectory, describeTree, noise, treeArbitrary } from '../support/trees.js';

const dir = scratchDirectory();
const image = join(dir, 'image.sqfs');
const theirs = join(dir, 'theirs.sqfs');
const unpacked = join(dir, 'unpacked');
const mountPoint = join(dir, 'mnt');
mkdirSync(mountPoint);
const kernel = kernelOracle('mount', 'umount', 'getfattr', 'unsquashfs');

const CODECS = {
  gzip: GZIP,
  'zstd, portable': chooseCompression({ name: 'zstd', engine: 'portable', level: 3 }),
  'zstd, highest level': chooseCompression({ name: 'zstd', engine: 'portable', level: 22 }),
  'lz4, portable': chooseCompression({ name: 'lz4', engine: 'portable' }),
  none: STORED,
};
const TUNED = chooseCompression({ name: 'gzip', windowBits: 10, strategies: ['default', 'huffman_only', 'fixed'] });
/** Those of the native engine are tested one by one in squashfs-codecs; here they meet all switches. */
const EVERY_CODEC = [
  ...Object.values(CODECS),
  TUNED,
  chooseCompression({ name: 'zstd', engine: 'portable', level: -7 }),
  ...(loadNative().addon
    ? [
        chooseCompression({ name: 'lzo' }),
        chooseCompression({ name: 'lz4', level: 9 }),
        chooseCompression({ name: 'xz', level: 0, bcj: ['x86', 'arm'] }),
      ]
    : []),
];
const PARTS: readonly StoredPart[] = ['inodes', 'data', 'fragments', 'xattrs', 'ids'];
const text = (content: string) => new TextEncoder().encode(content);

function mounted<T>(look: (top: string) => T, offset = 0): T {
  const options = `loop,ro${offset > 0 ? `,offset=${offset}` : ''}`;
  expect(judge('mount', ['-t', 'squashfs', '-o', options, image, mountPoint])).toMatchObject({ status: 0 });
  try {
    return look(mountPoint);
  } finally {
    expect(judge('umount', [mountPoint])).toMatchObject({ status: 0 });
  }
}

async function expectMountedEquals(tree: FileTree, offset = 0): Promise<void> {
  const expected = await describeTree(asLinuxShows(tree));
  const found = mounted(describeDirectory, offset);
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [path, entry] of expected) expect(found.get(path), path).toEqual(entry);
}

function unpack(): void {
  rmSync(unpacked, { recursive: true, force: true });
  const verdict = judge('unsquashfs', ['-strict-errors', '-quiet', '-no-progress', '-d', unpacked, image]);
  expect(verdict).toMatchObject({ status: 0, stderr: '' });
}

function mksquashfs(...options: string[]): string {
  rmSync(theirs, { force: true });
  const verdict = judge('mksquashfs', [unpacked, theirs, '-noappend', '-no-progress', ...options]);
  expect(verdict).toMatchObject({ status: 0 });
  return verdict.stdout;
}

for (const [name, compression] of Object.entries(CODECS)) {
  for (const blockSize of [4096, 131_072, 1_048_576]) {
    kernel(`${name}, blocks of ${blockSize} bytes: the kernel and unsquashfs see the tree`, async () => {
      await writeSquashfs(everythingTree(), image, { blockSize, compression });
      await expectMountedEquals(everythingTree());
      unpack();
      const facts = judge('unsquashfs', ['-s', image]);
      expect(facts.stdout).toContain(`Compression ${compression.name === 'none' ? 'gzip' : compression.name}\n`);
    });
  }
}

kernel('random trees with every codec, block size and switch', async () => {
  const switches = fc.record({
    compression: fc.constantFrom(...EVERY_CODEC),
    unfragmented: fc.boolean(),
    uncompressed: fc.boolean(),
    blockSize: fc.constantFrom(4096, 16_384, 131_072, 1_048_576),
    fragments: fc.boolean(),
    tails: fc.boolean(),
    duplicates: fc.boolean(),
    exportTable: fc.boolean(),
    sparse: fc.boolean(),
    stored: fc.subarray([...PARTS]),
    alignTo: fc.constantFrom(1, 512, 65_536),
    offset: fc.constantFrom(0, 512, 4096),
  });
  await fc.assert(
    fc.asyncProperty(
      treeArbitrary(SQUASHFS).map(asLinuxShows),
      switches,
      async (tree, { tails, duplicates, unfragmented, uncompressed, ...options }) => {
        const packed = duplicates ? await shareDuplicates(tree, quietRun()) : tree;
        const rules = {
          unfragmented: contentsMatching(packed, (unfragmented ? ['*[a-m]*'] : []).map(fromText)),
          uncompressed: contentsMatching(packed, (uncompressed ? ['/dir-0', '*0*'] : []).map(fromText)),
        };
        await writeSquashfs(packed, image, { ...options, ...rules, tailPacking: tails && options.fragments });
        await expectMountedEquals(tree, options.offset);
        rmSync(unpacked, { recursive: true, force: true });
        const where = ['-offset', String(options.offset), '-d', unpacked];
        expect(judge('unsquashfs', ['-strict-errors', '-quiet', '-no-progress', ...where, image])).toMatchObject({
          status: 0,
          stderr: '',
        });
      },
    ),
    { numRuns: runs(25) },
  );
});

/** Files that are equal whole, in their tails, in their sparse parts, or only in size. */
function twinsTree(): FileTree {
  const sparse = () => {
    const bytes = new Uint8Array(400_000);
    bytes.set(noise(70_000, 9), 131_072);
    return bytesSource(bytes);
  };
  return FileTree.of({
    'a/small': file(bytesSource(text('the same few bytes'))),
    'b/small': file(bytesSource(text('the same few bytes')), { mode: 0o600, uid: 5 }),
    'b/other': file(bytesSource(text('not those same byte'))),
    'a/large': file(bytesSource(noise(300_000, 4))),
    'b/large': file(bytesSource(noise(300_000, 4))),
    'b/larger': file(bytesSource(noise(300_000, 8))),
    'a/sparse': file(sparse()),
    'b/sparse': file(sparse()),
    'c/sparse': file(sparse()),
    'c/zeros': file(bytesSource(new Uint8Array(300_000))),
    'd/zeros': file(bytesSource(new Uint8Array(300_000))),
  });
}

for (const options of [{}, { fragments: false }, { tailPacking: true }, { sparse: false }]) {
  kernel(`equal files are stored once, as often as mksquashfs finds them: ${JSON.stringify(options)}`, async () => {
    const tree = twinsTree();
    const plain = await writeSquashfs(tree, image, options);
    const plainSize = statSync(image).size;
    const shared = await writeSquashfs(await shareDuplicates(tree, quietRun()), image, options);
    await expectMountedEquals(tree);
    unpack();
    const found = /Number of duplicate files found (\d+)/.exec(mksquashfs());
    expect(plain.contents - shared.contents).toBe(Number(found?.[1]));
    expect(plain.contents - shared.contents).toBe(5);
    expect(plainSize - statSync(image).size).toBeGreaterThan(430_000);
  });
}

oracle('unsquashfs')('rules for some files: their tails get blocks, their blocks stay as they are', async () => {
  const line = (i: number) => file(bytesSource(text(`${i} is a line of some text\n`.repeat(400))));
  const tree = FileTree.of({
    'a/one.txt': line(1),
    'a/two.jpg': line(2),
    'b/three.txt': line(3),
    'b/four.jpg': line(4),
  });
  const packed = await writeSquashfs(tree, image);
  expect(packed).toMatchObject({ blocks: 0, fragments: 1 });
  const bytes = readFileSync(image).length;
  const rules = {
    unfragmented: contentsMatching(tree, ['/b'].map(fromText)),
    uncompressed: contentsMatching(tree, ['*.jpg'].map(fromText)),
  };
  expect(await writeSquashfs(tree, image, rules)).toMatchObject({ blocks: 3, fragments: 1 });
  const found = readFileSync(image);
  expect(found.length).toBeGreaterThan(bytes);
  for (const [i, isStored] of [false, true, false, true].entries()) {
    expect(found.includes(`\n${i + 1} is a line of some text\n${i + 1} is`), `${i + 1}`).toBe(isStored);
  }
  unpack();
});

oracle('unsquashfs')('each part left uncompressed is told so, and nothing else', async () => {
  const told: Readonly<Record<StoredPart, string>> = {
    inodes: 'Inodes are uncompressed',
    data: 'Data is uncompressed',
    fragments: 'Fragments are uncompressed',
    xattrs: 'Xattrs are uncompressed',
    ids: 'Ids are uncompressed',
  };
  // Owners in a row: an id table that shrinks with every engine.
  const owners = Array.from({ length: 600 }, (_, i) => [`owner-${i}`, file(EMPTY, { uid: 1000 + i })] as const);
  const tree = overlay(everythingTree(), FileTree.of(Object.fromEntries(owners)));
  const sizes = new Map<string, number>();
  for (const part of PARTS) {
    await writeSquashfs(tree, image, { stored: [part], padTo: 1 });
    sizes.set(part, statSync(image).size);
    const { stdout } = judge('unsquashfs', ['-s', image]);
    for (const [other, sentence] of Object.entries(told)) {
      if (other === 'ids' || part === 'ids') continue;
      expect(stdout.includes(sentence), `${part}: ${sentence}`).toBe(other === part);
    }
  }
  await writeSquashfs(tree, image, { padTo: 1 });
  for (const [part, size] of sizes) expect(size, part).toBeGreaterThan(statSync(image).size);
});

kernel('an image at an offset is found there, with nothing before it', async () => {
  for (const offset of [512, 4096, 1_000_448]) {
    await writeSquashfs(everythingTree(), image, { offset });
    expect(
      readFileSync(image)
        .subarray(0, offset)
        .every((byte) => byte === 0),
    ).toBe(true);
    await expectMountedEquals(everythingTree(), offset);
  }
});

/** Offsets of the first bytes of contents in an image that stores them uncompressed. */
function placesOf(path: string, contents: readonly Uint8Array[]): number[] {
  const bytes = readFileSync(path);
  return contents.map((content) => bytes.indexOf(content.subarray(0, 4096)));
}

const APART: Partial<SquashfsOptions> = { compression: STORED, fragments: false };

kernel('aligned files start at multiples, and the kernel reads them', async () => {
  const contents = [1, 2, 3, 4].map((seed) => noise(50_000 * seed, seed));
  const tree = FileTree.of(Object.fromEntries(contents.map((bytes, i) => [`f${i}`, file(bytesSource(bytes))])));
  for (const alignTo of [4096, 1_048_576]) {
    await writeSquashfs(tree, image, { ...APART, alignTo });
    expect(placesOf(image, contents).map((at) => [at > 0, at % alignTo])).toEqual(contents.map(() => [true, 0]));
    await expectMountedEquals(tree);
    await writeSquashfs(tree, image, { alignTo, tailPacking: true });
    await expectMountedEquals(tree);
  }
});

kernelOracle('unsquashfs', 'mksquashfs')('a sort file gives the order that mksquashfs gives', async () => {
  const names = ['bin/a', 'bin/b', 'boot/c', 'boot/d e', 'usr/z'];
  const contents = names.map((_, i) => noise(20_000, 2 * i));
  const tree = FileTree.of(Object.fromEntries(names.map((name, i) => [name, file(bytesSource(contents[i]!))])));
  await writeSquashfs(tree, image, APART);
  unpack();
  const orderIn = (path: string) => {
    const places = placesOf(path, contents);
    expect(Math.min(...places)).toBeGreaterThan(0);
    return names.toSorted((a, b) => places[names.indexOf(a)]! - places[names.indexOf(b)]!);
  };
  expect(orderIn(image)).toEqual(names);
  const list = 'usr/z 32767\nboot/c -10\nboot/d\\ e 5\nbin/b 7\n';
  const rules = readSortList(fromText(list));
  await writeSquashfs(tree, image, { ...APART, priorities: contentPriorities(tree, rules) });
  expect(orderIn(image)).toEqual(['usr/z', 'bin/b', 'boot/d e', 'bin/a', 'boot/c']);
  const sortFile = join(dir, 'sort');
  writeFileSync(sortFile, list);
  mksquashfs('-sort', sortFile, '-noD', '-noF', '-no-fragments');
  expect(orderIn(theirs)).toEqual(orderIn(image));
});

kernel('65 535 owners are kept, the most that the superblock can count', async () => {
  const entries = Array.from(
    { length: 65_534 },
    (_, i) => [fromText(`f${i}`), special('fifo', { uid: i + 1 })] as const,
  );
  const tree = FileTree.of({ d: directory({}, entries) });
  const { ids } = await writeSquashfs(tree, image);
  expect(ids).toHaveLength(65_535);
  mounted((top) => {
    for (const i of [0, 1, 30_000, 65_533]) expect(statSync(join(top, 'd', `f${i}`)).uid).toBe(i + 1);
  });
});

test('lz4 blocks keep the end conditions of the format, with any repetition at their end', async () => {
  // A match that starts in the last 12 bytes is legal to no decoder; every distance from the end is tried.
  const compressor = chooseCompression({ name: 'lz4', engine: 'portable' }).open(quietRun());
  try {
    for (let tail = 0; tail < 40; tail++) {
      const block = noise(4096, 2 * tail);
      block.copyWithin(4096 - tail, 100, 100 + tail);
      block.fill(7, 1000, 3000);
      const coded = await compressor.compress(block);
      expect(Math.min(...matchDistancesFromEnd(coded!, block.length))).toBeGreaterThanOrEqual(12);
    }
  } finally {
    await compressor.close();
  }
});

/** How far from the end of the decoded block each match starts. */
function matchDistancesFromEnd(coded: Uint8Array, size: number): number[] {
  const distances: number[] = [];
  let at = 0;
  let decoded = 0;
  const length = (start: number) => {
    let sum = start;
    if (start === 15) {
      let more = 255;
      while (more === 255) {
        more = coded[at++]!;
        sum += more;
      }
    }
    return sum;
  };
  for (;;) {
    const token = coded[at++]!;
    const literals = length(token >>> 4);
    at += literals;
    decoded += literals;
    if (at >= coded.length) {
      expect(decoded).toBe(size);
      expect(literals).toBeGreaterThanOrEqual(5);
      return distances;
    }
    distances.push(size - decoded);
    at += 2;
    decoded += length(token & 15) + 4;
  }
}
