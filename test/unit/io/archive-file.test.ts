import { readdirSync, readFileSync, readlinkSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { ArchiveFile, collect, identityOf, packed, quietRun } from '../../../src/io/index.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const run = quietRun();
const BYTES = Buffer.from(Array.from({ length: 40_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff));
let count = 0;

function archive() {
  const path = join(scratch, `archive-${count++}`);
  writeFileSync(path, BYTES);
  return { path, file: new ArchiveFile(fromText(path), identityOf(statSync(path))) };
}

/** How often this process has a file open. */
function descriptors(path: string): number {
  const names = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return '';
    }
  });
  return names.filter((name) => name === path).length;
}

test.each([0, 1, 131_072, 131_073, 1_000_000, 17_000_000])(
  'a part of %i bytes is what the file has there',
  async (length) => {
    const part = archive().file.part({ at: 777, length });
    expect(BYTES.subarray(777, 777 + length).equals(await collect(part, run))).toBe(true);
    const inner = part.slice({ at: length >> 1, length: length >> 2 });
    const from = 777 + (length >> 1);
    expect(BYTES.subarray(from, from + (length >> 2)).equals(await collect(inner, run))).toBe(true);
  },
);

test('many parts take one descriptor, which is closed when nothing more is read', async () => {
  const { path, file } = archive();
  const slots = Array.from({ length: 3000 }, (_, i) => ({
    content: file.part({ at: i * 100, length: 100 }),
    span: 100,
  }));
  const bytes: Buffer[] = [];
  for await (const piece of packed(slots, run)) {
    expect(descriptors(path)).toBe(1);
    bytes.push(Buffer.from(piece as Uint8Array));
  }
  expect(BYTES.subarray(0, 300_000).equals(Buffer.concat(bytes))).toBe(true);
  await expect.poll(() => descriptors(path), { timeout: 5000 }).toBe(0);
  expect(BYTES.subarray(5, 9).equals(await collect(file.part({ at: 5, length: 4 }), run))).toBe(true);
});

test.each([100, 1_000_000, 17_000_000])(
  'parts of %i bytes of a file that was cut or replaced are errors',
  async (length) => {
    const part = (file: ArchiveFile) => collect(file.part({ at: 20_000_000, length }), run);
    const cut = archive();
    truncateSync(cut.path, 20_000_050);
    await expect(part(cut.file)).rejects.toMatchObject({ code: 'source.changed' });
    const [one, other] = [archive(), archive()];
    await part(one.file);
    renameSync(other.path, one.path);
    await setTimeout(300);
    expect(readFileSync(one.path)).toHaveLength(BYTES.length);
    await expect(part(one.file)).rejects.toMatchObject({ code: 'source.changed', place: { path: one.path } });
  },
);
