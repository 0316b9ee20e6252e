// 7-Zip and libarchive as judges: integrity, listings in either view, extraction.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { planDisc } from '../../src/disc/index.js';
import { bytesSource } from '../../src/io/memory.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import { EPOCH, liveOptions, mediaTree, openContent, writeDisc } from '../support/discs.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, noise } from '../support/trees.js';

const scratch = scratchDirectory();
const esp = bytesSource(noise(100_000, 1));

for (const table of ['mbr', 'gpt', 'gpt-hybrid'] as const) {
  oracle('7z')(`7-Zip finds everything in order: ${table}`, async () => {
    const plan = planDisc(mediaTree(openContent(noise(700_001, 2), 1e9)), liveOptions(table, esp));
    const disc = await writeDisc(plan, join(scratch, `${table}.iso`));
    const { status, stdout } = judge('7z', ['t', '-tiso', disc]);
    expect(stdout).toContain('Everything is Ok');
    expect(stdout).not.toMatch(/warning|error/i);
    expect(status).toBe(0);
  });
}

kernelOracle('bsdtar')('libarchive extracts the tree as it was', async () => {
  const tree = mediaTree() as FileTree;
  const plan = planDisc(tree, { epoch: EPOCH, seed: 's', rockRidge: '1.12', joliet: false });
  const disc = await writeDisc(plan, join(scratch, 'tar.iso'));
  const out = join(scratch, 'out');
  mkdirSync(out);
  judge('bsdtar', ['-xpf', disc, '-C', out]);
  const found = describeDirectory(out);
  const expected = await describeTree(tree);
  // It makes a file of a socket, and loses slashes between the fields of a long link; on xorriso's discs as well.
  for (const path of ['', 'special/socket', 'links/long']) {
    found.delete(path);
    expected.delete(path);
  }
  expect(found).toEqual(expected);
});
