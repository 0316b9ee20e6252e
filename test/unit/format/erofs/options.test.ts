// The options that an image cannot have, because no reader would take it.
import { expect, test } from 'vitest';
import type { ClusterCodecName } from '../../../../src/compress/index.js';
import { openErofs, planErofs, rewriteErofs } from '../../../../src/format/erofs/index.js';
import { bytesSource, collect, quietRun } from '../../../../src/io/index.js';
import { FileTree } from '../../../../src/tree/file-tree.js';
import { file } from '../../../../src/tree/node.js';
import { EROFS_EPOCH, erofsBytes } from '../../../support/erofs-images.js';
import { noise } from '../../../support/trees.js';

/** Plans an image with clusters of `blocks` blocks. */
const planned = (name: ClusterCodecName, blockSize: number, blocks: number) => () =>
  planErofs(FileTree.of({}), {
    seed: 'test',
    epoch: EROFS_EPOCH,
    compression: { name },
    blockSize,
    clusterSize: blocks * blockSize,
  });

test.each([
  ['lz4', 512, 256],
  ['lz4hc', 2048, 256],
  ['zstd', 512, 2047],
  ['deflate', 1024, 1024],
  ['lz4', 4096, 256],
  ['lz4', 16_384, 64],
] as const)('clusters of %s with blocks of %i bytes have at most %i blocks', (name, blockSize, blocks) => {
  expect(planned(name, blockSize, blocks)).not.toThrow();
  expect(planned(name, blockSize, blocks + 1)).toThrow(expect.objectContaining({ code: 'erofs.cluster-size' }));
});

test('a label that is not UTF-8 stays, and a limit of clusters that no reader takes does not, when an image is written again', async () => {
  const label = Uint8Array.of(0x63, 0x61, 0x66, 0xe9);
  const tree = FileTree.of({ a: file(bytesSource(noise(5000, 1))) });
  const image = await erofsBytes(tree, { label, blockSize: 512, compression: { name: 'lz4' }, clusterSize: 1024 });
  // The configuration of lz4 follows the superblock and its own length.
  new DataView(image.buffer).setUint16(1024 + 128 + 2 + 2, 0xffff, true);
  const { content } = await rewriteErofs(bytesSource(image), (same) => same, {}, quietRun());
  const { facts } = await openErofs(bytesSource(await collect(content, quietRun())));
  expect(facts.label).toBe('caf\u00e9');
});
