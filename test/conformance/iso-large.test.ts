// Files of 4 GiB and more: several extents, planned for exact content and kept in reserve for open content.

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { planDisc } from '../../src/disc/index.js';
import type { Content } from '../../src/io/content.js';
import { exactContent } from '../../src/io/exact.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { EPOCH, openContent, writeDisc } from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const FIRST_EXTENT = 4_294_965_248;
const head = noise(3000, 1);
const tail = noise(5000, 2);

/** A size that a test can afford: bytes at both ends, a hole between. */
function sparse(size: number) {
  return async function* () {
    yield head;
    yield { hole: size - head.length - tail.length };
    yield tail;
  };
}

const exactLarge = (size: number): Content => exactContent(size, sparse(size));
const openLarge = (size: number, sizeLimit: number): Content => ({ sizeLimit, pieces: sparse(size) });

async function press(name: string, content: Content): Promise<string> {
  const neighbour = (seed: number) =>
    file<Content>(
      exactContent(3, async function* () {
        yield noise(3, seed);
      }),
    );
  const tree = FileTree.of<Content>({ 'd/before': neighbour(1), 'd/large': file(content), 'd/zz': neighbour(2) });
  return writeDisc(planDisc(tree, { epoch: EPOCH, seed: 's' }), join(scratch, name));
}

interface Row {
  readonly block: number;
  readonly size: number;
}

/** The records of /d/large as isoinfo lists them. */
function records(disc: string, view: string): Row[] {
  const { stdout } = judge('isoinfo', ['-i', disc, view, '-l']);
  const rows = stdout.split('\n').filter((line) => / large ?$/.test(line));
  return rows.map((row) => ({ size: Number(row.trim().split(/\s+/)[4]), block: Number(/\[ *(\d+)/.exec(row)![1]) }));
}

function bytesAt(path: string, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const file = openSync(path, 'r');
  readSync(file, bytes, 0, length, at);
  closeSync(file);
  return bytes;
}

function sizeByXorriso(disc: string): number {
  const { stdout } = judge('xorriso', ['-indev', disc, '-find', '/d/large', '-exec', 'lsdl']);
  return Number(stdout.trim().split(/\s+/)[4]);
}

for (const [name, content, sizes] of [
  ['exact and one byte into a second extent', exactLarge(FIRST_EXTENT + 1), [FIRST_EXTENT, 1]],
  ['exact and the largest size that 32 bits hold', exactLarge(2 ** 32 - 1), [FIRST_EXTENT, 2047]],
  ['exact and of 4 GiB', exactLarge(2 ** 32), [FIRST_EXTENT, 2048]],
  ['exact and one whole extent', exactLarge(FIRST_EXTENT), [FIRST_EXTENT]],
  [
    'exact with three extents',
    exactLarge(9_000_000_000),
    [FIRST_EXTENT, FIRST_EXTENT, 9_000_000_000 - 2 * FIRST_EXTENT],
  ],
  [
    'open and grown beyond one extent',
    openLarge(5_000_000_000, 9_000_000_000),
    [FIRST_EXTENT, 5_000_000_000 - FIRST_EXTENT],
  ],
  ['open with room for three extents but small', openLarge(100_000, 9_000_000_000), [100_000]],
] as const) {
  oracle('isoinfo', 'xorriso')(`content ${name}`, async () => {
    const disc = await press('large.iso', content);
    const total = sizes.reduce<number>((sum, size) => sum + size, 0);
    const rows = records(disc, '-R');
    expect(rows.map(({ size }) => size)).toEqual(sizes);
    expect(records(disc, '-J')).toEqual(rows);
    for (const [i, { block, size }] of rows.entries()) {
      if (rows[i + 1]) expect(rows[i + 1]!.block).toBe(block + size / 2048);
    }
    const start = rows[0]!.block * 2048;
    expect(bytesAt(disc, start, head.length)).toEqual(head);
    expect(bytesAt(disc, start + total - tail.length, tail.length)).toEqual(tail);
    expect(sizeByXorriso(disc)).toBe(total);
    expect(statSync(disc).blocks * 512).toBeLessThan(5_000_000);
    const names = judge('isoinfo', ['-i', disc, '-R', '-f']).stdout.split('\n');
    expect(names).toEqual(expect.arrayContaining(['/d/before', '/d/large', '/d/zz']));
  });
}

oracle('7z')('open content far below its limit leaves a directory that 7-Zip finds in order', async () => {
  const disc = await press('small.iso', openContent(noise(50_000, 3), 400_000_000_000));
  const { status, stdout } = judge('7z', ['t', '-tiso', disc]);
  expect(stdout).toContain('Everything is Ok');
  expect(stdout).toContain('Files: 3');
  expect(status).toBe(0);
});
