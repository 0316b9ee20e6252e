import { appendFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { fromNanoseconds } from '../../../src/bytes/time.js';
import { type ExactContent, quietRun } from '../../../src/io/content.js';
import { exactContent } from '../../../src/io/exact.js';
import { fileContent } from '../../../src/io/file.js';
import { collect } from '../../../src/io/memory.js';
import { packed } from '../../../src/io/packed.js';
import { NativeRangeReader } from '../../../src/io/range-reader.js';
import { smallBytes } from '../../../src/io/small-bytes.js';
import { loadNative } from '../../../src/native/index.js';
import { scratchDirectory } from '../../support/scratch.js';
import { noise } from '../../support/trees.js';

const scratch = scratchDirectory();
const run = quietRun();

describe.each([0, 1, 131_072, 131_073, 1_048_576, 4_000_000])('a file of %i bytes as content', (size) => {
  const path = join(scratch, `${size}`);
  const bytes = noise(size, 9);

  test('gives its bytes, every time', async () => {
    writeFileSync(path, bytes);
    const content = fileContent(fromText(path), size);
    for (let turn = 0; turn < 2; turn++) {
      expect(Buffer.compare(await collect(content, run), bytes)).toBe(0);
    }
    expect(Buffer.compare((await smallBytes(content, run, size))!, bytes)).toBe(0);
    expect(await smallBytes(content, run, size - 1)).toBeUndefined();
  });

  test('lends arrays whose slice is a copy', async () => {
    writeFileSync(path, bytes);
    for await (const piece of fileContent(fromText(path), size).pieces(run)) {
      expect(piece).toBeInstanceOf(Uint8Array);
      expect(Buffer.isBuffer(piece)).toBe(false);
    }
  });

  test('longer or shorter than planned is an error', async () => {
    writeFileSync(path, bytes);
    const content = fileContent(fromText(path), size);
    appendFileSync(path, 'more');
    await expect(collect(content, run)).rejects.toMatchObject({ code: 'source.changed' });
    if (size === 0) return;
    truncateSync(path, size - 1);
    await expect(collect(content, run)).rejects.toMatchObject({ code: 'source.changed', place: { path } });
  });
});

const { addon } = loadNative();

describe.skipIf(!addon)('files read ahead', () => {
  const reader = addon && new NativeRangeReader(addon);
  const sizes = [0, 1, 2047, 2048, 5000, 131_073, 262_143, 262_144, 262_145, 1_000_000];
  const files = sizes.map((size, index) => {
    const path = join(scratch, `ahead-${index}`);
    const holes =
      size > 200_000
        ? [
            { at: 4096, length: 8192 },
            { at: size - 3000, length: 3000 },
          ]
        : [];
    return { path, size, holes };
  });
  const contents = (withReader: boolean) =>
    files.map(({ path, size, holes }) => {
      const directory = { path: fromText(dirname(path)), device: -1, reader: withReader ? reader : undefined };
      const modified = fromNanoseconds(statSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? 0n);
      return fileContent({ directory, name: fromText(basename(path)), inode: -1 }, size, { holes, modified });
    });
  const inSlots = (list: readonly ExactContent[], unit: number) => {
    const slots = list.map((content) => ({ content, span: Math.ceil(content.size / unit) * unit }));
    const size = slots.reduce((sum, { span }) => sum + span, 0);
    return exactContent(size, () => packed(slots, run));
  };
  const write = () => {
    for (const { path, size, holes } of files) {
      const bytes = noise(size, 3);
      for (const { at, length } of holes) bytes.fill(0, at, at + length);
      writeFileSync(path, bytes);
    }
  };

  test.each([1, 2048, 100_000])('come to the same bytes as files read in turn, in slots of %i bytes', async (unit) => {
    write();
    const mixed = contents(true).flatMap((content, index) => [content, contents(false)[index]!]);
    const plain = contents(false).flatMap((content) => [content, content]);
    const ahead = await collect(inSlots(mixed, unit), run);
    expect(Buffer.compare(ahead, await collect(inSlots(plain, unit), run))).toBe(0);
  });

  test('that grow, shrink or vanish are reported by name', async () => {
    for (const { path, size } of files) {
      write();
      const collected = () => collect(inSlots(contents(true), 2048), run);
      appendFileSync(path, 'x');
      await expect(collected()).rejects.toMatchObject({ code: 'source.changed', place: { path } });
      if (size > 0) {
        truncateSync(path, size - 1);
        await expect(collected()).rejects.toMatchObject({ code: 'source.changed', place: { path } });
      }
      unlinkSync(path);
      await expect(collected()).rejects.toMatchObject({ code: 'source.enoent', place: { path } });
    }
  });

  test('leave nothing running when the consumer stops', async () => {
    write();
    for await (const piece of inSlots(contents(true), 2048).pieces(run)) {
      expect(piece).toBeDefined();
      break;
    }
  });
});
