import { describe, expect, test } from 'vitest';
import {
  CLUSTER_CODECS,
  type ClusterRequest,
  type ClusterShape,
  chooseClusterCompression,
  chooseClusterDecoder,
  packedSegment,
} from '../../../src/compress/index.js';
import { InvalidImageError, UsageError } from '../../../src/errors.js';
import { quietRun } from '../../../src/io/content.js';
import { loadNative } from '../../../src/native/index.js';
import { noise } from '../../support/trees.js';

const native = loadNative().addon !== undefined;
const ENGINES = (['native', 'portable'] as const).filter((engine) => engine !== 'native' || native);
const SHAPE: ClusterShape = { blockSize: 4096, clusterSize: 4096, interlaced: false, tail: false };

const text = (length: number) => {
  const lines = Array.from({ length: Math.ceil(length / 10) }, (_, i) => `line ${(i * 7919) % 10_007} of it\n`);
  return new Uint8Array(Buffer.from(lines.join('')).subarray(0, length));
};
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

async function pack(request: ClusterRequest, segment: Uint8Array, shape: Partial<ClusterShape> = {}) {
  const whole = { ...SHAPE, ...shape };
  const compressor = chooseClusterCompression(request, whole.clusterSize).open(whole, quietRun(2));
  try {
    return packedSegment((await compressor.compress(segment))!);
  } finally {
    await compressor.close();
  }
}

/** The segment out of its packed form, extent by extent. */
async function unpack(request: ClusterRequest, packed: Awaited<ReturnType<typeof pack>>, shape: Partial<ClusterShape>) {
  const { blockSize, interlaced } = { ...SHAPE, ...shape };
  const { encoding } = CLUSTER_CODECS.find(({ name }) => name === request.name)!;
  const decode = chooseClusterDecoder(encoding, request.engine);
  const parts: Uint8Array[] = [];
  let at = 0;
  let start = 0;
  for (const { length, encoded } of packed.extents) {
    const size = encoded === 0 ? blockSize : Math.ceil(encoded / blockSize) * blockSize;
    const cluster = packed.data.subarray(at, at + size);
    if (encoded > 0) parts.push(await decode(cluster, length));
    else {
      const from = interlaced ? start % blockSize : 0;
      parts.push(joined(cluster.subarray(from), cluster.subarray(0, from)).subarray(0, length));
    }
    at += size;
    start += length;
  }
  expect(at).toBe(packed.data.length);
  return joined(...parts);
}

const SEGMENTS: Readonly<Record<string, Uint8Array>> = {
  text: text(300_000),
  noise: noise(70_001, 3),
  'zeros, more than one extent may have': new Uint8Array(3_000_000),
  'text between noise': joined(noise(9000, 1), text(50_000), noise(12_345, 2), text(777)),
  'a little more than a block': text(4097),
  'one byte less than two blocks of noise': noise(8191, 5),
};

