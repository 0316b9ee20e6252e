// Texts in the superblock: any bytes, kept when an image is written again, and readable in reports.
import { expect, test } from 'vitest';
import { openExt4, planExt4, rewriteExt4 } from '../../../../src/format/ext4/index.js';
import { bytesSource, collect, quietRun } from '../../../../src/io/index.js';
import { FileTree } from '../../../../src/tree/file-tree.js';
import { file } from '../../../../src/tree/node.js';
import { BASE } from '../../../support/ext4.js';
import { noise } from '../../../support/trees.js';

const tree = FileTree.of({ a: file(bytesSource(noise(5000, 1))) });

test('a label in reports is text, with escapes for bytes that are not UTF-8', () => {
  expect(planExt4(tree, { ...BASE, label: 'Überraschung' }).layout.label).toBe('Überraschung');
  expect(planExt4(tree, { ...BASE, label: Uint8Array.of(0x63, 0xe9) }).layout.label).toBe('c\\xe9');
});

test('texts that are not UTF-8 stay the same bytes when an image is written again', async () => {
  const text = Uint8Array.of(0x2f, 0x63, 0x61, 0x66, 0xe9);
  const given = { label: text, lastMounted: text, extendedMountOptions: text };
  const image = await collect(planExt4(tree, { ...BASE, ...given }), quietRun());
  const again = await rewriteExt4(bytesSource(image), (same) => same, {}, quietRun());
  const { facts } = await openExt4(bytesSource(await collect(again, quietRun())));
  expect([facts.label, facts.lastMounted]).toEqual(['/caf\u00e9', '/caf\u00e9']);
});
