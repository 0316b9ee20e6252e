// Deep directories moved to /rr_moved: readers of Rock Ridge put them back, and nothing is deeper than eight levels.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planDisc } from '../../src/disc/index.js';
import { InvalidInputError } from '../../src/errors.js';
import type { Content } from '../../src/io/content.js';
import { bytesSource } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { EPOCH, writeDisc } from '../support/discs.js';
import { guestOracle, mountInGuest } from '../support/guest.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const text = (value: string) => file<Content>(bytesSource(new TextEncoder().encode(value)));
const FILES: Record<string, string> = {
  '1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/file': 'moved twice',
  '1/2/3/4/5/6/7/x/9/file': 'moved once',
  'a/2/3/4/5/6/7/x/9/file': 'moved, and of a name that is taken',
  'a/2/3/4/5/6/7/file': 'not moved',
};
const nodes = Object.fromEntries(Object.entries(FILES).map(([path, value]) => [path, text(value)]));
const tree = FileTree.of<Content>(nodes);
const options = { epoch: EPOCH, seed: 's', deep: 'relocate' as const };

for (const rockRidge of ['1.10', '1.12'] as const) {
  const press = () => writeDisc(planDisc(tree, { ...options, rockRidge }), join(scratch, `deep-${rockRidge}.iso`));

  oracle('xorriso')(`xorriso puts them back by Rock Ridge ${rockRidge}`, async () => {
    const out = join(scratch, `xorriso-${rockRidge}`);
    const { stderr } = judge('xorriso', ['-osirrox', 'on', '-indev', await press(), '-extract', '/', out]);
    expect(stderr).not.toMatch(/WARNING|SORRY|FAILURE|FATAL/);
    for (const [path, value] of Object.entries(FILES)) expect(readFileSync(join(out, path), 'utf8')).toBe(value);
  });

  oracle(
    'isoinfo',
    'isovfy',
    '7z',
  )(`without Rock Ridge ${rockRidge} no path has more than eight levels`, async () => {
    const disc = await press();
    const paths = judge('isoinfo', ['-i', disc, '-f']).stdout.trim().split('\n');
    expect(Math.max(...paths.map((path) => path.split('/').length - 1))).toBe(8);
    expect(paths).toContain('/RR_MOVED/X/9/FILE.;1');
    expect(judge('isovfy', [disc]).stdout).toContain('No errors found');
    expect(judge('7z', ['t', '-tiso', disc]).stdout).toContain('Everything is Ok');
  });
}

guestOracle()('Linux puts them back', async () => {
  const disc = await writeDisc(planDisc(tree, { ...options, partitionTable: 'mbr' }), join(scratch, 'deep-kernel.iso'));
  const mounts = ['vda', 'vda1'].map((device) => ({ name: device, mount: `-t iso9660 /dev/${device}` }));
  const found = await mountInGuest(disc, mounts, scratch);
  for (const { name } of mounts) {
    const files = [...found.get(name)!].filter(([, { kind }]) => kind === 'file').map(([path]) => path);
    expect(files.sort()).toEqual(Object.keys(FILES).sort());
  }
});

test('a taken name and a disc without Rock Ridge are refused', () => {
  const taken = FileTree.of<Content>({ ...nodes, rr_moved: text('') });
  expect(() => planDisc(taken, options)).toThrow(InvalidInputError);
  expect(() => planDisc(tree, { ...options, rockRidge: 'none' })).toThrow(InvalidInputError);
});