for (const engine of ENGINES) {
  describe.each(CLUSTER_CODECS)(`${engine}: $name`, ({ name }) => {
    const request = { name, engine, ...(name === 'lzma' ? { level: 0 } : {}) } as const;
    for (const [what, segment] of Object.entries(SEGMENTS)) {
      for (const shape of [{}, { clusterSize: 65_536, interlaced: true }, { blockSize: 512, clusterSize: 512 }]) {
        test(`${what} comes back, ${JSON.stringify(shape)}`, async () => {
          const packed = await pack(request, segment, shape);
          expect(Buffer.compare(await unpack(request, packed, shape), segment)).toBe(0);
          const blockSize = shape.blockSize ?? 4096;
          expect(packed.data.length).toBeLessThanOrEqual((Math.ceil(segment.length / blockSize) + 1) * blockSize);
        });
      }
    }

    test('encoded data end where their last block ends, with zeros before them', async () => {
      const { data, extents } = await pack(request, text(100_000));
      expect(data.at(-1)).not.toBe(undefined);
      const first = extents[0]!;
      const start = 4096 - first.encoded;
      expect(data.subarray(0, start).every((byte) => byte === 0)).toBe(true);
      expect(data[start]).not.toBe(0);
    });

    test('no two extents start in one block, and no stored one ends the segment in a block it does not start in', async () => {
      for (const segment of Object.values(SEGMENTS)) {
        const { extents } = await pack(request, segment);
        let at = 0;
        let last = -1;
        for (const { length } of extents) {
          expect(Math.floor(at / 4096)).toBeGreaterThan(last);
          last = Math.floor(at / 4096);
          at += length;
        }
        expect(at).toBe(segment.length);
        const { length, encoded } = extents.at(-1)!;
        if (encoded === 0) expect(Math.floor((at - length) / 4096)).toBe(Math.floor((at - 1) / 4096));
      }
    });

    test('a part of an extent can be read alone', async () => {
      const segment = text(100_000);
      const { data, extents } = await pack(request, segment);
      const { encoding } = CLUSTER_CODECS.find((codec) => codec.name === name)!;
      const part = await chooseClusterDecoder(encoding, engine)(data.subarray(0, 4096), extents[0]!.length >> 1);
      expect(Buffer.compare(part, segment.subarray(0, extents[0]!.length >> 1))).toBe(0);
    });

    test('damaged clusters are refused', async () => {
      const { encoding } = CLUSTER_CODECS.find((codec) => codec.name === name)!;
      const decode = chooseClusterDecoder(encoding, engine);
      const worked = await Promise.allSettled(
        [noise(4096, 1), noise(4096, 2), noise(4096, 9)].map((c) => decode(c, 4096)),
      );
      for (const result of worked) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(InvalidImageError);
        else expect(result.value.length).toBeLessThanOrEqual(4096);
      }
      await expect(decode(new Uint8Array(4096), 4096)).rejects.toBeInstanceOf(InvalidImageError);
    });
  });
}

test.skipIf(!native).each(CLUSTER_CODECS)('$name: the same bytes natively and portably', async ({ name }) => {
  for (const segment of Object.values(SEGMENTS)) {
    for (const shape of [{}, { clusterSize: 65_536, interlaced: true, tail: true }]) {
      const [one, other] = await Promise.all(
        (['native', 'portable'] as const).map((engine) => pack({ name, engine }, segment, shape)),
      );
      expect(other!.extents).toEqual(one!.extents);
      expect(Buffer.compare(other!.data, one!.data)).toBe(0);
    }
  }
});

test.each(CLUSTER_CODECS)('$name: an encoder that is used again gives what a new one gives', async ({ name }) => {
  const request = { name, level: name === 'lzma' ? 0 : undefined } as ClusterRequest;
  const segments = [text(200_000), noise(30_000, 1), text(90_000), new Uint8Array(400_000), text(200_000)];
  const compressor = chooseClusterCompression(request, 4096).open(SHAPE, quietRun(1));
  try {
    for (const segment of segments) {
      const again = packedSegment((await compressor.compress(segment))!);
      const fresh = await pack(request, segment);
      expect(again.extents).toEqual(fresh.extents);
      expect(Buffer.compare(again.data, fresh.data)).toBe(0);
    }
  } finally {
    await compressor.close();
  }
});

test('a tail is compressed whenever that makes it smaller', async () => {
  const { extents } = await pack({ name: 'lzma', level: 0 }, text(3000), { tail: true });
  expect(extents).toHaveLength(1);
  expect(extents[0]!.encoded).toBeGreaterThan(0);
  expect((await pack({ name: 'lzma', level: 0 }, text(3000))).extents).toEqual([{ length: 3000, encoded: 0 }]);
});

test('settings that a codec does not have are refused by name', () => {
  const choose = (request: object) => () => chooseClusterCompression(request as ClusterRequest, 4096);
  for (const [request, code] of [
    [{ name: 'gzip' }, 'compress.unknown'],
    [{ name: 'lz4', level: 3 }, 'compress.level'],
    [{ name: 'lz4hc', level: 13 }, 'compress.level'],
    [{ name: 'lzma', level: 50 }, 'compress.level'],
    [{ name: 'lz4', dictionarySize: 4096 }, 'compress.lz4-dictionary'],
    [{ name: 'zstd', dictionarySize: 5000 }, 'compress.zstd-dictionary'],
    [{ name: 'lzma', engine: 'pako' }, 'compress.engine-codec'],
  ] as const) {
    expect(choose(request)).toThrow(expect.objectContaining({ code }));
    expect(choose(request)).toThrow(UsageError);
  }
  expect(choose({ name: 'lzma', level: 109 })).not.toThrow();
});
