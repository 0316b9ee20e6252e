// Keys of builds: they change with everything that decides the bytes, and with nothing else.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { keyOf } from '../../../../src/cache/index.js';
import { quietRun } from '../../../../src/io/index.js';
import { type BuildKeys, planLiveIso } from '../../../../src/live/index.js';
import { LAYOUT_REVISION } from '../../../../src/live/keys/build-keys.js';
import { scratchDirectory } from '../../../support/scratch.js';
import { changed, type SmallIso, type SomeOptions, smallIso } from '../../../support/small-iso.js';
import { hasGrub } from '../../../support/small-root.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);

async function keys(options: SomeOptions = {}, jobs = 1): Promise<BuildKeys> {
  const usual = {
    input: { root: small.root },
    description: { directory: small.description },
    initrd: { file: small.initrd },
    tree: { epoch: 1_700_000_000 },
    targetDirectory: small.directory(),
  };
  const plan = await planLiveIso({ ...changed(usual, options), keys: true }, quietRun(jobs));
  return plan.keys!;
}

test('the form of a key is canonical: neither the order of fields nor what is left out counts', () => {
  const text = 'isopress x v1\n{"a":[1,null],"b":{"c":"é","d":true}}';
  const expected = createHash('sha256').update(text).digest('hex');
  expect(keyOf('x', { b: { d: true, c: 'é' }, a: [1, undefined], e: undefined })).toBe(expected);
  expect(keyOf('y', { b: { d: true, c: 'é' }, a: [1, undefined] })).not.toBe(expected);
  expect(keyOf('x', { a: new Set(['2', '1']) })).toBe(keyOf('x', { a: ['1', '2'] }));
  expect(() => keyOf('x', { a: (() => 1) as never })).toThrow('plain data');
});

test.skipIf(!hasGrub)('the keys of a build change with what decides its bytes, and with nothing else', async () => {
  small.describe('firmware="efi"');
  const usual = await keys();
  expect(await keys({}, 3)).toEqual(usual);
  expect(await keys({ engine: 'portable' } as SomeOptions)).toEqual(usual);
  const others: readonly (readonly [SomeOptions, 'root' | 'medium'])[] = [
    [{ tree: { epoch: 1_700_000_001 } }, 'root'],
    [{ compression: { level: 1 } }, 'root'],
    [{ medium: { mediaCheck: 'suse' } }, 'medium'],
    [{ medium: { partitionTable: 'mbr' } }, 'medium'],
  ];
  const seen = new Set([usual.action]);
  for (const [options, part] of others) {
    const found = await keys(options);
    expect(found.rootImage === usual.rootImage).toBe(part === 'medium');
    seen.add(found.action);
  }
  writeFileSync(join(small.root, 'etc/hostname'), 'SMALL\n');
  seen.add((await keys()).action);
  writeFileSync(small.initrd, 'another initrd\n');
  const withAnother = await keys();
  seen.add(withAnother.action);
  expect(withAnother.initrd).not.toBe(usual.initrd);
  small.describe('firmware="efi" publisher="somebody"');
  seen.add((await keys()).action);
  expect(seen.size).toBe(others.length + 4);
});

test('the revision of layouts is raised together with the golden digests', () => {
  const directory = resolve(import.meta.dirname, '../../../golden');
  const digest = createHash('sha256');
  for (const name of readdirSync(directory).sort()) {
    const text = readFileSync(join(directory, name), 'utf8');
    for (const [found] of text.matchAll(/\b[0-9a-f]{40,64}\b/g)) digest.update(`${found}\n`);
  }
  // Changed digests mean that finished results in caches are out of date: raise LAYOUT_REVISION, and state the new value here.
  expect([LAYOUT_REVISION, digest.digest('hex').slice(0, 16)]).toEqual([3, '35c28a8760551afa']);
});
