// Goldens of discs: a change of bytes is a new layout version, with a line of reason here.
// Version 1: the first. Version 2: SL fields of long link targets end inside a component, which every reader joins alike.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type DiscOptions, planDisc } from '../../src/disc/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { EPOCH, liveOptions, mediaTree, openContent } from '../support/discs.js';
import { noise } from '../support/trees.js';

const LAYOUT_VERSION = 2;
const esp = bytesSource(noise(1_000_000, 5));
const plain: DiscOptions = { epoch: EPOCH, seed: 'golden' };

const goldens: [string, DiscOptions, string][] = [
  ['plain', plain, '09315cd6341c0a932a7791a9660c3ce4cb7ca872adde2d9a47a3efc177f054a0'],
  [
    'Rock Ridge 1.12 without Joliet',
    { ...plain, rockRidge: '1.12', joliet: false },
    'd7a9688286968aee61bd93eb8f220b37d8fbc46e052a84b2631490316ee0de3f',
  ],
  [
    'level 1 without extensions',
    { ...plain, level: 1, rockRidge: 'none', joliet: false },
    '5a919aec97262b2caa4468483e9725d43510c4992680bbd91b669aa9d36eac46',
  ],
  ['live, MBR', liveOptions('mbr', esp), '75395893d421e45f8cfccd3dc4177b4972f3bb365d3b137582a3d6ca018f5fd5'],
  ['live, GPT', liveOptions('gpt', esp), 'f43595f01ba9215187e066f9ff87c3f9b30f540f5bde85cceb7f9196bfb93a25'],
  [
    'live, GPT and active MBR entry',
    liveOptions('gpt-hybrid', esp),
    '3f0eea6faa0bac0a10aa2caf86404a68c1d858ee329514c031f45e5ad16bcd0c',
  ],
];

test.each(goldens)('%s', async (_, options, golden) => {
  const plan = planDisc(mediaTree(), options);
  expect(plan.layout.layoutVersion).toBe(LAYOUT_VERSION);
  expect(
    createHash('sha256')
      .update(await collect(plan, quietRun()))
      .digest('hex'),
  ).toBe(golden);
});

test('open content', async () => {
  const plan = planDisc(mediaTree(openContent(noise(1_000_000, 7), 5e9)), liveOptions('gpt', esp));
  const image = await collect(plan, quietRun());
  expect(createHash('sha256').update(image).digest('hex')).toBe(
    'eeb509e5d07fcb8599dd3fc0a66e2376141de10a085316d0a654a0a7d1ba313d',
  );
});
