// Goldens of discs: a change of bytes is a new layout version, with a line of reason here.
// Version 1: the first.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type DiscOptions, planDisc } from '../../src/disc/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { EPOCH, liveOptions, mediaTree, openContent } from '../support/discs.js';
import { noise } from '../support/trees.js';

const LAYOUT_VERSION = 1;
const esp = bytesSource(noise(1_000_000, 5));
const plain: DiscOptions = { epoch: EPOCH, seed: 'golden' };

const goldens: [string, DiscOptions, string][] = [
  ['plain', plain, '63aac1089a5955ea5a4b9e43a1327733330c0f4c714ea14e3bfe3677d2c63b54'],
  [
    'Rock Ridge 1.12 without Joliet',
    { ...plain, rockRidge: '1.12', joliet: false },
    '6739addba2bb4bd2517f4b4946b262c95e8365036a5037f0fbaed706573a66dc',
  ],
  [
    'level 1 without extensions',
    { ...plain, level: 1, rockRidge: 'none', joliet: false },
    '5a919aec97262b2caa4468483e9725d43510c4992680bbd91b669aa9d36eac46',
  ],
  ['live, MBR', liveOptions('mbr', esp), '67e14f9745076284937545c58866cdc0fbc87a95f4acf9b5ca3326bbeb675abf'],
  ['live, GPT', liveOptions('gpt', esp), '9a4f75ae5a7a9b445c7d6c70f2f50fb065063504c652e9f436c4888a14851d30'],
  [
    'live, GPT and active MBR entry',
    liveOptions('gpt-hybrid', esp),
    '3c8b42cbda8b51f0c0efe293a62388558da1c257e04a8f66efb82c35fd09eba1',
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
    '4f625d3f2e440013e61fd5ef8e983826df3c64e6ef8f0c7a800de6afa82b7624',
  );
});
