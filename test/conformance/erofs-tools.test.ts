// EROFS × erofs-utils: what fsck.erofs checks and extracts, and what dump.erofs says.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ClusterRequest } from '../../src/compress/index.js';
import type { ErofsOptions } from '../../src/format/erofs/index.js';
import { writeErofs } from '../support/erofs-images.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { asLinuxShows, everythingTree } from '../support/squashfs-images.js';
import { succeed } from '../support/tools.js';
import { describeDirectory, describeTree } from '../support/trees.js';

const dir = scratchDirectory();
const image = join(dir, 'image.erofs');

/** Debian's erofs-utils 1.5 has blocks of 4096 bytes and lz4; it leaves holes out of what it extracts. */
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

for (const [name, options] of Object.entries(CASES)) {
  oracle('fsck.erofs', 'getfattr')(`fsck.erofs checks and extracts every entry: ${name}`, async () => {
    await writeErofs(everythingTree(), image, options);
    succeed('fsck.erofs', [image]);
    const into = join(dir, 'extracted');
    mkdirSync(into, { recursive: true });
    try {
      succeed('fsck.erofs', [`--extract=${into}`, '--overwrite', image]);
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
