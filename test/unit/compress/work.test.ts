// The work of unpacking grows with the compressed and the unpacked bytes and not faster: counted while streams double, made of
// one large part or of many tiny ones.
import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect } from 'vitest';
import { streamFormat } from '../../../src/bytes/stream-format.js';
import { oracle } from '../../support/oracle.js';
import { noise } from '../../support/trees.js';
import { countWork } from '../../support/work.js';

// Before the decoders are loaded: what was compiled already is not counted. Of the codec core only the calls count.
const work = countWork(/\/(src|dist)\/compress\//);
const { unpackStream } = await import('../../../src/compress/index.js');
afterAll(() => work.stop());

const pack = (tool: string, args: readonly string[], input: string | Uint8Array) =>
  tool === 'gzip'
    ? gzipSync(input)
    : execFileSync(tool, [...args, '-c'], { input, stdio: ['pipe', 'pipe', 'ignore'], maxBuffer: 2 ** 28 });

async function cost(bytes: Uint8Array, pieceSize = 65_536): Promise<number> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
  }
  return work.ofAsync(async () => {
    for await (const _ of unpackStream(streamFormat(bytes), pieces(), 2 ** 30));
  });
}

const text = (size: number) => Buffer.alloc(size, 'many words that come again, and 1 number of them\n');

for (const [tool, args] of [
  ['gzip', []],
  ['bzip2', []],
  ['xz', []],
  ['lzma', []],
  ['zstd', []],
  ['lz4', []],
  ['lz4', ['-l']],
] as const) {
  describe([tool, ...args].join(' '), () => {
    const judge = oracle(tool);
    const doubles = async (make: (count: number) => Uint8Array) => {
      const [one, two, four] = [await cost(make(1)), await cost(make(2)), await cost(make(4))];
      expect(one).toBeGreaterThan(0);
      expect(two).toBeLessThan(2.5 * one + 5000);
      expect(four).toBeLessThan(2.5 * two + 5000);
    };
    judge('data that does not shrink', () => doubles((count) => pack(tool, args, noise(count * 100_000, 1))));
    judge('data that does', () => doubles((count) => pack(tool, args, text(count * 400_000))));
    // An lzma stream has no other one after it.
    if (tool !== 'lzma') {
      const tiny = () => pack(tool, args, 'x');
      judge('tiny streams', () => {
        const one = tiny();
        return doubles((count) => Buffer.concat(Array.from({ length: count * 500 }, () => one)));
      });
    }
    judge('the same bytes in smaller pieces', async () => {
      const bytes = pack(tool, args, noise(300_000, 2));
      const [large, small] = [await cost(bytes, 4096), await cost(bytes, 1024)];
      expect(small).toBeLessThan(4.5 * large + 5000);
    });
  });
}
