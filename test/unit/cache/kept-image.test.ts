// Images in a cache: whole, as an earlier version kept them and servers alone do, or put together from packs and the rest.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { type Blob, type Cache, collectCache, findImages, ImageRecorder, keepImage } from '../../../src/cache/index.js';
import { type Part, RunList } from '../../../src/cache/run-list.js';
import { digestOf, fileTarget, type Piece, quietRun, writeImage } from '../../../src/io/index.js';
import { fresh, opened } from '../../support/cached-images.js';
import { noise } from '../../support/trees.js';

const KEY = 'a'.repeat(64);
const hex = (bytes: Uint8Array) => Buffer.from(digestOf('sha256', bytes)).toString('hex');

describe('the runs of an image', () => {
  /** All parts of an image of that size, taken in steps. */
  function partsOf(runs: RunList, size: number, step: number): Part[] {
    const walk = runs.walk();
    const parts: Part[] = [];
    for (let at = 0; at < size; at += step) parts.push(...walk.take(Math.min(step, size - at)));
    return parts;
  }

  test('with the rest between them they are the whole image, in steps of any size', () => {
    const runs = new RunList();
    runs.add({ pack: 0, from: 700, at: 10, length: 20 });
    runs.add({ pack: 0, from: 720, at: 30, length: 5 });
    runs.add({ pack: 1, from: 0, at: 35, length: 5 });
    runs.add({ pack: 1, from: 9, at: 60, length: 40 });
    // The second one continues the first.
    expect(runs.count).toBe(3);
    const read = new RunList(runs.render());
    expect(partsOf(read, 120, 120)).toEqual([
      { pack: undefined, from: 0, at: 0, length: 10 },
      { pack: 0, from: 700, at: 10, length: 25 },
      { pack: 1, from: 0, at: 35, length: 5 },
      { pack: undefined, from: 10, at: 40, length: 20 },
      { pack: 1, from: 9, at: 60, length: 40 },
      { pack: undefined, from: 30, at: 100, length: 20 },
    ]);
    const byteByByte = partsOf(read, 120, 1);
    expect(byteByByte.map(({ at, length }) => [at, length])).toEqual(Array.from({ length: 120 }, (_, at) => [at, 1]));
    for (const step of [7, 10, 64]) {
      const bytes = partsOf(read, 120, step).flatMap(({ pack, from, length }) =>
        Array.from({ length }, (_, i) => [pack, from + i]),
      );
      expect(bytes).toEqual(byteByByte.map(({ pack, from }) => [pack, from]));
    }
  });

  test('a list of anything has an end', () => {
    const runs = new RunList(noise(28 * 50 + 3, 9));
    expect(runs.count).toBe(50);
    expect(partsOf(runs, 10_000, 1000).reduce((sum, { length }) => sum + length, 0)).toBe(10_000);
    const backwards = new RunList();
    backwards.add({ pack: 0, from: 0, at: 50, length: 50 });
    backwards.add({ pack: 0, from: 0, at: 10, length: 20 });
    backwards.add({ pack: 0, from: 0, at: 10, length: 0 });
    expect(partsOf(backwards, 200, 64).reduce((sum, { length }) => sum + length, 0)).toBe(200);
  });
});

const [HEAD, BLOCK, TAIL] = [noise(5000, 1), noise(70_000, 2), noise(3000, 3)];
const IMAGE = Buffer.concat([HEAD, BLOCK, Buffer.alloc(9000), BLOCK.subarray(0, 4), TAIL]);
const blob: Blob = { digest: hex(IMAGE), size: IMAGE.length };

/** Writes the image, of which a pack has the block, and keeps it. */
async function keep(cache: Cache, data: Blob | undefined): Promise<void> {
  const recorder = await ImageRecorder.begin(cache);
  const block = new Uint8Array(BLOCK);
  cache.blocks.note(block, { pack: { data }, at: 100 });
  async function* pieces(): AsyncGenerator<Piece> {
    yield HEAD;
    yield block;
    yield { hole: 9000 };
    yield BLOCK.subarray(0, 4);
    yield TAIL;
  }
  const plan = { sizeLimit: IMAGE.length, pieces, layout: {} };
  const path = join(fresh(), 'image');
  await writeImage(recorder?.watch(plan) ?? plan, fileTarget(fromText(path)), quietRun());
  for (let at = 0; at < IMAGE.length; at += 33_333) await recorder?.take(IMAGE.subarray(at, at + 33_333));
  await keepImage(cache, { kind: 'iso', key: KEY, facts: 'about' }, { path, blob }, recorder);
  await recorder?.close();
}

