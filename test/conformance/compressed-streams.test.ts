// Streams as the tools of each format write them, with every feature that archives in the wild have.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SIGNATURE_LENGTH, streamFormat } from '../../src/bytes/stream-format.js';
import { unpackStream } from '../../src/compress/index.js';
import { UnsupportedError } from '../../src/errors.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const content = Buffer.concat([
  Buffer.from(Array.from({ length: 60_000 }, (_, i) => `${i}\n`).join('')),
  noise(300_000, 7),
  new Uint8Array(2_000_000),
]);
const plain = join(scratch, 'plain');
writeFileSync(plain, content);

/** In pieces of a length that divides nothing. */
async function* pieces(bytes: Uint8Array, size = 60_007): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unpack(bytes: Uint8Array, size?: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of unpackStream(formatOf(bytes), pieces(bytes, size), 1e9)) parts.push(piece.slice());
  return Buffer.concat(parts);
}

const formatOf = (bytes: Uint8Array) => streamFormat(bytes.subarray(0, SIGNATURE_LENGTH));

/** The output of a shell command that finds the content at $1. */
function packed(command: string): Uint8Array {
  const path = join(scratch, 'packed');
  expect(judge('sh', ['-c', `(${command}) > "$2"`, 'sh', plain, path])).toMatchObject({ status: 0 });
  return readFileSync(path);
}

/** Tools, command, format. */
const WRITERS: readonly (readonly [string, string, string])[] = [
  ['xz', 'xz -c "$1"', 'xz'],
  ['xz', 'xz -c --check=sha256 "$1"', 'xz'],
  ['xz', 'xz -c --check=crc32 --block-size=100000 "$1"', 'xz'],
  ['xz', 'xz -c --check=none "$1"', 'xz'],
  ['xz', 'xz -c --x86 --lzma2=preset=6 "$1"', 'xz'],
  ['xz', 'xz -c --delta=dist=4 --arm64 --lzma2=preset=1 "$1"', 'xz'],
  ['xz', 'xz -c --lzma2=preset=6,dict=128MiB "$1"', 'xz'],
  ['xz', 'xz -c "$1"; head -c 8 /dev/zero; xz -c --check=sha256 /dev/null; xz -0c /dev/null', 'xz'],
  ['xz', 'xz -c --format=lzma "$1"', 'lzma'],
  ['zstd', 'zstd -qc "$1"', 'zstd'],
  ['zstd', 'zstd -qc --ultra -22 "$1"; zstd -qc -1 </dev/null', 'zstd'],
  ['zstd', 'zstd -q --long=30 -c <"$1"', 'zstd'],
  ['pzstd', 'pzstd -qc "$1"', 'zstd'],
  ['lz4', 'lz4 -qc "$1"', 'lz4'],
  ['lz4', 'lz4 -qc -9 -BD -B4 "$1"; lz4 -qc /dev/null', 'lz4'],
  ['lz4', 'lz4 -qlc "$1"', 'lz4-legacy'],
  ['gzip', 'gzip -c "$1"; gzip -c /dev/null', 'gzip'],
  ['bzip2', 'bzip2 -c "$1"', 'bzip2'],
];

describe('streams come back', () => {
  for (const [tool, command, format] of WRITERS) {
    oracle(tool)(command, async () => {
      const bytes = packed(command);
      expect(formatOf(bytes)).toBe(format);
      for (const size of [undefined, 1_000_003]) expect(Buffer.compare(await unpack(bytes, size), content)).toBe(0);
    });
  }

  oracle('xz')('byte by byte', async () => {
    const bytes = packed('head -c 3000 "$1" | xz -c --check=sha256 --x86 --lzma2');
    expect(Buffer.compare(await unpack(bytes, 1), content.subarray(0, 3000))).toBe(0);
  });
});

describe('damage and hunger are errors with a place', () => {
  for (const [tool, command, format] of WRITERS) {
    oracle(tool)(`${command}, cut off and changed`, async () => {
      const bytes = packed(command);
      const shortened = unpack(bytes.subarray(0, Math.floor(bytes.length / 3)));
      await expect(shortened).rejects.toMatchObject({
        code: 'compress.damaged',
        message: expect.stringContaining(format),
      });
      if (/check=none|^lz4 -qlc|format=lzma/.test(command)) return;
      const changed = Uint8Array.from(bytes);
      changed[Math.floor(bytes.length / 2)]! ^= 0x10;
      await expect(unpack(changed)).rejects.toMatchObject({ code: 'compress.damaged' });
    });
  }

  oracle('zstd')('a window beyond the bound is named, not called damage', async () => {
    const bytes = packed('zstd -q --ultra --long=31 -c <"$1"');
    await expect(unpack(bytes)).rejects.toThrow(UnsupportedError);
    await expect(unpack(bytes)).rejects.toThrow(/window or dictionary of more than 1073741824 bytes/);
  });

  oracle('xz')('the place is the offset of the piece that holds the fault', async () => {
    const bytes = Uint8Array.from(packed('xz -c "$1"'));
    bytes[200_000]! ^= 1;
    await expect(unpack(bytes, 1000)).rejects.toMatchObject({ place: { at: expect.any(Number) } });
  });
});

test('no archive looks like lzma by chance', () => {
  for (const head of [']', ']\0\0', `]${'\0'.repeat(99)}`, 'ustar', '070701']) {
    expect(formatOf(Buffer.from(head))).toBe('none');
  }
});
