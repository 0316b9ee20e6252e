// 7-Zip and libarchive as judges: integrity, listings in either view, extraction.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { planDisc } from '../../src/disc/index.js';
import type { ExactContent } from '../../src/io/content.js';
import { bytesSource } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { symlink } from '../../src/tree/node.js';
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
  // It makes a file of a socket; on xorriso's discs as well.
  for (const path of ['', 'special/socket']) {
    found.delete(path);
    expected.delete(path);
  }
  expect(found).toEqual(expected);
});

/** Targets whose components end everywhere around the ends of SL fields, of every kind of component. */
function awkwardTargets(): string[] {
  const around = Array.from({ length: 30 }, (_, i) => 232 + i);
  const repeated = ['..', '.', 'a', 'bc'].flatMap((part) =>
    [80, 83, 84, 124, 125, 126, 300].map((count) => Array.from({ length: count }, () => part).join('/')),
  );
  const mixed = around.flatMap((n) => [
    `${'x'.repeat(n)}/yy`,
    `/${'x'.repeat(n - 100)}/${'y'.repeat(99)}/../..`,
    `${'x'.repeat(n - 100)}/${'y'.repeat(99)}/./b/..//c`,
    `${'x'.repeat(n - 100)}/${'y'.repeat(99)}/${'z'.repeat(255)}/${'z'.repeat(n)}/e`,
  ]);
  return [...mixed, ...repeated];
}

/** Targets in a listing: the text after the arrow, by the name before it. */
function listedTargets(listing: string): Map<string, string> {
  const lines = listing.split('\n').filter((line) => line.includes(' -> '));
  return new Map(
    lines.map((line) => {
      const [before, target] = line.replaceAll("'", '').split(' -> ') as [string, string];
      return [before.split(/[\s/]+/).at(-1)!, target.trim()];
    }),
  );
}

oracle(
  'bsdtar',
  'xorriso',
  'isoinfo',
)('link targets of any shape are read whole by every reader', async () => {
  const targets = awkwardTargets();
  const expected = new Map(targets.map((target, i) => [`l${i}`, target]));
  const nodes = Object.fromEntries([...expected].map(([name, target]) => [name, symlink(fromText(target))]));
  const disc = await writeDisc(
    planDisc(FileTree.of<ExactContent>(nodes), { epoch: EPOCH, seed: 's' }),
    join(scratch, 'links.iso'),
  );
  expect(listedTargets(judge('bsdtar', ['-tvf', disc]).stdout)).toEqual(expected);
  expect(listedTargets(judge('isoinfo', ['-R', '-l', '-i', disc]).stdout)).toEqual(expected);
  expect(listedTargets(judge('xorriso', ['-indev', disc, '-lsl', '/', '--']).stdout)).toEqual(expected);
});

oracle('xorriso')('a link target that xorriso refuses is reported', async () => {
  const refused = async (length: number) => {
    const plan = planDisc(FileTree.of<ExactContent>({ l: symlink(fromText('ab/'.repeat(400).slice(0, length))) }), {
      epoch: EPOCH,
      seed: 's',
    });
    const disc = await writeDisc(plan, join(scratch, 'long-link.iso'));
    return {
      reported: plan.layout.losses.map(({ code }) => code).includes('iso9660.long-link'),
      opened: judge('xorriso', ['-indev', disc, '-lsl', '/', '--']).status === 0,
    };
  };
  expect(await refused(1022)).toEqual({ reported: false, opened: true });
  expect(await refused(1025)).toEqual({ reported: true, opened: false });
});
