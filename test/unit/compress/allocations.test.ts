// Compressed streams of very many very small parts: what is allocated for them grows with their bytes, not with what each part
// could become.
import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect } from 'vitest';
import { type StreamFormat, streamFormat } from '../../../src/bytes/stream-format.js';
import { unpackStream } from '../../../src/compress/index.js';
import { oracle } from '../../support/oracle.js';

let allocated = 0;
const kinds = ['Uint8Array', 'Uint32Array'] as const;
const originals = new Map<string, unknown>();

beforeEach(() => {
  for (const kind of kinds) {
    originals.set(kind, globalThis[kind]);
    const counted = new Proxy(globalThis[kind], {
      construct: (target, args, as) => {
        const made = Reflect.construct(target, args, as) as Uint8Array;
        if (typeof args[0] === 'number') allocated += made.byteLength;
        return made;
      },
    });
    Object.assign(globalThis, { [kind]: counted });
  }
});
afterEach(() => {
  Object.assign(globalThis, Object.fromEntries(originals));
});

/** Bytes that are allocated for unpacking. */
async function cost(format: StreamFormat, bytes: Uint8Array): Promise<number> {
  allocated = 0;
  async function* pieces() {
    yield bytes;
  }
  let size = 0;
  for await (const piece of unpackStream(format, pieces(), 2 ** 30)) size += piece.length;
  expect(size).toBeGreaterThan(0);
  return allocated;
}

const STEADY = 8 * 2 ** 20;
const PER_BYTE = 300;

for (const [tool, args] of [
  ['gzip', []],
  ['bzip2', ['-9']],
  ['xz', ['--lzma2=dict=512MiB']],
  ['zstd', ['--ultra', '--long=30']],
  ['lz4', ['-B7']],
  ['lz4', ['-l']],
] as const) {
  oracle(tool)(`${[tool, ...args].join(' ')}: one byte in each of thousands of streams`, async () => {
    const one =
      tool === 'gzip'
        ? gzipSync('x')
        : execFileSync(tool, [...args, '-c'], { input: 'x', stdio: ['pipe', 'pipe', 'ignore'] });
    const format = streamFormat(one);
    const many = (count: number) => Buffer.concat(Array.from({ length: count }, () => one));
    const [few, twice] = [await cost(format, many(1000)), await cost(format, many(2000))];
    expect(few).toBeLessThan(STEADY + PER_BYTE * 1000 * one.length);
    expect(twice).toBeLessThan(STEADY + PER_BYTE * 2000 * one.length);
  });
}
