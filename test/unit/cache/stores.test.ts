// A cache never changes a byte: kept blocks give the same image, and a store that is damaged, full of lies or gone costs time only.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCache } from '../../../src/cache/index.js';
import { FORMATS, fresh, opened, treeOf } from '../../support/cached-images.js';

describe.each(Object.entries(FORMATS))('%s', (_, make) => {
  test('takes blocks from a cache, and has the same bytes', async () => {
    const directory = fresh();
    const run = async (edited: boolean) => {
      const { cache, notes } = await opened(directory);
      const made = await make(treeOf(edited), cache);
      await cache.close();
      expect(notes).toEqual([]);
      return made;
    };
    const without = await make(treeOf(), undefined);
    expect(without.blocks).toBeGreaterThan(2);
    expect(await run(false)).toEqual(without);
    expect(await run(false)).toEqual({ digest: without.digest, blocks: 0 });
    const edited = await make(treeOf(true), undefined);
    const again = await run(true);
    expect(again.digest).toBe(edited.digest);
    expect(again.blocks).toBeGreaterThan(0);
    expect(again.blocks).toBeLessThan(edited.blocks);
    // The packs of both runs serve.
    expect((await run(true)).blocks).toBe(0);
    expect((await run(false)).blocks).toBe(0);
    expect(readdirSync(join(directory, 'tmp'))).toEqual([]);
  });

  const ATTACKS: Readonly<Record<string, (path: string, bytes: Buffer) => void>> = {
    'is cut off': (path, bytes) => truncateSync(path, bytes.length >> 1),
    'is empty': (path) => truncateSync(path, 0),
    'has other bytes': (path, bytes) =>
      writeFileSync(
        path,
        bytes.map((byte) => byte ^ 0x55),
      ),
    'has one other bit': (path, bytes) => {
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(path, bytes);
    },
    'is gone': (path) => rmSync(path),
    'is a directory': (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  };

  test.each(Object.entries(ATTACKS))('is the same when an entry %s, and the cache heals', async (name, attack) => {
    const good = await make(treeOf(), undefined);
    for (const folder of ['cas', 'ac']) {
      const directory = fresh();
      const first = await opened(directory);
      await make(treeOf(), first.cache);
      await first.cache.close();
      for (const entry of readdirSync(join(directory, folder))) {
        const path = join(directory, folder, entry);
        attack(path, readFileSync(path));
      }
      // Contents that are damaged are found one after the other: an index, and the data that it leads to.
      for (const isHealed of [false, false, true]) {
        const { cache } = await opened(directory);
        const made = await make(treeOf(), cache);
        await cache.close();
        expect(made.digest).toBe(good.digest);
        if (isHealed && !name.includes('directory')) expect(made.blocks).toBe(0);
      }
    }
  });
});

test('a record that leads out of the cache, or belongs to another key, is not followed', async () => {
  const directory = fresh();
  const { cache, notes } = await opened(directory);
  const source = join(fresh(), 'file');
  writeFileSync(source, 'content');
  const key = 'a'.repeat(64);
  await cache.keep({ key, kind: 'iso', facts: {} }, { iso: { path: source } });
  const record = readFileSync(join(directory, 'ac', key));
  writeFileSync(join(directory, 'ac', 'b'.repeat(64)), record);
  const json = record
    .toString()
    .split('\n')[1]!
    .replace(/"digest":"[0-9a-f]*"/, `"digest":"../../../../etc/passwd"`);
  const head = `isopress record 1 ${createHash('sha256').update(json).digest('hex')}`;
  writeFileSync(join(directory, 'ac', 'c'.repeat(64)), `${head}\n${json.replaceAll(key, 'c'.repeat(64))}\n`);
  expect(await cache.find('iso', key)).toMatchObject([{ key, kind: 'iso' }]);
  expect(await cache.find('initrd', key)).toEqual([]);
  expect(await cache.find('iso', 'b'.repeat(64))).toEqual([]);
  expect(await cache.find('iso', 'c'.repeat(64))).toEqual([]);
  expect(notes.length).toBe(3);
  await cache.close();
});

test.each([
  ['the server first', true],
  ['the directory first', false],
])('a server and a directory both keep a file, %s', async (_, isServerFirst) => {
  const put: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'PUT') put.push(request.url!.replace(/[0-9a-f]{64}/, 'digest'));
      response.writeHead(request.method === 'PUT' ? 201 : 404).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const directory = fresh();
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const places = isServerFirst ? [address, directory] : [directory, address];
    const notes: string[] = [];
    const cache = await openCache({
      places: places.map((place) => ({ place })),
      scratch: fresh(),
      note: (text) => notes.push(text),
    });
    const path = await cache.temporary();
    writeFileSync(path, 'content');
    await cache.keep({ kind: 'iso', key: 'b'.repeat(64), facts: {} }, { file: { path } });
    await cache.close();
    expect(notes).toEqual([]);
    expect(put).toEqual(['/cas/digest', '/ac/digest']);
    expect([readdirSync(join(directory, 'cas')), readdirSync(join(directory, 'ac'))]).toMatchObject([
      [expect.any(String)],
      [expect.any(String)],
    ]);
  } finally {
    server.close();
  }
});

test('a cache that is only read stays as it is, and one that cannot be a directory is refused', async () => {
  const directory = fresh();
  const { cache } = await opened(directory, true);
  await FORMATS['squashfs']!(treeOf(), cache);
  await cache.close();
  expect(readdirSync(directory)).toEqual([]);
  writeFileSync(join(directory, 'file'), '');
  for (const readOnly of [false, true]) {
    await expect(opened(join(directory, 'file'), readOnly)).rejects.toMatchObject({
      code: 'target.no-cache-directory',
    });
  }
});
