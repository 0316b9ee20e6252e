// The options that an image cannot have, because no reader would take it.
import { expect, test } from 'vitest';
import type { ClusterCodecName } from '../../../../src/compress/index.js';
import { planErofs } from '../../../../src/format/erofs/index.js';
import { FileTree } from '../../../../src/tree/file-tree.js';
import { EROFS_EPOCH } from '../../../support/erofs-images.js';

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
