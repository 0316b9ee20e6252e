// Files of 4 GiB and more as Linux reads them from a bridge disc in every way to mount it: by the digest of samples, with
// ISOPRESS_BOOT=all of the whole; and beyond the allocation descriptors of a file entry by their ends.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type DiscOptions, planDisc } from '../../src/disc/index.js';
import type { Content, Data } from '../../src/io/content.js';
import { exactContent } from '../../src/io/exact.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { EPOCH, writeDisc } from '../support/discs.js';
import { guestOracle, mountInGuest } from '../support/guest.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const PIECE = 65_536;
const GIB = 2 ** 30;
const KERNEL_READS_WHOLE = process.env['ISOPRESS_BOOT'] === 'all';

/** Noise at the start, at the end and around every GiB, where extents end; holes between. The size is whole GiB. */
function* pieces(size: number): Generator<Data> {
  for (let gib = 0; gib < size / GIB; gib++) {
    yield noise(PIECE, 2 * gib + 1);
    yield { hole: GIB - 2 * PIECE };
    yield noise(PIECE, 2 * gib + 2);
  }
}
const sparse = (size: number) =>
  async function* (): AsyncGenerator<Data> {
    yield* pieces(size);
  };

/** Digest of the whole, or of the noise only. */
function digestOf(size: number, whole: boolean): string {
  const digest = createHash('sha256');
  const zeros = new Uint8Array(1024 * 1024);
  for (const piece of pieces(size)) {
    if (piece instanceof Uint8Array) digest.update(piece);
    else if (whole) {
      for (let left = piece.hole; left > 0; left -= zeros.length)
        digest.update(zeros.subarray(0, Math.min(left, zeros.length)));
    }
  }
  return digest.digest('hex');
}

const press = (name: string, content: Content, options: Partial<DiscOptions>) => {
  const tree = FileTree.of<Content>({ large: file(content) });
  return writeDisc(planDisc(tree, { epoch: EPOCH, seed: 's', ...options }), join(scratch, name));
};

const SMALLER = 5 * GIB;
const MOUNTS = [
  { name: 'udf', mount: '-t udf /dev/vda' },
  { name: 'iso', mount: '-t iso9660 /dev/vda' },
  { name: 'partition', mount: '-t iso9660 /dev/vda1' },
];
const pressSmaller = () => {
  const options: Partial<DiscOptions> = { udf: '1.02', layout: 'grub', partitionTable: 'gpt' };
  return press('5g.iso', { sizeLimit: 2 * SMALLER, pieces: sparse(SMALLER) }, options);
};

describe('in samples', () => {
  const LARGER = 900 * GIB;
  const REVISIONS = ['1.02', '2.60'] as const;
  let found: ReturnType<typeof mountInGuest> | undefined;
  const shown = () => {
    found ??= inOneGuest();
    return found;
  };
  const inOneGuest = async () => {
    const larger = REVISIONS.map((udf) => press(`${udf}.iso`, exactContent(LARGER, sparse(LARGER)), { udf }));
    const images = [await pressSmaller(), ...(await Promise.all(larger))] as const;
    const mounts = REVISIONS.map((udf, i) => ({ name: udf, mount: `-t udf /dev/vd${'bc'[i]}` }));
    const sampled = [...MOUNTS, ...mounts].map((mount) => ({ ...mount, samplesOnly: true }));
    return mountInGuest(images, sampled, scratch);
  };

  guestOracle()('a file of 5 GiB is the same as UDF, as ISO 9660 and in partition 1 by itself', async () => {
    const expected = { kind: 'file', size: SMALLER, sha256: digestOf(SMALLER, false) };
    for (const { name } of MOUNTS) expect((await shown()).get(name)?.get('large'), name).toMatchObject(expected);
  });
  for (const udf of REVISIONS) {
    guestOracle()(`a file of 900 GiB goes on in further descriptors of UDF ${udf}`, async () => {
      const expected = { kind: 'file', size: LARGER, sha256: digestOf(LARGER, false) };
      expect((await shown()).get(udf)!.get('large')).toMatchObject(expected);
    });
  }
});

const thorough = KERNEL_READS_WHOLE ? guestOracle() : guestOracle().skip;
thorough(
  'a file of 5 GiB, read whole, is the same as UDF, as ISO 9660 and in partition 1 by itself',
  async () => {
    const found = await mountInGuest(await pressSmaller(), MOUNTS, scratch, 3500);
    const expected = { kind: 'file', size: SMALLER, sha256: digestOf(SMALLER, true) };
    for (const { name } of MOUNTS) expect(found.get(name)?.get('large'), name).toMatchObject(expected);
  },
  3_600_000,
);
