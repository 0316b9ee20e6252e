// Compressed files that are made of parts, read by the tools of each format, and by the demands of Linux on an initrd.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { chooseStreamCompression, type StreamCompressionName } from '../../src/compress/index.js';
import { quietRun } from '../../src/io/content.js';
import { ENGINE } from '../support/engines.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const MIB = 1024 * 1024;
const words = Buffer.from(Array.from({ length: 150_000 }, (_, i) => `${i * 7} is a line\n`).join(''));

/** Around the ends of parts, with parts that do not become smaller first, last and between others. */
const CONTENTS: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(65),
  'a line': Buffer.from('a line\n'),
  'noise alone': noise(300_000, 3),
  'words, noise, zeros': Buffer.concat([words, noise(3 * MIB, 7), new Uint8Array(6 * MIB), words.subarray(0, 99_999)]),
  'a part of noise, words': Buffer.concat([noise(8 * MIB, 5), words.subarray(0, 70_000)]),
  'whole parts': new Uint8Array(24 * MIB).fill(7, 9 * MIB),
};

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 700_001) yield bytes.subarray(at, at + 700_001);
}

async function compressed(name: StreamCompressionName, content: Uint8Array, level?: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const { compress } = chooseStreamCompression({ name, level, engine: ENGINE });
  for await (const part of compress(pieces(content), quietRun(2))) parts.push(part.slice());
  return Buffer.concat(parts);
}

/** Tool, name, command that unpacks its standard input, level. */
const READERS: readonly (readonly [tool: string, name: StreamCompressionName, command: string, level?: number])[] = [
  ['gzip', 'gzip', 'gzip -dc'],
  ['gzip', 'gzip', 'gzip -dc', 1],
  ['7z', 'gzip', '7z x -tgzip -si -so'],
  ['python3', 'gzip', 'python3 -c "import gzip,sys;sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))"'],
  ['xz', 'xz', 'xz -dc'],
  ['xz', 'xz', 'xz -dc', 0],
  ['zstd', 'zstd', 'zstd -dc'],
  ['zstd', 'zstd', 'zstd -dc', -5],
  ['zstd', 'zstd', 'zstd -dc', 3],
  ['lz4', 'lz4', 'lz4 -dc'],
  ['lz4', 'lz4', 'lz4 -dc', 1],
  ['lzop', 'lzo', 'lzop -dc'],
];

describe('read by the tools of the format', () => {
  for (const [tool, name, command, level] of READERS) {
    oracle(tool)(`${name}, ${command.split(' ', 2).join(' ')}, level ${level ?? 'usual'}`, async () => {
      for (const [what, content] of Object.entries(CONTENTS)) {
        const [from, to] = [join(scratch, 'packed'), join(scratch, 'unpacked')];
        writeFileSync(from, await compressed(name, content, level));
        const { status, stderr } = judge('sh', ['-c', `${command} <"$1" >"$2"`, 'sh', from, to]);
        expect({ what, status, stderr }).toEqual({ what, status: 0, stderr: expect.any(String) });
        expect(Buffer.compare(readFileSync(to), content), what).toBe(0);
      }
    });
  }
});

describe('what Linux unpacks', () => {
  const content = CONTENTS['words, noise, zeros']!;

  oracle('gzip')('gzip is one member', async () => {
    const file = await compressed('gzip', content);
    // A member knows its length modulo 2^32: the last word of the file is that of all bytes only if there is one member.
    expect(file.readUInt32LE(file.length - 4)).toBe(content.length);
    expect(file.indexOf(Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), 1)).toBe(-1);
  });

  oracle('zstd')('zstd is one frame with a window of 8 MiB', async () => {
    const path = join(scratch, 'frame.zst');
    writeFileSync(path, await compressed('zstd', content));
    const { stdout } = judge('zstd', ['-lv', path]);
    expect(stdout).toMatch(/Zstandard Frames: 1\n/);
    expect(stdout).toMatch(/Window Size: 8(\.00)? MiB/);
  });

  oracle('xz')('xz is one stream of blocks with a CRC-32 and a dictionary of 1 MiB', async () => {
    const path = join(scratch, 'blocks.xz');
    writeFileSync(path, await compressed('xz', content));
    const { stdout } = judge('xz', ['--list', '-vv', path]);
    expect(stdout).toMatch(/Streams: +1\n/);
    expect(stdout).toMatch(/Check: +CRC32\n/);
    const filters = [...stdout.matchAll(/--lzma2=dict=(\S+)/g)].map(([, size]) => size);
    expect(filters).toHaveLength(Math.ceil(content.length / (3 * MIB)));
    expect(new Set(filters)).toEqual(new Set(['1MiB']));
  });

  oracle('lz4')('lz4 is a legacy frame of blocks of 8 MiB', async () => {
    const file = await compressed('lz4', content);
    expect(file.readUInt32LE(0)).toBe(0x184c2102);
    let blocks = 0;
    for (let at = 4; at < file.length; at += 4 + file.readUInt32LE(at)) blocks++;
    expect(blocks).toBe(Math.ceil(content.length / (8 * MIB)));
  });
});
