// Pipes without end as sources: reading stops where nothing more of an archive can come.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { InvalidImageError } from '../../../src/errors.js';
import { quietRun } from '../../../src/io/content.js';
import { archiveInput } from '../../../src/source/tar/index.js';
import { MAIN } from '../../support/command.js';
import { scratchDirectory } from '../../support/scratch.js';
import { archive } from '../../support/tar-archive.js';
import { noise } from '../../support/trees.js';

const scratch = scratchDirectory();
const MEBIBYTE = 2 ** 20;
const LIMIT = 64 * MEBIBYTE;

/** How much of a stream is taken: its pieces, and then this one without end. */
async function taken(pieces: readonly Uint8Array[], forever: Uint8Array): Promise<number> {
  const spool = join(scratch, 'spool');
  writeFileSync(spool, '');
  let total = 0;
  async function* endless() {
    yield* pieces;
    for (;;) yield forever;
  }
  for await (const piece of archiveInput(endless(), { spool: fromText(spool) }, quietRun())) {
    writeFileSync(spool, piece, { flag: 'a' });
    total += piece.length;
    if (total > 20 * LIMIT) throw new Error('The stream is read without end.');
  }
  return total;
}

const small = Uint8Array.from(archive({ name: 'file', data: 'x'.repeat(5000) }));

test('zeros after the end of an archive', async () => {
  expect(await taken([small], new Uint8Array(MEBIBYTE))).toBe(small.length + LIMIT);
});

test('a file of zeros is no end', async () => {
  const size = 80 * MEBIBYTE;
  const header = Uint8Array.from(archive({ name: 'zeros', size })).subarray(0, 512);
  expect(await taken([header], new Uint8Array(MEBIBYTE))).toBeGreaterThan(size + 1024);
});

test('files that are not archives, and zeros alone', async () => {
  expect(await taken([], noise(MEBIBYTE, 1))).toBe(LIMIT);
  await expect(taken([], new Uint8Array(MEBIBYTE))).rejects.toThrow(InvalidImageError);
});

test('the command ends on /dev/zero and on an archive that zeros follow', () => {
  writeFileSync(join(scratch, 'a.tar'), small);
  const run = (input: string) =>
    spawnSync(
      '/bin/sh',
      ['-c', `${input} | ${process.execPath} ${MAIN} ext4 - ${join(scratch, 'x.img')} --quiet --force`],
      {
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
  expect(run('cat /dev/zero')).toMatchObject({ status: 3, stderr: expect.stringContaining('nothing but zeros comes') });
  expect(run(`cat ${join(scratch, 'a.tar')} /dev/zero`)).toMatchObject({ status: 0, stderr: '' });
});
