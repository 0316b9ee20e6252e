// A source that changes between the scan and the packing: nothing but what was scanned gets into an image.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText, timestamp, uuidFromBytes } from '../../../src/bytes/index.js';
import { planDisc } from '../../../src/disc/index.js';
import { planErofs } from '../../../src/format/erofs/index.js';
import { planExt4 } from '../../../src/format/ext4/index.js';
import { planFat } from '../../../src/format/fat/index.js';
import { planSquashfs } from '../../../src/format/squashfs/index.js';
import {
  type Content,
  fileTarget,
  type ImagePlan,
  memoryTarget,
  pieceLength,
  quietRun,
  writeImage,
} from '../../../src/io/index.js';
import { loadNative } from '../../../src/native/index.js';
import { openHostFile, scanDirectory } from '../../../src/source/index.js';
import { FileTree, file, shareDuplicates } from '../../../src/tree/index.js';
import { scratchDirectory } from '../../support/scratch.js';
import { STORED } from '../../support/squashfs-images.js';
import { noise } from '../../support/trees.js';

const EPOCH = timestamp(1);
const scratch = scratchDirectory();
const engines = (['native', 'portable'] as const).filter((engine) => engine === 'portable' || loadNative().addon);
const packers: Record<string, (tree: FileTree) => ImagePlan<unknown>> = {
  ext4: (tree) => planExt4(tree, { uuid: uuidFromBytes(new Uint8Array(16)), epoch: EPOCH, seed: 's' } as never),
  'ext4 with files in inodes': (tree) =>
    planExt4(tree, { uuid: uuidFromBytes(new Uint8Array(16)), epoch: EPOCH, features: 'inline_data', seed: 's' }),
  squashfs: (tree) => planSquashfs(tree, { compression: STORED, epoch: EPOCH }),
  erofs: (tree) => planErofs(tree, { epoch: EPOCH, seed: 's' }),
  'erofs in chunks': (tree) => planErofs(tree, { epoch: EPOCH, seed: 's', chunkSize: 16_384 }),
  'erofs lz4, fragments': (tree) =>
    planErofs(tree, { epoch: EPOCH, seed: 's', compression: { name: 'lz4' }, fragments: 'ends' }),
  iso: (tree) => planDisc(tree, { epoch: EPOCH, seed: 's' }),
  fat: (tree) => planFat(tree, { epoch: EPOCH, serial: 1 } as never),
};
const sizes = { empty: 0, small: 50, medium: 200_000, large: 17_000_000 };
let count = 0;

/** Bytes of an image that nobody keeps. */
async function emitted(content: Content): Promise<number> {
  let size = 0;
  for await (const piece of content.pieces(quietRun())) size += pieceLength(piece);
  return size;
}

/** A directory with one file of that size, and outside of it others of the same sizes. */
function prepare(size: number) {
  const dir = join(scratch, `case-${count++}`);
  mkdirSync(join(dir, 'tree/d'), { recursive: true });
  mkdirSync(join(dir, 'outside'));
  for (const path of ['tree/d/file', 'outside/file']) writeFileSync(join(dir, path), Buffer.alloc(size, path));
  return { dir, path: join(dir, 'tree/d/file'), outside: join(dir, 'outside/file') };
}

const swaps: Record<string, (found: ReturnType<typeof prepare>) => void> = {
  'a FIFO': ({ path }) => {
    rmSync(path);
    execFileSync('mkfifo', [path]);
  },
  'a symbolic link': ({ path, outside }) => {
    rmSync(path);
    symlinkSync(outside, path);
  },
  'another file of its size': ({ path, outside }) => renameSync(outside, path),
  'a directory': ({ path }) => {
    rmSync(path);
    mkdirSync(path);
  },
  'a longer file': ({ path }) => writeFileSync(path, 'more', { flag: 'a' }),
  'a file behind a link in place of its directory': ({ dir }) => {
    renameSync(join(dir, 'tree/d'), join(dir, 'moved'));
    symlinkSync(join(dir, 'outside'), join(dir, 'tree/d'));
  },
};

const SPARSE = 3_000_000;
/** Where sparse files have data. */
const holes: Record<string, readonly number[]> = {
  'nothing but a hole': [],
  'a hole at its end': [0],
  'a hole at its start': [SPARSE - 4096],
  'two holes': [1_048_576],
};

