// Codecs that compress a given input search for the input that fills a cluster.
import { expect, test } from 'vitest';
import { openErofs } from '../../../../src/format/erofs/index.js';
import { bytesSource } from '../../../../src/io/memory.js';
import { FileTree } from '../../../../src/tree/file-tree.js';
import { file } from '../../../../src/tree/node.js';
import { text } from '../../../support/awkward-tree.js';
import { erofsBytes } from '../../../support/erofs-images.js';
import { describeTree, noise } from '../../../support/trees.js';

// Sizes of results do not grow evenly with these inputs: a search along a line never came below the size of a cluster.
const bent = new Uint8Array(Buffer.concat([text(37_000, 199), noise(48_000, 199), text(37_000, 200)]));

test.each([
  ['zstd', 15, 90_000],
  ['deflate', 9, 90_000],
] as const)('clusters of %s are not left uncompressed', async (name, level, most) => {
  const tree = FileTree.of({ bent: file(bytesSource(bent)) });
  const image = await erofsBytes(tree, { compression: { name, level }, clusterSize: 65_536 });
  expect(image.length).toBeLessThan(most);
  const found = await (await openErofs(bytesSource(image))).tree();
  expect(await describeTree(found)).toEqual(await describeTree(tree));
});
