import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { quietRun } from '../../../src/io/content.js';
import { fileContent } from '../../../src/io/file.js';
import { collect } from '../../../src/io/memory.js';
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
    if (content.bytes) expect(Buffer.compare(content.bytes(), bytes)).toBe(0);
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
