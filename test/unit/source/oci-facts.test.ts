// The descriptions of container images in their configurations.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectContainer } from '../../../src/public/sources.js';
import { OciLayout } from '../../support/oci-layout.js';
import { scratchDirectory } from '../../support/scratch.js';
import { archive } from '../../support/tar-archive.js';

const scratch = scratchDirectory();
let count = 0;

function inspected(settings: object) {
  const layout = new OciLayout(join(scratch, `layout${++count}`));
  const layer = { archive: archive({ name: 'file', data: 'x' }), compression: 'gzip' } as const;
  const entry = layout.image({ layers: [layer, archive({ name: 'other' })], settings });
  layout.list(entry);
  return {
    entry,
    layout,
    facts: inspectContainer(`oci:${layout.directory}`, { spool: join(scratch, `spool${count}`) }),
  };
}

test('labels, environment and the way its containers run', async () => {
  const { entry, facts } = inspected({
    created: '2024-01-02T03:04:05Z',
    config: {
      Labels: { z: '1', a: 'ä\u001b[31m' },
      Env: ['PATH=/bin', 'X'],
      Entrypoint: ['/init'],
      Cmd: ['a b'],
      User: '1:2',
      WorkingDir: '/srv',
    },
  });
  expect(await facts).toEqual({
    digest: entry.digest,
    configDigest: expect.stringMatching(/^sha256:/),
    platform: 'linux/amd64',
    layers: [
      { digest: expect.any(String), diffId: expect.any(String), size: expect.any(Number) },
      { digest: expect.any(String), diffId: expect.any(String), size: 1536 },
    ],
    created: '2024-01-02T03:04:05Z',
    labels: { a: 'ä\u001b[31m', z: '1' },
    environment: ['PATH=/bin', 'X'],
    ...{ entrypoint: ['/init'], command: ['a b'], user: '1:2', workingDirectory: '/srv' },
  });
});

test.each<[string, unknown]>([
  ['none', undefined],
  ['null', null],
  ['a list', []],
  [
    'values of other kinds',
    { Labels: { a: 7, b: null }, Env: 'x', Cmd: {}, Entrypoint: null, User: '', WorkingDir: 1 },
  ],
  ['items of other kinds', { Labels: [], Env: [1, null] }],
])('settings that are %s leave an image readable', async (_, config) => {
  const facts = await inspected({ config, created: 7 }).facts;
  expect(facts).toMatchObject({ labels: {}, environment: [] });
  expect(Object.keys(facts).sort()).toEqual(['configDigest', 'digest', 'environment', 'labels', 'layers', 'platform']);
});

test('a label named __proto__ is a label', async () => {
  const { labels } = await inspected({ config: { Labels: JSON.parse('{"__proto__":"x"}') } }).facts;
  expect(Object.entries(labels)).toEqual([['__proto__', 'x']]);
});

test('layers are not read', async () => {
  const { layout, facts } = inspected({});
  const { layers } = await facts;
  writeFileSync(join(layout.directory, 'blobs', layers[0]!.digest!.replace(':', '/')), 'damaged');
  const again = inspectContainer(`oci:${layout.directory}`, { spool: join(scratch, 'none') });
  expect(await again).toEqual(await facts);
});
