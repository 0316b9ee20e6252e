// The index of a matrix while several builds end at the same time.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { INDEX, writeIndex } from '../../../src/cli/matrix/run.js';
import { scratchDirectory } from '../../support/scratch.js';

const images = Array.from({ length: 12 }, (_, index) => ({ index, name: `image-${index}`, values: new Map() }));

test('the index lists the results of all builds, however close together they end', async () => {
  const target = scratchDirectory();
  for (const { name } of images) {
    mkdirSync(join(target, name));
    const report = { image: `${name}.iso`, size: 2048, sha256: 'a', cached: false, keys: { action: 'b' } };
    writeFileSync(join(target, name, 'isopress.build.json'), JSON.stringify(report));
  }
  await Promise.all(images.map(() => writeIndex(images, target)));
  const { images: listed } = JSON.parse(readFileSync(join(target, INDEX), 'utf8'));
  expect(listed.map(({ name }: { name: string }) => name)).toEqual(images.map(({ name }) => name));
  expect(readdirSync(target).filter((name) => name.endsWith('.part'))).toEqual([]);
});
