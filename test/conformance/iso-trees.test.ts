// Options that change single trees of a disc: names of every level, long Joliet names, hidden entries, order of files.
import { join } from 'node:path';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { type DiscOptions, planDisc, RELAXATIONS } from '../../src/disc/index.js';
import type { Content } from '../../src/io/content.js';
import { bytesSource } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { EPOCH, writeDisc } from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const long = `${'long-name-'.repeat(9)}.text`;
const contents = { 'a/one.tar.gz': 1, 'b/Two+more.txt': 2, 'b/three': 3, [`c/${long}`]: 4 };
const tree = FileTree.of<Content>(
  Object.fromEntries(
    Object.entries(contents).map(([path, seed]) => [path, file<Content>(bytesSource(noise(5000, seed)))]),
  ),
);

async function press(name: string, options: Partial<DiscOptions>): Promise<string> {
  return writeDisc(planDisc(tree, { epoch: EPOCH, seed: 's', ...options }), join(scratch, `${name}.iso`));
}

/** Paths of one tree: `` the plain one, `-R` Rock Ridge, `-J` Joliet. */
function paths(disc: string, ...view: string[]): string[] {
  const { stdout, status } = judge('isoinfo', ['-i', disc, ...view, '-f']);
  expect(status).toBe(0);
  return stdout.split('\n').filter((line) => /\/[^/]+\//.test(line));
}

oracle('isoinfo')('each level has its own names', async () => {
  const names = async (options: Partial<DiscOptions>) => paths(await press('names', { joliet: false, ...options }));
  expect(await names({ level: 1 })).toEqual([
    '/A/ONE_TAR.GZ;1',
    '/B/THREE.;1',
    '/B/TWO_MORE.TXT;1',
    '/C/LONG_NAM.TEX;1',
  ]);
  expect((await names({ level: 2 }))[3]).toBe('/C/LONG_NAME_LONG_NAME_LONG_N.TEXT;1');
  expect(await names({ level: 4 })).toEqual(['/a/one.tar.gz', '/b/Two+more.txt', '/b/three', `/c/${long}`]);
});

oracle('isoinfo')('each relaxation breaks one rule', async () => {
  const first = async (relax: DiscOptions['relax'], index: number) =>
    paths(await press('relaxed', { joliet: false, relax: relax! }))[index];
  expect(await first(['lowercase'], 0)).toBe('/a/one_tar.gz;1');
  expect(await first(['multiple-dots'], 0)).toBe('/A/ONE.TAR.GZ;1');
  expect(await first(['omit-version'], 1)).toBe('/B/THREE.');
  expect(await first(['omit-version', 'omit-period'], 1)).toBe('/B/THREE');
  expect(await first(['ascii'], 2)).toBe('/B/TWO+MORE.TXT;1');
  expect((await first(['long'], 3))!.length).toBe('/C/'.length + 37);
  expect(await first(RELAXATIONS, 0)).toBe('/a/one.tar.gz');
});

oracle(
  'isoinfo',
  'xorriso',
  '7z',
)('level 4 has the descriptor of ISO 9660:1999, with Rock Ridge and without', async () => {
  for (const rockRidge of ['1.10', '1.12', 'none'] as const) {
    const disc = await press('level4', { level: 4, rockRidge });
    expect(judge('isoinfo', ['-d', '-i', disc]).stdout).toContain('ISO 9660:1999');
    const { stderr, status } = judge('xorriso', ['-indev', disc, '-find', '/']);
    expect(stderr).not.toMatch(/WARNING|SORRY|FAILURE|FATAL/);
    expect(status).toBe(0);
    expect(judge('7z', ['t', '-tiso', disc]).stdout).toContain('Everything is Ok');
  }
});

oracle('isoinfo')('Joliet has 64 characters, or 103', async () => {
  const nameIn = async (joliet: DiscOptions['joliet']) => {
    const disc = await press('joliet', { joliet: joliet! });
    return paths(disc, '-J')
      .find((path) => path.startsWith('/c/'))!
      .slice(3);
  };
  expect((await nameIn(true)).length).toBe(64);
  expect(await nameIn('long')).toBe(long);
});

oracle('isoinfo', '7z')('what one tree hides the others show', async () => {
  const hide = (from: 'iso' | 'joliet' | 'udf') => ({ pattern: fromText('three'), from: [from] });
  const shows = async (hidden: DiscOptions['hide']) => {
    const disc = await press('hidden', { hide: hidden!, udf: '1.02' });
    const udf = judge('7z', ['l', '-ba', '-slt', '-tudf', disc]).stdout;
    return [paths(disc, '-R'), paths(disc, '-J'), udf.split('\n')].map((list) =>
      list.some((path) => /three/.test(path)),
    );
  };
  expect(await shows([])).toEqual([true, true, true]);
  expect(await shows([hide('iso')])).toEqual([false, true, true]);
  expect(await shows([hide('joliet')])).toEqual([true, false, true]);
  expect(await shows([hide('udf')])).toEqual([true, true, false]);
});

oracle('isoinfo')('weights order the files on the disc', async () => {
  const sort = [
    { pattern: fromText('/b/*'), weight: 10 },
    { pattern: fromText('/a/*'), weight: -1 },
  ];
  const disc = await press('sorted', { sort });
  const { stdout } = judge('isoinfo', ['-i', disc, '-R', '-l']);
  const blocks = ['Two+more.txt', 'three', long, 'one.tar.gz'].map((name) => {
    const line = stdout.split('\n').find((candidate) => candidate.trimEnd().endsWith(name))!;
    return Number(/\[ *(\d+)/.exec(line)![1]);
  });
  expect(blocks).toEqual([...blocks].sort((a, b) => a - b));
});
