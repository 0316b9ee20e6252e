import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { NODE_ZSTD } from '../../../src/compress/engines/node-zstd.js';
import {
  blockBuffer,
  CODECS,
  type Compression,
  type CompressionRequest,
  chooseCompression,
  chooseDecoder,
  GZIP_STRATEGIES,
} from '../../../src/compress/index.js';
import { InternalError, InvalidInputError, UnsupportedError } from '../../../src/errors.js';
import { quietRun, type Run } from '../../../src/io/content.js';
import { loadNative } from '../../../src/native/index.js';
import { noise } from '../../support/trees.js';

type Engine = NonNullable<CompressionRequest['engine']>;

const native = loadNative().addon !== undefined;
const ENGINES = (['native', 'portable', 'reproducible'] as const).filter((engine) => engine !== 'native' || native);

const gzip = (engine: Engine, level?: number): Compression =>
  chooseCompression({ name: 'gzip', engine, ...(level ? { level } : {}) });

const text = (length: number) => new Uint8Array(Buffer.alloc(length, 'the quick brown fox jumps over the lazy dog. '));

async function compressAll(compression: Compression, blocks: readonly Uint8Array[], run: Run = quietRun(2)) {
  const compressor = compression.open(run);
  try {
    return await Promise.all(blocks.map((block) => compressor.compress(block)));
  } finally {
    await compressor.close();
  }
}

for (const engine of ENGINES) {
  test(`${engine}: blocks come back as zlib streams of the same bytes, in the order given`, async () => {
    const blocks = [1, 100, 5000, 8193, 131_072, 1_048_576].map((length) => text(length));
    const results = await compressAll(gzip(engine), blocks);
    expect(results[0]).toBeUndefined();
    for (const [i, block] of blocks.entries()) {
      if (i > 0) expect(Buffer.from(inflateSync(results[i]!)).equals(block)).toBe(true);
    }
  });

  test(`${engine}: a block that would not be smaller gives nothing, and stays as it was`, async () => {
    const block = noise(65_536, 3);
    const before = block.slice();
    expect(await compressAll(gzip(engine), [block])).toEqual([undefined]);
    expect(block).toEqual(before);
  });

  test(`${engine}: the same bytes with any number of jobs`, async () => {
    const blocks = Array.from({ length: 12 }, (_, i) => text(20_000 + i));
    const one = await compressAll(gzip(engine), blocks, quietRun(1));
    expect(await compressAll(gzip(engine), blocks, quietRun(3))).toEqual(one);
  });

  test(`${engine}: memory of the compressor is used in place and can be used again`, async () => {
    const compressor = gzip(engine).open(quietRun(1));
    const buffer = blockBuffer(compressor, 4096);
    for (const letter of [0x61, 0x62]) {
      buffer.fill(letter);
      const result = await compressor.compress(buffer.subarray(0, 3000));
      expect(inflateSync(result!)).toEqual(Buffer.alloc(3000, letter));
      expect(buffer[2999]).toBe(letter);
    }
    await compressor.close();
  });

  test(`${engine}: an abort ends every open job with its reason`, async () => {
    const abort = new AbortController();
    const compressor = gzip(engine).open({ ...quietRun(2), signal: abort.signal });
    const jobs = Array.from({ length: 8 }, () => compressor.compress(text(1_048_576)));
    const reason = new Error('enough');
    abort.abort(reason);
    for (const result of await Promise.allSettled(jobs)) expect(result).toMatchObject({ status: 'rejected', reason });
    await expect(compressor.compress(text(10))).rejects.toBe(reason);
    await compressor.close();
  });

  test(`${engine}: an aborted run starts nothing`, async () => {
    const compressor = gzip(engine).open({ ...quietRun(1), signal: AbortSignal.abort(new Error('before')) });
    await expect(compressor.compress(text(10))).rejects.toThrow('before');
    await compressor.close();
  });

  test(`${engine}: closing ends open jobs, and a closed compressor takes none`, async () => {
    const compressor = gzip(engine).open(quietRun(1));
    const job = compressor.compress(text(1_048_576));
    const outcome = expect(job).rejects.toThrow(InternalError);
    await compressor.close();
    await compressor.close();
    await outcome;
    await expect(compressor.compress(text(10))).rejects.toThrow('closed compressor');
  });

  test(`${engine}: a fault in a thread reaches the caller`, async () => {
    const compressor = gzip(engine).open(quietRun(1));
    const broken = { length: 5000 } as unknown as Uint8Array;
    await expect(compressor.compress(broken)).rejects.toThrow(/Compressing a block failed/);
    expect(await compressor.compress(text(5000))).toBeInstanceOf(Uint8Array);
    await compressor.close();
  });
}

