import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { type Data, isHole, quietRun, type Range } from '../../../src/io/content.js';
import { exactContent } from '../../../src/io/exact.js';
import { FAST } from '../../../src/io/fast-path.js';
import { ANY_FILE } from '../../../src/io/open-file.js';
import { packed } from '../../../src/io/packed.js';
import { NativeRangeReader } from '../../../src/io/range-reader.js';
import { isUnread, readPiece } from '../../../src/io/unread.js';
import { loadNative } from '../../../src/native/index.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const { addon } = loadNative();
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
