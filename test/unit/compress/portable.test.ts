import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { decompress, init } from '@bokuweb/zstd-wasm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NODE_ZSTD } from '../../../src/compress/engines/node-zstd.js';
import { type Compression, chooseCompression } from '../../../src/compress/index.js';
import { InvalidInputError, UnsupportedError } from '../../../src/errors.js';
import { quietRun } from '../../../src/io/content.js';
import { noise } from '../../support/trees.js';

const require = createRequire(import.meta.url);
const { decompressBlock } = require('lz4js') as {
  decompressBlock(source: Uint8Array, target: Uint8Array, at: number, length: number, into: number): number;
};
const ready = init();

const decoders = {
  zstd: async (coded: Uint8Array) => {
    await ready;
    return decompress(coded);
  },
  lz4: async (coded: Uint8Array, length: number) => {
    const target = new Uint8Array(length);
    expect(decompressBlock(coded, target, 0, coded.length, 0)).toBe(length);
    return target;
  },
};

async function compressAll(compression: Compression, blocks: readonly Uint8Array[], jobs = 2) {
  const compressor = compression.open(quietRun(jobs));
  try {
    return await Promise.all(blocks.map((block) => compressor.compress(block)));
  } finally {
    await compressor.close();
  }
}

const block = fc
  .array(fc.record({ noisy: fc.boolean(), length: fc.integer({ min: 1, max: 3000 }), seed: fc.nat(5) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) =>
    Uint8Array.from(
      Buffer.concat(
        parts.map(({ noisy, length, seed }) => (noisy ? noise(length, seed) : Buffer.alloc(length, `${seed} again `))),
      ),
    ),
  );

for (const name of ['zstd', 'lz4'] as const) {
  test(`${name}: random blocks come back, the same with any number of jobs`, async () => {
    const compression = chooseCompression({ name, engine: 'portable', ...(name === 'zstd' ? { level: 5 } : {}) });
    const blocks = fc.sample(block, { numRuns: 120, seed: 7 });
    const results = await compressAll(compression, blocks);
    expect(results.filter((result) => result !== undefined).length).toBeGreaterThan(60);
    for (const [i, coded] of results.entries()) {
      if (!coded) continue;
      expect(coded.length).toBeLessThan(blocks[i]!.length);
      expect(Buffer.from(await decoders[name](coded, blocks[i]!.length)).equals(blocks[i]!)).toBe(true);
    }
    expect(await compressAll(compression, blocks, 1)).toEqual(results);
  });

  test(`${name}: noise gives nothing, and neither does next to nothing`, async () => {
    const compression = chooseCompression({ name, engine: 'portable' });
    const blocks = [noise(65_536, 2), Uint8Array.of(1), Uint8Array.of(1, 1, 1), new Uint8Array(0)];
    expect(await compressAll(compression, blocks)).toEqual(blocks.map(() => undefined));
  });
}

test('zstd never asks for a window larger than the block', async () => {
  for (const level of [1, 9, 15, 22]) {
    const sizes = [4096, 8192, 131_072, 1_048_576];
    const blocks = sizes.map((size) => {
      const bytes = noise(size, 3);
      bytes.fill(7, size >> 1);
      return bytes;
    });
    const results = await compressAll(chooseCompression({ name: 'zstd', engine: 'portable', level }), blocks);
    for (const [i, coded] of results.entries()) expect(windowOf(coded!)).toBeLessThanOrEqual(sizes[i]!);
  }
});

/** Window of a zstd frame (RFC 8878, 3.1.1.1): the content size of a single segment, else its own descriptor. */
function windowOf(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset);
  expect(view.getUint32(0, true)).toBe(0xfd2f_b528);
  const descriptor = frame[4]!;
  if ((descriptor & 0x20) === 0) {
    const base = 2 ** (10 + (frame[5]! >>> 3));
    return base + (base / 8) * (frame[5]! & 7);
  }
  const field = descriptor >>> 6;
  if (field === 0) return frame[5]!;
  return field === 1 ? view.getUint16(5, true) + 256 : view.getUint32(5, true);
}

test('the portable engines tell their names; the reproducible ones depend on no Node version', () => {
  const version = (name: string) => {
    const path = name === 'lz4js' ? require.resolve('lz4js/package.json') : packageOf(require.resolve(name));
    return (require(path) as { version: string }).version;
  };
  const wasm = `wasm/zstd-wasm@${version('@bokuweb/zstd-wasm')}`;
  expect(chooseCompression({ name: 'zstd', engine: 'portable' })).toMatchObject({
    engine: NODE_ZSTD ?? wasm,
    level: 15,
  });
  expect(chooseCompression({ name: 'zstd', engine: 'reproducible' }).engine).toBe(wasm);
  const lz4 = { engine: `script/lz4js@${version('lz4js')}`, level: 1 };
  expect(chooseCompression({ name: 'lz4', engine: 'portable' })).toMatchObject(lz4);
  expect(chooseCompression({ name: 'lz4', engine: 'reproducible' })).toMatchObject(lz4);
});

/** The package exports no package.json; it lies two directories above its entry. */
function packageOf(entry: string): string {
  return `${dirname(dirname(dirname(entry)))}/package.json`;
}

test('what only the addon can do is refused by name, with what to do', () => {
  const refusal = (name: 'xz' | 'lz4', level?: number) => {
    try {
      chooseCompression({ name, engine: 'portable', ...(level === undefined ? {} : { level }) });
    } catch (error) {
      if (error instanceof UnsupportedError) return [error.code, error.message, error.hint];
    }
    return undefined;
  };
  const hint = (otherwise: string) =>
    `Build it with "npm run build:native" and let the engine be auto, or ${otherwise}.`;
  expect(refusal('xz')).toEqual([
    'compress.needs-native',
    'xz needs the native engine, but the portable engine was chosen.',
    hint('choose zstd or gzip'),
  ]);
  expect(refusal('lz4', 9)).toEqual([
    'compress.needs-native',
    'lz4 with high compression (level 9) needs the native engine, but the portable engine was chosen.',
    hint('choose level 1'),
  ]);
  expect(() => chooseCompression({ name: 'zstd', engine: 'portable', level: 23 })).toThrow(InvalidInputError);
  expect(() => chooseCompression({ name: 'lz4', engine: 'portable', level: 0 })).toThrow('0 is not a level of lz4.');
});
