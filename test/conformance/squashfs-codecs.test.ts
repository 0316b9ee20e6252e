// squashfs × every codec: the kernel mounts the image and sees the tree, unsquashfs unpacks it and names the settings.
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type BcjFilter, type CompressionRequest, chooseCompression } from '../../src/compress/index.js';
import { bytesSource } from '../../src/io/memory.js';
import { loadNative } from '../../src/native/index.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { asLinuxShows, everythingTree, writeSquashfs } from '../support/squashfs-images.js';
import { describeDirectory, describeTree } from '../support/trees.js';

const dir = scratchDirectory();
const image = join(dir, 'image.sqfs');
const unpacked = join(dir, 'unpacked');
const mountPoint = join(dir, 'mnt');
mkdirSync(mountPoint);

/** 400 kB like linked code: calls of 40 functions from thousands of places. */
function linkedCode(): Uint8Array {
  const code = new Uint8Array(400_000).map((_, i) => (i * 7 + (i >> 5)) & 0x7f);
  const view = new DataView(code.buffer);
  for (let at = 0, call = 0; at < code.length - 5; at += 31, call++) {
    code[at] = 0xe8;
    view.setInt32(at + 1, ((call * 17) % 40) * 1000 - at - 5, true);
  }
  return code;
}

const tree = () =>
  FileTree.of({
    ...Object.fromEntries(everythingTree().root.entries),
    'usr/lib/code.so': file(bytesSource(linkedCode())),
  });

const cases: readonly [CompressionRequest, blockSize: number, options: string][] = [
  [{ name: 'gzip' }, 131_072, '\tcompression-level 6\n\twindow-size 15\n\tStrategies selected: default\n'],
  [{ name: 'gzip', level: 12 }, 1_048_576, ''],
  [{ name: 'zstd' }, 131_072, ''],
  [{ name: 'zstd', level: 1 }, 1_048_576, '\tcompression-level 1\n'],
  [{ name: 'zstd', level: -7 }, 131_072, '\tcompression-level 1\n'],
  [{ name: 'zstd', level: 22 }, 4096, '\tcompression-level 22\n'],
  [
    { name: 'gzip', windowBits: 9 },
    131_072,
    '\tcompression-level 9\n\twindow-size 9\n\tStrategies selected: default\n',
  ],
  [
    { name: 'gzip', level: 5, strategies: ['fixed', 'run_length_encoded', 'default'] },
    131_072,
    '\tcompression-level 5\n\twindow-size 15\n\tStrategies selected: default, run_length_encoded, fixed\n',
  ],
  [{ name: 'lzo' }, 4096, ''],
  [{ name: 'lzo' }, 1_048_576, ''],
  [{ name: 'lz4' }, 131_072, ''],
  [{ name: 'lz4', level: 12 }, 1_048_576, '\tHigh Compression option specified (-Xhc)\n'],
  [{ name: 'xz' }, 131_072, ''],
  [{ name: 'xz', level: 1, dictionarySize: 98_304 }, 1_048_576, '\tDictionary size 98304\n\tNo filters specified\n'],
  [{ name: 'xz', bcj: ['x86'] }, 1_048_576, '\tDictionary size 1048576\n\tFilters selected: x86\n'],
  [{ name: 'xz', bcj: ['x86'] }, 4096, '\tDictionary size 8192\n\tFilters selected: x86\n'],
  [
    { name: 'xz', level: 0, extreme: true, bcj: 'auto' },
    131_072,
    '\tDictionary size 131072\n\tFilters selected: x86, powerpc, arm, armthumb, sparc\n',
  ],
];

