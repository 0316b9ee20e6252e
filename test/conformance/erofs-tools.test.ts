// EROFS × erofs-utils: what fsck.erofs checks and extracts, and what dump.erofs says.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import type { ClusterRequest } from '../../src/compress/index.js';
import type { ErofsOptions } from '../../src/format/erofs/index.js';
import { writeErofs } from '../support/erofs-images.js';
import { type ErofsUtils, erofsUtilsOf, INSTALLED, NEWER_RELEASE } from '../support/erofs-utils.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { asLinuxShows, everythingTree } from '../support/squashfs-images.js';
import { describeDirectory, describeTree } from '../support/trees.js';

const dir = scratchDirectory();
const image = join(dir, 'image.erofs');

/** Debian's erofs-utils 1.5 has blocks of 4096 bytes and lz4. All versions leave holes out of what they extract. */
const CASES: Readonly<Record<string, Partial<ErofsOptions>>> = {
  'nothing compressed': { sparse: false },
  'nothing compressed, no data in inodes': { sparse: false, inlineData: false },
  lz4: { compression: { name: 'lz4' } },
  'lz4hc with clusters of 64 KiB': { compression: { name: 'lz4hc' }, clusterSize: 65_536 },
  'lz4 with a full index': { compression: { name: 'lz4' }, index: 'full' },
  'lz4hc with tails in inodes': { compression: { name: 'lz4hc' }, tailPacking: true },
  'lz4 with clusters of 1 MiB and tails in inodes': {
    compression: { name: 'lz4' },
    clusterSize: 1_048_576,
    tailPacking: true,
  },
};

/** Options that erofs-utils 1.8 reads: those of 1.5, and newer ones. */
const NEWER_CASES: Readonly<Record<string, Partial<ErofsOptions>>> = {
  ...CASES,
  'lz4hc with ends as fragments': { compression: { name: 'lz4hc' }, fragments: 'ends', clusterSize: 65_536 },
  'lz4 with all as fragments': { compression: { name: 'lz4' }, fragments: 'all' },
  'lz4 with shared data': { compression: { name: 'lz4' }, dedupe: true },
  'lz4 with shared data and ends as fragments': {
    compression: { name: 'lz4' },
    dedupe: true,
    fragments: 'ends',
    clusterSize: 16_384,
  },
  'in chunks of 16 KiB': { sparse: false, chunkSize: 16_384 },
  'blocks of 512 bytes': { sparse: false, blockSize: 512 },
  'lz4 with blocks of 512 bytes': { compression: { name: 'lz4' }, blockSize: 512, clusterSize: 4096 },
  'zstd with blocks of 2 KiB': { compression: { name: 'zstd', level: 1 }, blockSize: 2048, clusterSize: 65_536 },
  'lzma with clusters of 64 KiB': { compression: { name: 'lzma', level: 1 }, clusterSize: 65_536 },
  'deflate with clusters of 64 KiB': { compression: { name: 'deflate', level: 1 }, clusterSize: 65_536 },
  'zstd with clusters of 64 KiB': { compression: { name: 'zstd', level: 1 }, clusterSize: 65_536 },
  'zstd, ends as fragments': { compression: { name: 'zstd', level: 1 }, fragments: 'ends' },
  'lzma, all as fragments': { compression: { name: 'lzma', level: 1 }, fragments: 'all', clusterSize: 1_048_576 },
  'lz4hc, shared data, ends as fragments': {
    compression: { name: 'lz4hc' },
    clusterSize: 65_536,
    fragments: 'ends',
    dedupe: true,
    interlaced: true,
  },
  'deflate, shared data': { compression: { name: 'deflate', level: 1 }, dedupe: true },
};

async function expectExtracted(utils: ErofsUtils, options: Partial<ErofsOptions>): Promise<void> {
  await writeErofs(everythingTree(), image, options);
  expect(utils.run('fsck.erofs', [image])).toMatchObject({ status: 0 });
  const into = join(dir, 'extracted');
  mkdirSync(into, { recursive: true });
  try {
    expect(utils.run('fsck.erofs', [`--extract=${into}`, '--overwrite', image])).toMatchObject({ status: 0 });
    const found = describeDirectory(into);
    const expected = await describeTree(asLinuxShows(everythingTree()));
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [path, entry] of expected) {
      const { kind, size, sha256, target } = entry;
      expect(found.get(path), path).toMatchObject(given({ kind, size, sha256, target }));
    }
  } finally {
    rmSync(into, { recursive: true });
  }
}

for (const [name, options] of Object.entries(CASES)) {
  oracle('fsck.erofs', 'getfattr')(`fsck.erofs checks and extracts every entry: ${name}`, () =>
    expectExtracted(INSTALLED, options),
  );
}
let newer: ErofsUtils | undefined;
beforeAll(async () => {
  newer = await erofsUtilsOf(NEWER_RELEASE);
}, 600_000);
for (const [name, options] of Object.entries(NEWER_CASES)) {
  oracle('getfattr')(`fsck.erofs of ${NEWER_RELEASE} checks and extracts every entry: ${name}`, async (context) => {
    if (!newer) return context.skip('it cannot be had here');
    await expectExtracted(newer, options);
  });
}

const given = (values: object) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const REQUESTS: readonly [ClusterRequest | undefined, number, string][] = [
  [undefined, 4096, 'sb_csum mtime'],
  [{ name: 'lz4' }, 4096, 'sb_csum mtime 0padding'],
  [{ name: 'lz4hc' }, 65_536, 'sb_csum mtime 0padding big_pcluster'],
  [{ name: 'lzma', level: 0 }, 4096, 'sb_csum mtime 0padding big_pcluster'],
];
oracle('dump.erofs')('dump.erofs sees label, UUID and no more features than needed', async () => {
  const uuid = '01234567-89ab-4def-8123-456789abcdef';
  for (const [compression, clusterSize, features] of REQUESTS) {
    const options = compression ? { compression, clusterSize } : { sparse: false };
    await writeErofs(everythingTree(), image, { uuid, label: 'LIVE', ...options });
    const { stdout } = judge('dump.erofs', ['-s', image]);
    expect(/features:\s+(.*?)\s*$/m.exec(stdout)?.[1]).toBe(features);
    expect(stdout).toContain(uuid);
    expect(/inode count:\s+(\d+)/.exec(stdout)?.[1]).toBe(String((await writeErofs(everythingTree(), image)).inodes));
  }
});
