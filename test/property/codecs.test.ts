// The codec core gives the same bytes natively and in WebAssembly, and libraries that share no code with it agree with it:
// what one encodes any other decodes.

import { describe, expect, test } from 'vitest';
import {
  BCJ_FILTERS,
  type BcjFilter,
  CODECS,
  type Codec,
  type CodecName,
  type CompressionRequest,
  chooseCompression,
  chooseDecoder,
} from '../../src/compress/index.js';
import { quietRun } from '../../src/io/content.js';
import { loadNative } from '../../src/native/index.js';
import { machineCode } from '../support/machine-code.js';
import fc, { runs } from '../support/random.js';
import { noise } from '../support/trees.js';

const native = loadNative().addon !== undefined;

/** Runs of noise, words, zeros and machine code, cut to lengths around those that formats have. */
const part = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 40_000 }), fc.nat(9)).map(([length, seed]) => noise(length, seed)),
  fc.tuple(fc.integer({ min: 1, max: 90_000 }), fc.string({ minLength: 1, maxLength: 40 })).map(words),
  fc.integer({ min: 1, max: 200_000 }).map((length) => new Uint8Array(length)),
  fc.constantFrom(...BCJ_FILTERS).map((machine) => machineCode(machine, 600)),
);
const length = fc.constantFrom(2, 100, 4096, 8192, 65_535, 65_546, 65_547, 131_072, 300_000, 1_048_576);
const block = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 6 }), length)
  .map(([parts, most]) => new Uint8Array(Buffer.concat(parts).subarray(0, most)));

function words([length, word]: [number, string]): Uint8Array {
  const bytes = Buffer.from(word);
  return new Uint8Array(Buffer.alloc(length, bytes.length > 0 ? bytes : 'x'));
}

/** A level of the codec and, for xz, its settings. */
function requests({ name, levels }: Codec<CodecName>): fc.Arbitrary<CompressionRequest> {
  const level = levels
    ? fc.integer({ min: levels.least, max: levels.most }).filter((value) => value !== 0 || levels.least === 0)
    : fc.constant(undefined);
  const xz = fc.record({
    extreme: fc.boolean(),
    dictionarySize: fc.option(fc.constantFrom(8192, 12_288, 65_536, 1_048_576), { nil: undefined }),
    bcj: fc.subarray([...BCJ_FILTERS]),
  });
  return fc
    .tuple(level, name === 'xz' ? xz : fc.constant({}))
    .map(([value, settings]) => given({ name, level: value, ...settings }) as unknown as CompressionRequest);
}

const given = (values: object) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

async function compress(request: CompressionRequest, blocks: readonly Uint8Array[]) {
  const compressor = chooseCompression(request).open(quietRun(2));
  try {
    return await Promise.all(blocks.map((bytes) => compressor.compress(bytes)));
  } finally {
    await compressor.close();
  }
}

describe.skipIf(!native)('natively and in WebAssembly', () => {
  test.each(CODECS)('$name: the same bytes for every level and setting', async (codec) => {
    const blocks = fc.array(block, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(requests(codec), blocks, async (request, bytes) => {
        const [one, other] = await Promise.all(
          (['native', 'portable'] as const).map((engine) => compress({ ...request, engine }, bytes)),
        );
        expect(one!.map((coded) => coded?.length)).toEqual(other!.map((coded) => coded?.length));
        for (const [i, coded] of one!.entries()) {
          if (!coded) continue;
          expect(Buffer.compare(coded, other![i]!)).toBe(0);
          for (const engine of ['native', 'portable'] as const) {
            const back = await chooseDecoder(codec.name, engine)(coded, bytes[i]!.length);
            expect(Buffer.compare(back, bytes[i]!)).toBe(0);
          }
        }
      }),
      { numRuns: runs(20) },
    );
  });
});

test.each(BCJ_FILTERS)('%s: code of the machine is filtered by its filter, and text by none', async (machine) => {
  const filterOf = (file: Uint8Array | undefined) => ((file![13]! & 3) === 0 ? 0 : file![14]);
  const settings = { name: 'xz', engine: 'portable', level: 1, bcj: BCJ_FILTERS } as const;
  const [code, text] = await compress(settings, [machineCode(machine), words([60_000, 'text without branches '])]);
  expect(filterOf(code)).toBe(FILTER_IDS[machine]);
  expect(filterOf(text)).toBe(0);
});

/** Of the xz format, 5.3.2. */
const FILTER_IDS: Readonly<Record<BcjFilter, number>> = {
  x86: 4,
  powerpc: 5,
  ia64: 6,
  arm: 7,
  armthumb: 8,
  sparc: 9,
  arm64: 10,
  riscv: 11,
};

describe.each(CODECS)('second opinions on $name', (codec) => {
  const able = codec.engines.filter(({ id }) => id !== undefined);
  const encoders = ['portable', ...able.filter(({ coder }) => coder).map(({ name }) => name)];
  const decoders = ['portable', ...able.filter(({ decode }) => decode).map(({ name }) => name)];
  test(`${encoders.join(', ')} × ${decoders.join(', ')}`, async () => {
    const blocks = fc.sample(block, { numRuns: 12, seed: 5 });
    for (const encoder of encoders) {
      const coded = await compress({ name: codec.name, engine: encoder }, blocks);
      expect(coded.filter((bytes) => bytes !== undefined).length).toBeGreaterThan(5);
      for (const decoder of decoders) {
        const decode = chooseDecoder(codec.name, decoder);
        for (const [i, bytes] of coded.entries()) {
          if (!bytes) continue;
          const back = await decode(bytes, blocks[i]!.length);
          expect(Buffer.compare(back, blocks[i]!), `${encoder} read by ${decoder}`).toBe(0);
        }
      }
    }
  });
});
