// Compressed streams of very many very small parts: what is allocated for them grows with their bytes, not with what each part
// could become.
import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect } from 'vitest';
import { type StreamFormat, streamFormat } from '../../../src/bytes/stream-format.js';
import { unpackStream } from '../../../src/compress/index.js';
import { oracle } from '../../support/oracle.js';
import { noise } from '../../support/trees.js';

let allocated = 0;
const { concat } = Buffer;
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
  Buffer.concat = (list, size) => {
    const joined = concat(list as readonly Uint8Array<ArrayBuffer>[], size);
    allocated += joined.length;
    return joined;
  };
});
afterEach(() => {
  Buffer.concat = concat;
  Object.assign(globalThis, Object.fromEntries(originals));
});

/** Bytes that are allocated, or joined, for unpacking what comes in pieces of that size. */
async function cost(format: StreamFormat, bytes: Uint8Array, pieceSize = bytes.length): Promise<number> {
  allocated = 0;
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
  }
  let size = 0;
  for await (const piece of unpackStream(format, pieces(), 2 ** 30)) size += piece.length;
  expect(size).toBeGreaterThan(0);
  return allocated;
}

const STEADY = 8 * 2 ** 20;
const PER_BYTE = 300;

const MAKERS = [
  ['gzip', []],
  ['bzip2', ['-9']],
  ['xz', ['--lzma2=dict=512MiB']],
  ['lzma', []],
  ['zstd', ['--ultra', '--long=30']],
  ['lz4', ['-B7']],
  ['lz4', ['-l']],
] as const;

const packed = (tool: string, args: readonly string[], input: string | Uint8Array) =>
  execFileSync(tool, [...args, '-c'], { input, stdio: ['pipe', 'pipe', 'ignore'], maxBuffer: 2 ** 28 });

for (const [tool, args] of MAKERS) {
  const name = [tool, ...args].join(' ');
  // An lzma stream has no other one after it.
  if (tool !== 'lzma') {
    oracle(tool)(`${name}: one byte in each of thousands of streams`, async () => {
      const one = tool === 'gzip' ? gzipSync('x') : packed(tool, args, 'x');
      const format = streamFormat(one);
      const many = (count: number) => Buffer.concat(Array.from({ length: count }, () => one));
      const [few, twice] = [await cost(format, many(1000)), await cost(format, many(2000))];
      expect(few).toBeLessThan(STEADY + PER_BYTE * 1000 * one.length);
      expect(twice).toBeLessThan(STEADY + PER_BYTE * 2000 * one.length);
    });
  }

  oracle(tool)(`${name}: pieces of any size cost the same for each byte`, async () => {
    const bytes = packed(tool, args, noise(2_000_000, 1));
    const format = streamFormat(bytes);
    const [whole, inPieces] = [await cost(format, bytes), await cost(format, bytes, 1024)];
    expect(inPieces).toBeLessThan(whole + STEADY + 20 * bytes.length);
  });
}
