// Files that the threads of the addon read out of the image themselves: contents and faults are as without them.
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ByteString, fromText, timestamp } from '../../../src/bytes/index.js';
import { chooseCompression } from '../../../src/compress/index.js';
import { planDisc } from '../../../src/disc/index.js';
import { InvalidImageError } from '../../../src/errors.js';
import { type ExtractOptions, extractTree } from '../../../src/extract/index.js';
import { openErofs, planErofs } from '../../../src/format/erofs/index.js';
import { openExt4, planExt4 } from '../../../src/format/ext4/index.js';
import { openIso } from '../../../src/format/iso9660/index.js';
import { openSquashfs } from '../../../src/format/squashfs/index.js';
import {
  bytesSource,
  collect,
  openImageFile,
  PartsContent,
  quietRun,
  type RangeProvider,
  type Source,
  storeOf,
} from '../../../src/io/index.js';
import { loadNative } from '../../../src/native/index.js';
import { FileTree, file, type Node, walk } from '../../../src/tree/index.js';
import { ENGINE } from '../../support/engines.js';
import { scratchDirectory } from '../../support/scratch.js';
import { GZIP, STORED, sparseContent, squashfsBytes } from '../../support/squashfs-images.js';
import { noise } from '../../support/trees.js';

const scratch = scratchDirectory();
const own = { uid: process.geteuid!(), gid: process.getegid!(), mtime: timestamp(5) };
const BLOCK = 4096;
let count = 0;
const fresh = () => join(scratch, `case-${count++}`);

/** Bytes that shrink to about a third. */
function words(size: number, seed: number): Uint8Array {
  return noise(size, seed).map((byte) => (byte & 7) + 97);
}

/** Tails, blocks that shrink and blocks that do not, holes everywhere, and a file for several threads. */
function sample(): FileTree {
  const entries: Record<string, Node> = {};
  for (const size of [1, 100, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 77]) {
    entries[`noise/${size}`] = file(bytesSource(noise(size, size)), own);
    entries[`words/${size}`] = file(bytesSource(words(size, size)), { ...own, mode: 0o4750 });
  }
  const data = [
    { at: 2 * BLOCK, length: BLOCK },
    { at: 900 * BLOCK, length: 5 },
  ];
  entries['holes'] = file(sparseContent(2000 * BLOCK, data), own);
  entries['only-hole'] = file(sparseContent(50 * BLOCK, []), own);
  entries['large'] = file(bytesSource(words(5_000_000, 1)), own);
  entries['again'] = entries['words/100']!;
  return FileTree.of(entries);
}

/** The image in a file, after some other bytes. */
async function opened(bytes: Uint8Array): Promise<{ image: Source; close: () => Promise<void> }> {
  const path = fresh();
  writeFileSync(
    path,
    [Buffer.alloc(1000, 1), bytes].map((part) => Buffer.from(part)).reduce((a, b) => Buffer.concat([a, b])),
  );
  const whole = await openImageFile(fromText(path));
  return { image: whole.slice({ at: 1000, length: bytes.length }), close: () => whole.close() };
}

/** The files that an extraction makes, with their facts, and its failures. */
async function extracted(tree: FileTree, engine: 'native' | 'portable', options: ExtractOptions = {}) {
  const to = fresh();
  const report = await extractTree(tree, fromText(to), { engine, xattrs: false, ...options });
  const made: Record<string, unknown> = {};
  for (const { path, node } of walk(tree)) {
    const found = lstatSync(join(to, path), { throwIfNoEntry: false });
    if (!found?.isFile() || node.kind !== 'file') continue;
    const { mode, mtimeMs, size, blocks, nlink } = found;
    made[path] = [mode, mtimeMs, size, blocks, nlink, readFileSync(join(to, path)).toString('latin1')];
  }
  const failures = [...report.failures].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { made, failures, entries: report.entries, bytes: report.bytes };
}

