// EROFS × the kernel: a directory full of stumbling blocks, by every compression in every size of clusters and blocks.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import type { ClusterRequest } from '../../src/compress/index.js';
import { type ErofsOptions, findEqualChunks } from '../../src/format/erofs/index.js';
import { quietRun } from '../../src/io/content.js';
import { scanDirectory } from '../../src/source/index.js';
import { shareDuplicates } from '../../src/tree/duplicates.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import { makeAwkwardTree } from '../support/awkward-tree.js';
import { writeErofs } from '../support/erofs-images.js';
import { kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { mounted } from '../support/tools.js';
import { describeDirectory, type EntryDescription } from '../support/trees.js';

const dir = scratchDirectory();
const [source, image, mountPoint] = [join(dir, 'tree'), join(dir, 'image.erofs'), join(dir, 'mnt')];
const kernel = kernelOracle('mount', 'umount', 'getfattr', 'setfattr');
let tree: FileTree;
let expected: Map<string, EntryDescription>;

beforeAll(async () => {
  mkdirSync(mountPoint);
  makeAwkwardTree(source);
  expected = describeDirectory(source);
  tree = await shareDuplicates(await scanDirectory(fromText(source)), quietRun(2));
}, 60_000);

async function expectMounted(options: Partial<ErofsOptions>): Promise<void> {
  await writeErofs(tree, image, options);
  const found = mounted(image, mountPoint, () => describeDirectory(mountPoint));
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [path, entry] of expected) expect(found.get(path), path).toEqual(entry);
}

const KIB = 1024;
const CODECS: readonly ClusterRequest[] = [
  { name: 'lz4' },
  { name: 'lz4hc', level: 4 },
  { name: 'lzma', level: 0 },
  { name: 'deflate', level: 2 },
  { name: 'zstd', level: 2 },
];

/** Options for images with blocks of 4 KiB in addition to their compression, used in turn. */
const ASIDE: readonly Partial<ErofsOptions>[] = [
  {},
  { tailPacking: true },
  { fragments: 'ends', dedupe: true },
  { index: 'full', interlaced: true },
  { fragments: 'all' },
  { dedupe: true },
];

for (const [turn, compression] of CODECS.entries()) {
  for (const [place, clusters] of [4, 8, 16, 64, 256, 1024].entries()) {
    const aside = ASIDE[(turn + place) % ASIDE.length]!;
    kernel(`${compression.name}, clusters of ${clusters} KiB, ${JSON.stringify(aside)}`, () =>
      expectMounted({ compression, clusterSize: clusters * KIB, ...aside }),
    );
  }
  for (const blockSize of [512, 1024, 2048]) {
    kernel(`${compression.name}, blocks of ${blockSize} bytes, clusters of one and of eight`, async () => {
      await expectMounted({ compression, blockSize });
      await expectMounted({ compression, blockSize, clusterSize: 8 * blockSize, tailPacking: true });
    });
  }
}

for (const blockSize of [512, 1024, 2048]) {
  kernel(`the largest clusters of lz4 with blocks of ${blockSize} bytes`, () =>
    expectMounted({ compression: { name: 'lz4' }, blockSize, clusterSize: 256 * blockSize }),
  );
}

for (const blockSize of [512, 1024, 2048, 4096]) {
  kernel(`nothing compressed, blocks of ${blockSize} bytes, with and without chunks`, async () => {
    await expectMounted({ blockSize });
    const chunkSize = 2 * blockSize;
    await expectMounted({ blockSize, chunkSize: 8 * blockSize });
    await expectMounted({ blockSize, chunkSize, equalChunks: await findEqualChunks(tree, chunkSize, quietRun(2)) });
  });
}
