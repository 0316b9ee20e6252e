// Identities of files are the same by threads and by the main thread, and a file that has changed is named by both.
import { appendFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { type ExactContent, quietRun } from '../../../src/io/index.js';
import { loadNative } from '../../../src/native/index.js';
import { scanDirectory } from '../../../src/source/index.js';
import { bytesIdentity, identities } from '../../../src/tree/content-identity.js';
import { visitNodes } from '../../../src/tree/index.js';
import { scratchDirectory } from '../../support/scratch.js';
import { noise } from '../../support/trees.js';

const { addon } = loadNative();
const root = join(scratchDirectory(), 'root');
mkdirSync(root);
const CHUNK = 256 << 10;
/** Sizes around the ends of blocks and of reads, and the bytes that are zero. */
const FILES: readonly (readonly [size: number, zeros: readonly (readonly [at: number, length: number])[]])[] = [
  [0, []],
  [1, []],
  [1, [[0, 1]]],
  [4096, [[0, 4096]]],
  [4097, [[4096, 1]]],
  [5000, [[0, 4096]]],
  [3 * 4096, [[4096, 4096]]],
  [3 * 4096, [[100, 4096]]],
  [CHUNK, []],
  [CHUNK + 1, [[CHUNK, 1]]],
  [2 * CHUNK + 77, [[CHUNK - 4096, 2 * 4096]]],
  [9 << 20, [[1 << 20, 7 << 20]]],
];
const BYTES = FILES.map(([size, zeros], i) => {
  const bytes = noise(size, i + 1);
  for (const [at, length] of zeros) bytes.fill(0, at, at + length);
  return bytes;
});
BYTES.push(...Array.from({ length: 300 }, (_, i) => noise(10 + i, 100 + i)));
for (const [i, bytes] of BYTES.entries()) writeFileSync(join(root, `f${String(i).padStart(3, '0')}`), bytes);
/** Larger than a thread takes, and almost all of it a hole. */
const SPARSE = 65 << 20;
writeFileSync(join(root, 'sparse'), noise(5000, 1));
truncateSync(join(root, 'sparse'), SPARSE);

async function contentsOf(engine: 'native' | 'portable'): Promise<ExactContent[]> {
  const contents: ExactContent[] = [];
  visitNodes(await scanDirectory(fromText(root), { engine }), (node) => {
    if (node.kind === 'file') contents.push(node.content);
  });
  return contents;
}

async function taken(contents: readonly ExactContent[], jobs: number): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for await (const group of identities(contents, { ...quietRun(), jobs })) {
    for (const { index, identity } of group) found.set(index, Buffer.from(identity).toString('hex'));
  }
  return found;
}

const ENGINES = (['portable', 'native'] as const).filter((engine) => engine === 'portable' || addon);
const sparse = Buffer.alloc(SPARSE);
sparse.set(noise(5000, 1));
const expected = [...BYTES, sparse].map((bytes) => Buffer.from(bytesIdentity(bytes)).toString('hex'));

test.each(ENGINES)('%s: the identity of each file is the one of its bytes, in order', async (engine) => {
  for (const jobs of [1, 8]) {
    const found = await taken(await contentsOf(engine), jobs);
    // An empty content has none.
    expect([...found.keys()]).toEqual(expected.map((_, i) => i).slice(1));
    expect([...found.values()]).toEqual(expected.slice(1));
  }
});

test.each(ENGINES)('%s: a file that has changed, or is gone, is an error', async (engine) => {
  const path = join(root, 'f200');
  const naming = expect.stringContaining(path);
  const contents = await contentsOf(engine);
  appendFileSync(path, 'more');
  await expect(taken(contents, 2)).rejects.toMatchObject({ code: 'source.changed', message: naming });
  rmSync(path);
  await expect(taken(contents, 2)).rejects.toMatchObject({ message: naming });
  writeFileSync(path, BYTES[200]!);
});