describe.skipIf(!loadNative().addon)('the native engine', () => {
  for (const [request, blockSize, options] of cases) {
    const { name, ...settings } = request;
    const oracle = kernelOracle('mount', 'umount', 'getfattr', 'unsquashfs');
    oracle(`${name} ${JSON.stringify(settings)}, ${blockSize} byte blocks`, async () => {
      const compression = chooseCompression(request);
      await writeSquashfs(tree(), image, { compression, blockSize });
      const expected = await describeTree(asLinuxShows(tree()));

      const facts = judge('unsquashfs', ['-s', image]);
      expect(facts).toMatchObject({ status: 0, stderr: '' });
      expect(facts.stdout).toContain(`Compression ${name}\n${options}Block size ${blockSize}\n`);
      rmSync(unpacked, { recursive: true, force: true });
      const verdict = judge('unsquashfs', ['-strict-errors', '-quiet', '-no-progress', '-d', unpacked, image]);
      expect(verdict).toMatchObject({ status: 0, stderr: '' });
      expect(describeDirectory(unpacked)).toEqual(expected);

      expect(judge('mount', ['-t', 'squashfs', '-o', 'loop,ro', image, mountPoint])).toMatchObject({ status: 0 });
      try {
        expect(describeDirectory(mountPoint)).toEqual(expected);
      } finally {
        expect(judge('umount', [mountPoint])).toMatchObject({ status: 0 });
      }
    });
  }
});

const bits = (value: number, from: number, count: number) => (value >>> from) & (2 ** count - 1);

/** How a machine calls a function at a distance of bytes, a multiple of 4. */
const CALLS: Readonly<Record<'arm64' | 'riscv' | 'powerpc' | 'arm' | 'armthumb' | 'sparc', Call>> = {
  arm64: (view, at, to) => view.setUint32(at, 0x9400_0000 | bits(to, 2, 26), true),
  riscv: (view, at, to) => {
    const high = (bits(to, 20, 1) << 31) | (bits(to, 1, 10) << 21);
    view.setUint32(at, high | (bits(to, 11, 1) << 20) | (bits(to, 12, 8) << 12) | 0xef, true);
  },
  powerpc: (view, at, to) => view.setUint32(at, 0x4800_0001 | (to & 0x03ff_fffc)),
  arm: (view, at, to) => view.setUint32(at, 0xeb00_0000 | bits(to - 8, 2, 24), true),
  armthumb: (view, at, to) => {
    view.setUint16(at, 0xf000 | bits(to - 4, 12, 11), true);
    view.setUint16(at + 2, 0xf800 | bits(to - 4, 1, 11), true);
  },
  sparc: (view, at, to) => view.setUint32(at, (1 << 30) | bits(to, 2, 30)),
};
type Call = (view: DataView, at: number, distance: number) => void;

/** Calls of 40 functions from thousands of places. */
function codeOf(call: Call): Uint8Array {
  const code = new Uint8Array(300_000).map((_, i) => (i * 7 + (i >> 5)) & 0x3f);
  const view = new DataView(code.buffer);
  for (let at = 0, turn = 0; at < code.length - 32; at += 32, turn++) call(view, at, ((turn * 17) % 40) * 4000 - at);
  return code;
}

describe.skipIf(!loadNative().addon)('branch filters', () => {
  for (const [name, call] of Object.entries(CALLS)) {
    const machine = name as keyof typeof CALLS;
    kernelOracle('mount', 'umount')(`the kernel undoes the filter for ${machine}, chosen from all`, async () => {
      const code = codeOf(call);
      const written = FileTree.of({ code: file(bytesSource(code)) });
      const plain = await sizeWith(written, []);
      const filtered = await sizeWith(written, [machine]);
      expect(filtered).toBeLessThan(plain * 0.8);
      // All but ia64, which has gone from the kernel.
      const all: readonly BcjFilter[] = ['x86', 'powerpc', 'arm', 'armthumb', 'sparc', 'arm64', 'riscv'];
      expect(await sizeWith(written, all)).toBe(filtered);
      await writeSquashfs(written, image, { compression: chooseCompression({ name: 'xz', bcj: all }) });
      expect(judge('mount', ['-t', 'squashfs', '-o', 'loop,ro', image, mountPoint])).toMatchObject({ status: 0 });
      try {
        expect(Buffer.compare(readFileSync(join(mountPoint, 'code')), code)).toBe(0);
      } finally {
        expect(judge('umount', [mountPoint])).toMatchObject({ status: 0 });
      }
    });
  }
});

/** Bytes of the image with these filters. */
async function sizeWith(tree: FileTree, bcj: readonly BcjFilter[]): Promise<number> {
  await writeSquashfs(tree, image, { compression: chooseCompression({ name: 'xz', bcj }), padTo: 1 });
  const { size } = statSync(image);
  // The record of the filters is not compared.
  return bcj.length > 0 ? size - 10 : size;
}
