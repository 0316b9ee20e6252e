import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadNative, type NativeAddon, type NativeCompressor } from '../../../src/native/index.js';
import { scratchDirectory } from '../../support/scratch.js';
import { noise } from '../../support/trees.js';

const { addon } = loadNative();
const GZIP = ['gzip', [6]] as const;
const index = new URL('../../../dist/native/index.js', import.meta.url).href;
const scratch = scratchDirectory();
const text = (length: number) => new Uint8Array(Buffer.alloc(length, 'the quick brown fox jumps over the lazy dog. '));

/** A compressor, and all its results in the order they came. */
function open({ Compressor }: NativeAddon, threads = 2) {
  const results: [number, unknown, unknown][] = [];
  let wakes = 0;
  let look = () => {};
  const compressor: NativeCompressor = new Compressor(...GZIP, threads, () => {
    wakes++;
    const flat = compressor.take();
    for (let i = 0; i < flat.length; i += 3) results.push([flat[i] as number, flat[i + 1], flat[i + 2]]);
    look();
  });
  const until = (done: () => boolean) =>
    new Promise<void>((resolve) => {
      look = () => done() && resolve();
      look();
    });
  return { compressor, results, until, wakes: () => wakes };
}

describe.skipIf(!addon)('the compressor of the addon', () => {
  const native = addon!;

  test('calls once for many results', async () => {
    const { compressor, results, until, wakes } = open(native);
    const block = text(200);
    for (let id = 0; id < 5000; id++) compressor.submit(id, block, false);
    await until(() => results.length === 5000);
    expect(new Set(results.map(([id]) => id)).size).toBe(5000);
    expect(wakes()).toBeLessThan(1000);
    compressor.close();
    await until(() => compressor.hasEnded());
  });

  test('gives digests to those who ask for them', async () => {
    const { compressor, results, until } = open(native, 1);
    const blocks = [text(50_000), new Uint8Array(1), text(200)];
    for (const [id, block] of blocks.entries()) compressor.submit(id, block, id < 2);
    await until(() => results.length === 3);
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
    for (const [id, result, digests] of results) {
      const bytes = (result ?? new Uint8Array(0)) as Uint8Array;
      const expected = id < 2 ? Buffer.concat([digest(blocks[id]!), digest(bytes)]) : null;
      expect(digests && Buffer.from(digests as Uint8Array)).toEqual(expected);
    }
    compressor.close();
    await until(() => compressor.hasEnded());
  });

  test('reads its own memory in place, all other memory as it was when given', async () => {
    const { compressor, results, until } = open(native, 1);
    const slow = native.allocate(1 << 20);
    slow.set(noise(slow.length, 1));
    const shared = native.allocate(50_000);
    shared.set(text(50_000));
    const own = text(50_000);
    const twin = new Uint8Array(new SharedArrayBuffer(50_000));
    twin.set(own);
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      most: object,
    ) => ArrayBuffer & { resize(to: number): void };
    const resizing = new Resizable(50_000, { maxByteLength: 100_000 });
    const resizable = new Uint8Array(resizing);
    resizable.set(own);
    for (const [id, block] of [slow, shared.subarray(7, 40_000), own, twin, resizable].entries())
      compressor.submit(id, block, false);
    structuredClone(own.buffer, { transfer: [own.buffer] });
    twin.fill(0);
    resizing.resize(0);
    await until(() => results.length === 5);
    const bytes = results.map(([, result]) => result as Uint8Array);
    expect(bytes[0]).toBeNull();
    expect(inflateSync(bytes[1]!).equals(text(50_000).subarray(7, 40_000))).toBe(true);
    for (const result of bytes.slice(2)) expect(inflateSync(result).equals(text(50_000))).toBe(true);
    compressor.close();
    await until(() => compressor.hasEnded());
  });

  test('its memory can be forgotten while a thread reads it', async () => {
    const { compressor, results, until } = open(native, 2);
    for (let id = 0; id < 200; id++) {
      const block = native.allocate(300_000);
      block.fill(id);
      compressor.submit(id, block, false);
    }
    await until(() => results.length === 200);
    for (const [id, bytes] of results)
      expect(inflateSync(bytes as Uint8Array).equals(Buffer.alloc(300_000, id))).toBe(true);
    compressor.close();
    await until(() => compressor.hasEnded());
  });

  test('its memory does not grow with the blocks', async () => {
    const { compressor, results, until } = open(native, 2);
    const resident: number[] = [];
    const block = native.allocate(40_000);
    block.set(noise(25_000, 3));
    for (let round = 0; round < 20; round++) {
      for (let id = 0; id < 500; id++) compressor.submit(id, block, false);
      await until(() => results.length === 500);
      results.length = 0;
      resident.push(process.memoryUsage().rss);
    }
    const growth = Math.max(...resident.slice(10)) - Math.max(...resident.slice(2, 10));
    expect(growth).toBeLessThan(50e6);
    compressor.close();
    await until(() => compressor.hasEnded());
  });

  test('closing while busy drops what waits; nothing is taken afterwards', async () => {
    const { compressor, results, until } = open(native);
    for (let id = 0; id < 50; id++) compressor.submit(id, text(1 << 20), false);
    compressor.close();
    compressor.close();
    expect(() => compressor.submit(1, text(100), false)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    await until(() => compressor.hasEnded());
    expect(compressor.take()).toEqual([]);
    expect(() => compressor.submit(1, text(100), false)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    expect(results.length).toBeLessThan(50);
  });

  test('misuse is an exception', () => {
    const { Compressor, allocate, decompress } = native as unknown as Record<
      string,
      new (
        ...args: unknown[]
      ) => unknown
    > &
      Record<string, (...args: unknown[]) => unknown>;
    const nothing = () => {};
    for (const codec of [undefined, null, 'zip', {}, 1, ['gzip']]) {
      expect(() => new Compressor!(codec, [1], 1, nothing)).toThrow();
    }
    for (const parameters of [
      [6, 2],
      [6, 0, 1],
      [6, 0, 2 ** 33],
      [6, 0, 0, 256],
      [6, 0, 0, 0, 0, 0, 0],
      ['x86'],
      'x86',
    ]) {
      expect(() => new Compressor!('xz', parameters, 1, nothing), String(parameters)).toThrow();
    }
    for (const codec of ['lzop', '', 1, null]) expect(() => decompress!(codec, new Uint8Array(9), 9)).toThrow();
    for (const level of [0, 13, 1.5, -1, Number.NaN, 2 ** 32 + 6, '6']) {
      expect(() => new Compressor!('gzip', [level], 1, nothing), String(level)).toThrow();
    }
    for (const threads of [0, -1, 0.5, 1e6, Number.NaN, '1', undefined]) {
      expect(() => new Compressor!(...GZIP, threads, nothing)).toThrow();
    }
    for (const wake of [undefined, null, {}, 'wake']) expect(() => new Compressor!(...GZIP, 1, wake)).toThrow();
    for (const length of [0, -1, 0.5, 2 ** 40, Number.NaN, '5', undefined, 5n]) {
      expect(() => allocate!(length)).toThrow();
      expect(() => decompress!('gzip', new Uint8Array(9), length)).toThrow();
    }
    const { compressor } = open(native);
    const { submit } = compressor as unknown as Record<string, (...args: unknown[]) => unknown>;
    const given = new Uint8Array(100);
    structuredClone(given.buffer, { transfer: [given.buffer] });
    for (const block of [
      undefined,
      null,
      'text',
      [],
      {},
      new ArrayBuffer(9),
      new Float64Array(9),
      new Uint8Array(0),
      given,
    ]) {
      expect(() => submit!.call(compressor, 0, block)).toThrow();
    }
    for (const self of [undefined, null, {}, native, Compressor]) {
      expect(() => submit!.call(self, 0, new Uint8Array(9))).toThrow();
    }
    expect(() => submit!.call(compressor, '0', new Uint8Array(9))).toThrow();
    compressor.close();
    expect(compressor.hasEnded()).toBe(true);
  });

  test('blocks are decompressed up to a limit, and anything else is an exception', () => {
    const block = native.decompress('gzip', Uint8Array.from([120, 156, 75, 4, 0, 0, 98, 0, 98]), 1);
    expect(block).toEqual(Uint8Array.of(97));
    for (const bad of [new Uint8Array(0), new Uint8Array(100), noise(1000, 2), Uint8Array.from([120, 156, 75])]) {
      expect(() => native.decompress('gzip', bad, 1000)).toThrow(/^the data are not in this format$/);
      for (const codec of ['xz', 'zstd', 'lz4'] as const) {
        expect(() => native.decompress(codec, bad, 1000), codec).toThrow(/^[a-z][^:]+$/);
      }
    }
  });

  test('threads decompress into memory of the addon, up to its length, and reject anything else', async () => {
    const stored = Uint8Array.from([120, 156, 75, 4, 0, 0, 98, 0, 98]);
    const into = native.allocate(8).fill(1);
    expect(await native.decode('gzip', stored, into.subarray(2, 4))).toBe(1);
    expect(into).toEqual(Uint8Array.of(1, 1, 97, 1, 1, 1, 1, 1));
    await expect(native.decode('gzip', stored.subarray(0, 4), into)).rejects.toThrow('not in this format');
    await expect(native.decode('gzip', deflateSync(new Uint8Array(9)), into)).rejects.toThrow();
    await expect(native.decode('lzop', stored, into)).rejects.toThrow('there is no codec "lzop"');
    const { decode } = native as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const wrong of [undefined, null, 1, 'x', {}, new ArrayBuffer(4), new Uint8Array(4)]) {
      expect(() => decode!('gzip', stored, wrong)).toThrow();
    }
    expect(() => decode!('gzip', null, into)).toThrow();
  });

  test.each([
    ['a process may end while threads are busy', 'busy(); process.exit(7);', 7],
    ['a forgotten, idle compressor does not keep the process alive', 'open();', 0],
    ['results that are awaited do', 'busy(1); process.on("exit", () => { process.exitCode = taken ? 8 : 9; });', 8],
    [
      'a worker thread may end while threads are busy',
      `for (let i = 0; i < 4; i++) {
         const worker = new Worker(new URL(import.meta.url));
         await new Promise((resolve) => worker.on('message', resolve));
         await worker.terminate();
       }
       process.exitCode = 5;`,
      5,
    ],
  ])('%s', (_, code, status) => {
    const program = join(scratch, 'program.mjs');
    const script = `
      import { isMainThread, parentPort, Worker } from 'node:worker_threads';
      import { loadNative } from '${index}';
      const { addon } = loadNative();
      let taken = 0;
      const open = () => {
        const compressor = new addon.Compressor('gzip', [12], 2, () => { taken += compressor.take().length; });
        return compressor;
      };
      const busy = (blocks = 100) => {
        const compressor = open();
        const block = addon.allocate(1 << 20).map((_, i) => (i * i) >> 9);
        for (let id = 0; id < blocks; id++) compressor.submit(id, block, false);
      };
      if (isMainThread) { ${code} } else { busy(); parentPort.postMessage('busy'); setInterval(() => {}, 1000); }`;
    writeFileSync(program, script);
    const ended = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 25_000 });
    expect(ended).toMatchObject({ status, signal: null, stderr: '' });
  });

  test('a result, or any buffer, is freed on request; anything else is refused', async () => {
    const { compressor, results, until } = open(native);
    compressor.submit(1, text(4 << 20), false);
    await until(() => results.length === 1);
    const bytes = results[0]![1] as Uint8Array;
    expect(bytes.length).toBeGreaterThan(0);
    native.release(bytes.buffer);
    expect(bytes.length).toBe(0);
    const memory = native.allocate(1 << 20);
    compressor.submit(2, memory, false);
    native.release(memory.buffer);
    await until(() => results.length === 2);
    expect(inflateSync(results[1]![1] as Uint8Array).length).toBe(1 << 20);
    const release = native.release as (wrong: unknown) => void;
    for (const wrong of [undefined, null, 1, 'x', {}, new Uint8Array(4), new SharedArrayBuffer(4)]) {
      expect(() => release(wrong)).toThrow();
    }
    compressor.close();
  });
});
