// Compressed files that are made of parts: the same bytes for any engine, number of jobs and cut of the input, and their
// content comes back.

import { describe, expect, test } from 'vitest';
import { corePool } from '../../src/compress/core-pool.js';
import { unpackStream } from '../../src/compress/index.js';
import { compressStream } from '../../src/compress/streams/compress-stream.js';
import type { Container } from '../../src/compress/streams/container.js';
import { CONTAINERS } from '../../src/compress/streams/index.js';
import { quietRun } from '../../src/io/content.js';
import { loadNative } from '../../src/native/index.js';
import fc, { runs } from '../support/random.js';
import { noise } from '../support/trees.js';

const native = loadNative().addon !== undefined;

const chunk = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 30_000 }), fc.nat(9)).map(([length, seed]) => noise(length, seed)),
  fc
    .tuple(fc.integer({ min: 1, max: 30_000 }), fc.string({ minLength: 1, maxLength: 40 }))
    .map(([length, word]) => new Uint8Array(Buffer.alloc(length, word))),
  fc.integer({ min: 1, max: 30_000 }).map((length) => new Uint8Array(length)),
);
const content = fc.array(chunk, { maxLength: 8 }).map((chunks) => new Uint8Array(Buffer.concat(chunks)));
const cut = fc.integer({ min: 1, max: 50_000 });
const partSize = fc.constantFrom(4096, 20_000, 131_072);

interface Way {
  readonly engine: 'native' | 'portable';
  readonly jobs: number;
  readonly cut: number;
}

async function made(container: Container, level: number, bytes: Uint8Array, way: Way): Promise<Buffer> {
  const { open } = corePool(way.engine, container.codec, container.parameters(level));
  const parts: Uint8Array[] = [];
  for await (const part of compressStream({ container, level, open }, pieces(bytes, way.cut), quietRun(way.jobs))) {
    parts.push(part.slice());
  }
  return Buffer.concat(parts);
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unpacked(name: string, bytes: Uint8Array): Promise<Buffer> {
  const format = name === 'lz4' ? 'lz4-legacy' : (name as 'gzip');
  const parts: Uint8Array[] = [];
  for await (const piece of unpackStream(format, pieces(bytes, 65_536), 1e9)) parts.push(piece.slice());
  return Buffer.concat(parts);
}

function levels({ levels: scale }: Container): fc.Arbitrary<number> {
  if (!scale) return fc.constant(0);
  return fc.integer({ min: scale.least, max: scale.most }).filter((level) => level !== 0 || scale.least === 0);
}

describe.each(CONTAINERS)('$name', (kind) => {
  test('comes back with any number of jobs and any cut of the input', async () => {
    await fc.assert(
      fc.asyncProperty(content, levels(kind), partSize, cut, cut, async (bytes, level, size, one, other) => {
        const container = { ...kind, partSize: size };
        const engine = native ? 'native' : 'portable';
        const file = await made(container, level, bytes, { engine, jobs: 1, cut: one });
        expect(Buffer.compare(await made(container, level, bytes, { engine, jobs: 3, cut: other }), file)).toBe(0);
        // Nothing here reads lzop's files: lzop does, in the conformance suite.
        if (kind.name !== 'lzo') expect(Buffer.compare(await unpacked(kind.name, file), bytes)).toBe(0);
      }),
      { numRuns: runs(12) },
    );
  });

  test.skipIf(!native)('has the same bytes natively and in WebAssembly', async () => {
    await fc.assert(
      fc.asyncProperty(content, levels(kind), partSize, async (bytes, level, size) => {
        const container = { ...kind, partSize: size };
        const one = await made(container, level, bytes, { engine: 'native', jobs: 1, cut: 10_000 });
        const other = await made(container, level, bytes, { engine: 'portable', jobs: 1, cut: 7_000 });
        expect(Buffer.compare(one, other)).toBe(0);
      }),
      { numRuns: runs(12) },
    );
  });
});
