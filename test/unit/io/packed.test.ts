import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { type Data, type ExactContent, isHole, quietRun, type Range } from '../../../src/io/content.js';
import { exactContent } from '../../../src/io/exact.js';
import { FAST } from '../../../src/io/fast-path.js';
import { bytesSource } from '../../../src/io/memory.js';
import { ANY_FILE } from '../../../src/io/open-file.js';
import { packed, type Slot } from '../../../src/io/packed.js';
import { NativeRangeReader } from '../../../src/io/range-reader.js';
import { isUnread, readPiece } from '../../../src/io/unread.js';
import { loadNative } from '../../../src/native/index.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const { addon } = loadNative();
const READER = addon && new NativeRangeReader(addon);
const HOLES = 500;
const STRIDE = 16_384;

/** A reader that counts its memory. */
class Counted extends NativeRangeReader {
  allocated = 0;

  override allocate(length: number): Uint8Array {
    this.allocated++;
    return super.allocate(length);
  }
}

/** A file with one byte before each of many holes. */
function sparseFile(reader: Counted) {
  const file = openSync(join(scratch, 'sparse'), 'w');
  ftruncateSync(file, HOLES * STRIDE);
  for (let i = 0; i < HOLES; i++) writeSync(file, 'x', i * STRIDE);
  closeSync(file);
  const holes: Range[] = Array.from({ length: HOLES }, (_, i) => ({ at: i * STRIDE + 4096, length: STRIDE - 4096 }));
  const size = HOLES * STRIDE;
  const pieces = exactContent(size, async function* () {
    yield await Promise.reject(new Error('It is read ahead.'));
  });
  const directory = { path: fromText(scratch), device: ANY_FILE.device, reader };
  const origin = { directory, name: fromText('sparse'), inode: ANY_FILE.inode, reader };
  return { content: { ...pieces, holes, [FAST]: { origin } }, span: size };
}

test.skipIf(!addon).each([false, true])('many holes need no more memory than few, unread: %s', async (unread) => {
  const reader = new Counted(addon!);
  const places: number[] = [];
  let at = 0;
  for await (const piece of packed([sparseFile(reader)], quietRun(), unread)) {
    const data: Data = isUnread(piece) ? await readPiece(piece) : piece;
    if (isHole(data)) {
      at += data.hole;
      continue;
    }
    for (let i = data.indexOf(0x78); i >= 0; i = data.indexOf(0x78, i + 1)) places.push(at + i);
    at += data.length;
  }
  expect(at).toBe(HOLES * STRIDE);
  expect(places).toEqual(Array.from({ length: HOLES }, (_, i) => i * STRIDE));
  expect(reader.allocated).toBeLessThan(10);
});

/** Bytes that differ from those around them. */
function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) % 251);
}

/** The same bytes in a file that threads read, in memory, and in pieces. */
const kinds: Record<string, (bytes: Uint8Array, name: string) => ExactContent> = {
  ...(addon && {
    'files for threads': (bytes, name) => {
      writeFileSync(join(scratch, name), bytes);
      const reader = READER!;
      const directory = { path: fromText(scratch), device: ANY_FILE.device, reader };
      const origin = { directory, name: fromText(name), inode: ANY_FILE.inode, reader };
      return { ...bytesSource(bytes), [FAST]: { origin } };
    },
  }),
  'bytes in memory': (bytes) => bytesSource(bytes),
  pieces: (bytes) =>
    exactContent(bytes.length, async function* () {
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
    }),
};

describe.each(Object.entries(kinds))('%s', (_name, contentOf) => {
  test.each([false, true])('ends and left out ranges of contents are not in the stream, unread: %s', async (unread) => {
    const sizes = [1, 100, 4096, 5000, 300_000, 524_288, 600_000, 20];
    const slots: Slot[] = [];
    const expected: Uint8Array[] = [];
    const ends: { end: Uint8Array; expected: Uint8Array }[] = [];
    for (const [index, size] of sizes.entries()) {
      const bytes = pattern(size);
      const content = contentOf(bytes, `content-${index}`);
      const end = new Uint8Array(size % 4096);
      const span = size - end.length;
      slots.push({ content, span, end });
      expected.push(bytes.subarray(0, span));
      ends.push({ end, expected: bytes.subarray(span) });
      if (size < 5000) continue;
      const taken = [
        { at: 0, length: 1024 },
        { at: 2048, length: size - 4096 },
      ];
      slots.push({ content, span: size, taken });
      const parts = taken.map(({ at, length }) => bytes.subarray(at, at + length));
      expected.push(...parts, new Uint8Array(size - 1024 - (size - 4096)));
    }
    const found: Uint8Array[] = [];
    for await (const piece of packed(slots, quietRun(), unread)) {
      const data: Data = isUnread(piece) ? await readPiece(piece) : piece;
      found.push(isHole(data) ? new Uint8Array(data.hole) : data.slice());
    }
    expect(Buffer.concat(found).equals(Buffer.concat(expected))).toBe(true);
    for (const { end, expected: wanted } of ends) expect(end).toEqual(wanted);
  });
});
