// The cache of initrds: what its keys depend on, and that entries are complete.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText, timestamp } from '../../../../src/bytes/index.js';
import { openCache } from '../../../../src/cache/index.js';
import { chooseStreamCompression } from '../../../../src/compress/index.js';
import { bytesSource, collect, type ExactContent, quietRun, type Run } from '../../../../src/io/index.js';
import { generations } from '../../../../src/live/description/index.js';
import { initrdKey, readCache, writeCache } from '../../../../src/live/initrd/cache.js';
import type { InitrdCompression } from '../../../../src/live/initrd/choose-compression.js';
import { dracutRecipe } from '../../../../src/live/initrd/live-modules.js';
import { FileTree, file } from '../../../../src/tree/index.js';
import { scratchDirectory } from '../../../support/scratch.js';

const scratch = scratchDirectory();
const oldest = generations[0];
const newest = generations.at(-1);
const text = (content: string, seconds = 1) =>
  file(bytesSource(new TextEncoder().encode(content)), { mtime: timestamp(seconds) });

const by = (name: 'gzip' | 'xz', level: number): InitrdCompression => ({
  by: 'isopress',
  stream: chooseStreamCompression({ name, level, engine: 'portable' }),
  reason: '',
});

function facts(changes: Record<string, ReturnType<typeof text>> = {}) {
  const files = { 'etc/dracut.conf': text('one'), 'usr/bin/sh': text('shell'), 'var/log/dpkg.log': text('') };
  const recipe = dracutRecipe('overlay', newest!);
  const request = { recipe, compression: by('gzip', 6), kernelVersion: '6.1.0', log: () => {} };
  return { root: FileTree.of({ ...files, ...changes }), request, profile: "a='1'\n", epoch: 1, hostState: 'inside' };
}

test('a key changes with what an initrd depends on, and with nothing else', async () => {
  const usual = await initrdKey(facts(), quietRun());
  expect(usual).toMatch(/^[0-9a-f]{64}$/);
  expect(await initrdKey(facts(), quietRun())).toBe(usual);
  expect(await initrdKey(facts({ 'var/log/apt.log': text('more news', 2) }), quietRun())).toBe(usual);
  expect(await initrdKey(facts({ 'var/log/dpkg.log': text('log', 2) }), quietRun())).toBe(usual);
  const others = [
    facts({ 'etc/dracut.conf': text('two') }),
    facts({ 'usr/bin/sh': text('shell', 2) }),
    facts({ 'usr/bin/more': text('more') }),
    { ...facts(), profile: "a='2'\n" },
    { ...facts(), epoch: 2 },
    { ...facts(), hostState: 'sysroot 059' },
    { ...facts(), request: { ...facts().request, kernelVersion: '6.2.0' } },
    { ...facts(), request: { ...facts().request, recipe: dracutRecipe('overlay', oldest!) } },
    { ...facts(), request: { ...facts().request, compression: by('gzip', 9) } },
    { ...facts(), request: { ...facts().request, compression: by('xz', 6) } },
    { ...facts(), request: { ...facts().request, compression: { by: 'nobody' as const, reason: '' } } },
  ].map((changed) => initrdKey(changed, quietRun()));
  expect(new Set([usual, ...(await Promise.all(others))]).size).toBe(others.length + 1);
});

test('a kept initrd comes back, and a damaged entry counts as none', async () => {
  const directory = join(scratch, 'new', 'cache');
  const compression = { name: 'zstd', level: 15, engine: 'libzstd@1.5.7' };
  const known = { compression, unpackedSize: 200_000, isSquashed: false, modules: ['kiwi-live'], absent: ['livenet'] };
  const content = bytesSource(new Uint8Array(70_000).fill(7));
  // Of a size that is not known before it has been compressed.
  const initrd = { ...known, content: { sizeLimit: 1e6, pieces: (run: Run) => content.pieces(run) } };
  const cache = await openCache({ places: [{ place: directory }], scratch, note: () => {} });
  let works = 0;
  const keeping = () => {
    const workDirectory = join(scratch, `work${++works}`);
    mkdirSync(workDirectory);
    return { caches: [cache], workDirectory };
  };
  const key = 'ab'.repeat(32);
  expect(await readCache(keeping(), key)).toBeUndefined();
  expect((await writeCache(keeping(), key, initrd, quietRun())).content.size).toBe(70_000);
  const found = await readCache(keeping(), key);
  expect(found).toMatchObject(known);
  expect(await collect(found!.content as ExactContent, quietRun())).toEqual(new Uint8Array(70_000).fill(7));
  expect(readdirSync(join(directory, 'ac'))).toEqual([key]);
  const [kept = ''] = readdirSync(join(directory, 'cas'));
  writeFileSync(join(directory, 'cas', kept), 'short');
  expect(await readCache(keeping(), key)).toBeUndefined();
  await writeCache(keeping(), key, initrd, quietRun());
  expect(await readCache(keeping(), key)).toBeDefined();
  await cache.close();
  expect(readdirSync(join(directory, 'tmp'))).toEqual([]);
});

test('names of the tree that are not UTF-8 make keys too', async () => {
  const root = FileTree.of({ [`etc/${'é'}`]: text('x') });
  expect(await initrdKey({ ...facts(), root, profile: fromText('ä') }, quietRun())).toMatch(/^[0-9a-f]{64}$/);
});