/** Keeps the pack of the block. */
async function keepPack(cache: Cache): Promise<Blob> {
  const bytes = Buffer.concat([Buffer.alloc(100), BLOCK]);
  const path = await cache.temporary();
  writeFileSync(path, bytes);
  const data = { digest: hex(bytes), size: bytes.length };
  await cache.keep({ kind: 'blocks', key: 'b'.repeat(64), facts: null }, { data: { path, blob: data } });
  return data;
}

async function copies(cache: Cache): Promise<readonly (Buffer | undefined)[]> {
  const found = await findImages(cache, 'iso', KEY);
  return Promise.all(
    found.map(async ({ image, facts, copy }) => {
      expect({ image, facts }).toEqual({ image: blob, facts: 'about' });
      const to = join(fresh(), 'copy');
      return (await copy(to)) ? readFileSync(to) : undefined;
    }),
  );
}

const contents = (directory: string) => readdirSync(join(directory, 'cas')).sort();

test('an image is put together from a pack and the rest, and the cache has nothing twice', async () => {
  const directory = fresh();
  const { cache, notes } = await opened(directory);
  const pack = await keepPack(cache);
  await keep(cache, pack);
  const rest = Buffer.concat([HEAD, Buffer.alloc(9000), BLOCK.subarray(0, 4), TAIL]);
  expect(contents(directory)).toHaveLength(3);
  expect(contents(directory)).toEqual(expect.arrayContaining([pack.digest, hex(rest)]));
  expect(await copies(cache)).toEqual([IMAGE]);
  expect(notes).toEqual([]);
  for (const name of contents(directory)) {
    const path = join(directory, 'cas', name);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    expect(await copies(cache)).toEqual([undefined]);
    // The others are as good as before.
    expect(contents(directory)).toHaveLength(2);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    expect(await copies(cache)).toEqual([IMAGE]);
    rmSync(path);
    expect(await copies(cache)).toEqual([undefined]);
    writeFileSync(path, bytes);
  }
  await cache.close();
  expect(readdirSync(join(directory, 'tmp'))).toEqual([]);
  // Without the pack the other parts are of no use.
  rmSync(join(directory, 'cas', pack.digest));
  await collectCache(directory, { now: 1e9 });
  expect(readdirSync(join(directory, 'ac'))).toEqual([]);
});

test('an image of which a pack was not kept is kept whole', async () => {
  const directory = fresh();
  const { cache } = await opened(directory);
  await keep(cache, undefined);
  expect(contents(directory)).toEqual([blob.digest]);
  expect(await copies(cache)).toEqual([IMAGE]);
  await keep(cache, { digest: 'c'.repeat(64), size: 100_000 });
  expect(contents(directory)).toEqual([blob.digest]);
  await cache.close();
});

test('an image that an earlier version has kept whole is found', async () => {
  const { cache } = await opened(fresh());
  const path = join(fresh(), 'image');
  writeFileSync(path, IMAGE);
  await cache.keep({ kind: 'iso', key: KEY, facts: 'about' }, { iso: { path } });
  expect(await copies(cache)).toEqual([IMAGE]);
  await cache.close();
});

test('a record whose runs name a pack that it does not have is of no use', async () => {
  const directory = fresh();
  const { cache } = await opened(directory);
  const runs = new RunList();
  runs.add({ pack: 7, from: 0, at: 0, length: IMAGE.length });
  const files = { runs: join(fresh(), 'runs'), rest: join(fresh(), 'rest') };
  writeFileSync(files.runs, runs.render());
  writeFileSync(files.rest, IMAGE);
  const facts = { image: blob, about: 'about' };
  await cache.keep({ kind: 'iso', key: KEY, facts }, { runs: { path: files.runs }, rest: { path: files.rest } });
  expect(await copies(cache)).toEqual([undefined]);
  expect(contents(directory)).toHaveLength(2);
  await cache.close();
});