test('levels matter, and the default makes smaller blocks than the best of zlib', async () => {
  const block = readFileSync(process.execPath).subarray(4096, 4096 + 1_048_576);
  const size = async (compression: Compression) => (await compressAll(compression, [block]))[0]!.length;
  const lengths = await Promise.all([1, 6, 12].map((level) => size(gzip('portable', level))));
  expect(lengths[0]).toBeGreaterThan(lengths[1]!);
  expect(lengths[1]).toBeGreaterThan(lengths[2]!);
  expect(gzip('portable').level).toBe(6);
  expect(lengths[1]).toBeLessThan(await size(gzip('zlib', 9)));
});

test('an engine states its name and version; the core is one engine on every machine', () => {
  const version = (name: string) =>
    (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
  expect(gzip('pako')).toMatchObject({ name: 'gzip', engine: `npm/pako@${version('pako')}`, level: 9 });
  expect(gzip('npm')).toMatchObject({ engine: gzip('pako').engine });
  expect(gzip('zlib', 3)).toMatchObject({ engine: `node/zlib@${process.versions.zlib}`, level: 3 });
  expect(chooseCompression({ name: 'lz4', engine: 'npm' }).engine).toBe(`npm/lz4js@${version('lz4js')}`);
  for (const { name } of CODECS) {
    const ids = (['auto', ...ENGINES] as const).map((engine) => chooseCompression({ name, engine }).engine);
    expect(new Set(ids).size, `${name} by ${ids.join(', ')}`).toBe(1);
    expect(ids[0]).toMatch(/^(lib(deflate|lzma|zstd|lz4)|lzo1x)@\d[.\d]*$/);
  }
});

test('libraries are refused for codecs and settings that they do not have', () => {
  const refused: readonly (readonly [CompressionRequest, string])[] = [
    [{ name: 'xz', engine: 'pako' }, 'compress.engine-codec'],
    [{ name: 'gzip', engine: 'lz4js' }, 'compress.engine-codec'],
    [{ name: 'xz', engine: 'xz-decompress' }, 'compress.engine-codec'],
    [{ name: 'lzo', engine: 'npm' }, 'compress.engine-codec'],
    [{ name: 'gzip', engine: 'pako', level: 10 }, 'compress.level'],
    [{ name: 'lz4', engine: 'lz4js', level: 2 }, 'compress.level'],
    [{ name: 'gzip', engine: 'pako', windowBits: 9 }, 'compress.zlib-only'],
  ];
  for (const [request, code] of refused) {
    expect(() => chooseCompression(request), JSON.stringify(request)).toThrow(expect.objectContaining({ code }));
  }
  const zstd = () => chooseCompression({ name: 'zstd', engine: 'node-zstd' });
  if (NODE_ZSTD) expect(zstd().engine).toBe(NODE_ZSTD);
  else expect(zstd).toThrow(expect.objectContaining({ code: 'compress.engine-missing' }));
});

const isSame = (a: Uint8Array | undefined, b: Uint8Array | undefined) =>
  a && b ? Buffer.compare(a, b) === 0 : a === b;

describe.each(ENGINES.filter((engine) => engine !== 'reproducible'))('codecs of the core, %s', (engine) => {
  const requests: readonly CompressionRequest[] = [
    { name: 'gzip', level: 12 },
    { name: 'zstd' },
    { name: 'zstd', level: 1 },
    { name: 'zstd', level: -7 },
    { name: 'lzo' },
    { name: 'lz4' },
    { name: 'lz4', level: 9 },
    { name: 'xz', level: 1 },
    { name: 'xz', level: 0, extreme: true, dictionarySize: 8192, bcj: ['x86', 'arm64'] },
    { name: 'xz', level: 1, bcj: 'auto' },
  ];
  test.each(requests)('$name $level: blocks come back, the same for one job and four', async (request) => {
    const blocks = [1, 200, 8192, 8193, 131_072, 300_000].map((length) => text(length));
    const results = await compressAll(
      chooseCompression({ ...request, engine }),
      [...blocks, noise(50_000, 1)],
      quietRun(1),
    );
    const again = await compressAll(
      chooseCompression({ ...request, engine }),
      [...blocks, noise(50_000, 1)],
      quietRun(4),
    );
    // Not toEqual, which takes seconds for arrays of this size.
    expect(again.map((coded, i) => isSame(coded, results[i]))).not.toContain(false);
    expect([results[0], results[6]]).toEqual([undefined, undefined]);
    for (const [i, block] of blocks.entries()) {
      const result = results[i];
      if (i > 0)
        expect(isSame(await chooseDecoder(request.name as 'xz', engine)(result!, block.length), block)).toBe(true);
    }
  });
  test('defaults are those of the classic tools', () => {
    expect(chooseCompression({ name: 'zstd', engine })).toMatchObject({
      level: 15,
      engine: expect.stringMatching(/^libzstd@1\.\d+\.\d+$/),
    });
    expect(chooseCompression({ name: 'lz4', engine })).toMatchObject({
      level: 1,
      engine: expect.stringMatching(/^liblz4@1\.\d+\.\d+$/),
    });
    expect(chooseCompression({ name: 'xz', engine })).toMatchObject({
      level: 6,
      engine: expect.stringMatching(/^liblzma@5\.\d+\.\d+$/),
      xz: { extreme: false, dictionarySize: undefined, filters: [] },
    });
  });
  test('settings outside the scale are refused', () => {
    const refused: readonly (readonly [CompressionRequest, string])[] = [
      [{ name: 'zstd', level: 23 }, 'compress.level'],
      [{ name: 'zstd', level: 0 }, 'compress.level'],
      [{ name: 'lz4', level: 13 }, 'compress.level'],
      [{ name: 'zstd', level: -8 }, 'compress.level'],
      [{ name: 'lzo', level: 8 }, 'compress.level'],
      [{ name: 'gzip', windowBits: 7 }, 'compress.window-size'],
      [{ name: 'gzip', windowBits: 16 }, 'compress.window-size'],
      [{ name: 'gzip', strategies: ['best' as 'fixed'] }, 'compress.strategy'],
      [{ name: 'gzip', level: 12, strategies: ['fixed'] }, 'compress.level'],
      [{ name: 'gzip', windowBits: 9, engine: 'native' }, 'compress.zlib-only'],
      [{ name: 'zstd', windowBits: 9 }, 'compress.gzip-only'],
      [{ name: 'xz', strategies: ['fixed'] }, 'compress.gzip-only'],
      [{ name: 'xz', level: -1 }, 'compress.level'],
      [{ name: 'xz', level: 10 }, 'compress.level'],
      [{ name: 'xz', dictionarySize: 4096 }, 'compress.dictionary-size'],
      [{ name: 'xz', dictionarySize: 10_000 }, 'compress.dictionary-size'],
      [{ name: 'xz', dictionarySize: 2 ** 32 }, 'compress.dictionary-size'],
      [{ name: 'xz', bcj: ['vax' as 'x86'] }, 'compress.filter'],
      [{ name: 'gzip', bcj: ['x86'] }, 'compress.xz-only'],
      [{ name: 'zstd', extreme: true }, 'compress.xz-only'],
      [{ name: 'none', dictionarySize: 8192 }, 'compress.xz-only'],
    ];
    for (const [request, code] of refused) {
      expect(() => chooseCompression(request), JSON.stringify(request)).toThrow(expect.objectContaining({ code }));
    }
  });
});

test('none stores every block', async () => {
  const none = chooseCompression({ name: 'none' });
  expect(none).toMatchObject({ name: 'none', level: 0 });
  expect(await compressAll(none, [text(5000)])).toEqual([undefined]);
});

test('compressions that cannot be chosen are refused', () => {
  if (!native) expect(() => chooseCompression({ name: 'gzip', engine: 'native' })).toThrow(UnsupportedError);
  expect(() => chooseCompression({ name: 'gzip', level: 0 })).toThrow(InvalidInputError);
  expect(() => chooseCompression({ name: 'gzip', level: 13 })).toThrow('13 is not a level of gzip.');
  expect(() => gzip('fast' as 'auto')).toThrow('"fast" is not an engine.');
  expect(() => chooseCompression({ name: 'none', level: 1 })).toThrow(InvalidInputError);
  expect(() => chooseCompression({ name: 'brotli' as 'gzip' })).toThrow('"brotli" is not a compression');
});

test('zlib tries the strategies it is given and takes the smallest result, within the window it is given', async () => {
  const block = readFileSync(process.execPath).subarray(4096, 4096 + 131_072);
  const flat = new Uint8Array(131_072).map((_, i) => i >> 8);
  const size = async (bytes: Uint8Array, settings: Partial<CompressionRequest>) => {
    const chosen = chooseCompression({ name: 'gzip', ...settings });
    expect(chosen.engine).toBe(`node/zlib@${process.versions.zlib}`);
    const [result] = await compressAll(chosen, [bytes]);
    expect(Buffer.from(inflateSync(result!)).equals(bytes)).toBe(true);
    // CINFO of the zlib header (RFC 1950): log2 of the window, minus eight.
    expect(result![0]! >>> 4).toBe((settings.windowBits ?? 15) - 8);
    return result!.length;
  };
  for (const bytes of [block, flat]) {
    const alone = await Promise.all(GZIP_STRATEGIES.map((strategy) => size(bytes, { strategies: [strategy] })));
    expect(await size(bytes, { strategies: GZIP_STRATEGIES })).toBe(Math.min(...alone));
    expect(new Set(alone).size).toBeGreaterThan(2);
  }
  // A repetition after 4 KiB is out of reach of a window of 512 bytes.
  const far = new Uint8Array(Buffer.alloc(131_072, Buffer.from(noise(4096, 4).map((byte) => byte & 0x3f))));
  expect(await size(far, { windowBits: 9 })).toBeGreaterThan(5 * (await size(far, { windowBits: 13 })));
});