/** Its time is in the past, as that of most files: a clock tick holds more than one write. */
function makeSparse(path: string, data: readonly number[]): void {
  truncateSync(path, SPARSE);
  for (const at of data) writeAt(path, at);
  utimesSync(path, 1_700_000_000, 1_700_000_000);
}

function writeAt(path: string, at: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 'x'), 0, 4096, at);
  closeSync(file);
}

function fillHole({ path }: ReturnType<typeof prepare>): void {
  writeAt(path, 2_097_152);
}

function lengthenHole({ path }: ReturnType<typeof prepare>): void {
  truncateSync(path, SPARSE + 1);
  // As if at the very moment of the scan.
  utimesSync(path, 1_700_000_000, 1_700_000_000);
}

describe.each(engines)('read by the %s engine', (engine) => {
  describe.each(Object.entries(sizes))('a file that is %s', (_name, size) => {
    test.each(Object.entries(swaps))('is not taken for %s', async (_swap, swap) => {
      for (const [name, plan] of Object.entries(packers)) {
        const found = prepare(size);
        const tree = await scanDirectory(fromText(join(found.dir, 'tree')), { engine });
        const planned = plan(tree);
        swap(found);
        const changed = { code: 'source.changed', place: { path: found.path } };
        await expect(emitted(planned), name).rejects.toMatchObject(changed);
        const image = join(found.dir, 'image');
        await expect(writeImage(planned, fileTarget(fromText(image)), quietRun()), name).rejects.toMatchObject(changed);
        expect(readdirSync(found.dir).filter((entry) => entry.startsWith('image'))).toEqual([]);
        rmSync(found.dir, { recursive: true });
      }
    });
  });

  test('is not taken for another when files are compared', async () => {
    const found = prepare(5000);
    writeFileSync(join(found.dir, 'tree/other'), Buffer.alloc(5000, 'x'));
    const tree = await scanDirectory(fromText(join(found.dir, 'tree')), { engine });
    swaps['a symbolic link']!(found);
    await expect(shareDuplicates(tree, quietRun())).rejects.toMatchObject({ code: 'source.changed' });
  });

  describe.each(Object.entries(holes))('a file with %s', (_name, data) => {
    const changes = { ...swaps, 'what is written into its hole': fillHole, 'a longer hole': lengthenHole };
    test.each(Object.entries(changes))('is not taken for %s', async (_change, change) => {
      for (const [name, plan] of Object.entries(packers)) {
        const found = prepare(0);
        for (const path of [found.path, found.outside]) makeSparse(path, data);
        const tree = await scanDirectory(fromText(join(found.dir, 'tree')), { engine });
        const planned = plan(tree);
        change(found);
        const failed = expect(emitted(planned), name).rejects;
        await failed.toMatchObject({ code: 'source.changed', place: { path: found.path } });
        rmSync(found.dir, { recursive: true });
      }
    });
  });
});

test.each(engines)('an image in a file has the bytes of one in memory, by the %s engine', async (engine) => {
  const { dir } = prepare(200_000);
  const tree = join(dir, 'tree');
  for (const size of [1, 2047, 2049, 65_536, 524_287, 524_288, 524_289, 3_000_000]) {
    writeFileSync(join(tree, `file of ${size}`), noise(size, 7));
    writeFileSync(join(tree, 'd', `file of ${size}`), noise(size, 8));
  }
  writeFileSync(join(tree, 'sparse'), '');
  makeSparse(join(tree, 'sparse'), [1_048_576]);
  const scanned = await scanDirectory(fromText(tree), { engine });
  for (const [name, plan] of Object.entries(packers)) {
    const [memory, path] = [memoryTarget(), join(dir, name)];
    const inMemory = await writeImage(plan(scanned), memory, quietRun());
    const inFile = await writeImage(plan(scanned), fileTarget(fromText(path)), quietRun());
    expect([name, readFileSync(path).equals(memory.bytes())]).toEqual([name, true]);
    expect({ ...inFile, target: '' }).toEqual({ ...inMemory, target: '' });
  }
});

test('a file from elsewhere, named by a manifest, may be behind a link and stays that file', async () => {
  const found = prepare(50);
  const link = join(found.dir, 'link');
  symlinkSync(found.outside, link);
  const { content } = openHostFile(fromText(link));
  const planned = () => emitted(packers['squashfs']!(FileTree.of({ f: file(content) })));
  expect(await planned()).toBeGreaterThan(50);
  rmSync(link);
  symlinkSync(found.path, link);
  await expect(planned()).rejects.toMatchObject({ code: 'source.changed', place: { path: link } });
});