describe.runIf(loadNative().addon)('files of an image on this machine', () => {
  test.each([
    ['gzip', { compression: GZIP }],
    ['nothing compressed', { compression: STORED }],
    [
      'zstd, tails of large files packed too',
      { compression: chooseCompression({ name: 'zstd', level: 1, engine: ENGINE }), tailPacking: true },
    ],
    ['lzo', { compression: chooseCompression({ name: 'lzo', engine: ENGINE }) }],
    ['lz4', { compression: chooseCompression({ name: 'lz4', engine: ENGINE }) }],
    ['xz', { compression: chooseCompression({ name: 'xz', level: 1, engine: ENGINE }) }],
  ])('are the same from threads as piece by piece: squashfs, %s', async (_, options) => {
    const { image, close } = await opened(await squashfsBytes(sample(), { ...options, blockSize: BLOCK }));
    const tree = await (await openSquashfs(image)).tree();
    for (const { node } of walk(tree)) if (node.kind === 'file') expect(storeOf(node.content)).toBeDefined();
    const native = await extracted(tree, 'native');
    expect(native).toEqual(await extracted(tree, 'portable'));
    expect(Object.keys(native.made)).toHaveLength(16);
    await close();
  });

  test.each([
    ['ISO 9660', planDisc(sample(), { epoch: timestamp(5), seed: 's' }), openIso, 12],
    ['ext4', planExt4(sample(), { epoch: timestamp(5), seed: 's' }), openExt4, 15],
    ['EROFS', planErofs(sample(), { epoch: timestamp(5), seed: 's' }), openErofs, 15],
  ])('are the same from threads as piece by piece: %s', async (_, plan, open, least) => {
    const { image, close } = await opened(await collect(plan, quietRun()));
    const tree = await (await open(image)).tree();
    const files = [...walk(tree)].flatMap(({ node }) => (node.kind === 'file' ? [node.content] : []));
    expect(files.filter(storeOf).length).toBeGreaterThanOrEqual(least);
    expect(await extracted(tree, 'native')).toEqual(await extracted(tree, 'portable'));
    await close();
  });

  test('whose ranges are not all in the same file are read in another way', async () => {
    const { image, close } = await opened(noise(9000, 1));
    const beyond: RangeProvider = {
      data: (range) => (range.at < 4096 ? image : bytesSource(noise(9000, 2))).slice(range),
    };
    const failing: RangeProvider = { data: (range) => (range.at < 4096 ? image.slice(range) : fail()) };
    const fail = () => {
      throw new InvalidImageError('ext4.block', 'It is outside.');
    };
    const parts = [{ at: 10, length: 100 }, { hole: 5000 }, { at: 5000, length: 50 }];
    const mixed = FileTree.of({ mixed: file(new PartsContent(beyond, parts, 5150), own) });
    const native = await extracted(mixed, 'native');
    expect(native).toEqual(await extracted(mixed, 'portable'));
    expect(native.bytes).toBe(5150);
    const bad = FileTree.of({ bad: file(new PartsContent(failing, parts, 5150), own) });
    for (const engine of ['native', 'portable'] as const) {
      await expect(extracted(bad, engine)).rejects.toMatchObject({ code: 'ext4.block' });
    }
    await close();
  });

  test('damaged anywhere fail one by one, with the same messages and nothing left of them', async () => {
    const sound = await squashfsBytes(sample(), { blockSize: BLOCK, tailPacking: true });
    let failed = 0;
    for (let at = 150; at < sound.length - 2000; at += Math.floor(sound.length / 12)) {
      const { image, close } = await opened(
        sound.map((byte, index) => (index >= at && index < at + 40 ? ~byte : byte)),
      );
      const tree = await (await openSquashfs(image)).tree();
      const native = await extracted(tree, 'native', { keepGoing: true });
      expect(native).toEqual(await extracted(tree, 'portable', { keepGoing: true }));
      if (native.failures.length > 0) {
        failed++;
        await expect(extracted(tree, 'native')).rejects.toMatchObject({
          code: expect.stringMatching(/^(compress|squashfs)\./),
        });
      }
      await close();
    }
    expect(failed).toBeGreaterThan(5);
  });

  test('of an image that was closed, or that has no file, have no store that is used', async () => {
    const bytes = await squashfsBytes(sample(), { blockSize: BLOCK });
    const memory = await (await openSquashfs(bytesSource(bytes))).tree();
    const content = (memory.root.entries.get('large' as ByteString) as Extract<Node, { kind: 'file' }>).content;
    expect(storeOf(content)).toBeUndefined();
    const { image, close } = await opened(bytes);
    const tree = await (await openSquashfs(image)).tree();
    await close();
    // Its number may be that of another file by now.
    await expect(extracted(tree, 'native')).rejects.toThrow();
  });
});
