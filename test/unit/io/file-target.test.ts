import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { quietRun } from '../../../src/io/content.js';
import { fileTarget } from '../../../src/io/file-target.js';
import { openImageFile } from '../../../src/io/image-file.js';
import { bytesSource } from '../../../src/io/memory.js';
import { partPath } from '../../../src/io/target-place.js';
import { writeImage } from '../../../src/io/write-image.js';
import { scratchDirectory } from '../../support/scratch.js';
import { noise } from '../../support/trees.js';

const scratch = scratchDirectory();
const run = quietRun();

test('an abort ends what is copied ahead, and leaves nothing', async () => {
  const from = join(scratch, 'from');
  writeFileSync(from, noise(3_000_000, 1));
  const file = await openImageFile(fromText(from));
  const to = join(scratch, 'stopped');
  const target = fileTarget(fromText(to));
  const controller = new AbortController();
  target.copyAhead?.(file, 0);
  controller.abort();
  await expect(target.open(controller.signal)).rejects.toThrow(controller.signal.reason);
  expect(existsSync(to) || existsSync(partPath(to))).toBe(false);
  await target.abandon?.();
  await file.close();
});

test('only what a killed run left is removed: other files may be downloads, or sources', async () => {
  const to = join(scratch, 'new');
  writeFileSync(`${to}.part`, 'a download');
  writeFileSync(partPath(to), 'remains');
  const source = await openImageFile(fromText(`${to}.part`));
  await writeImage({ layout: null, ...source }, fileTarget(fromText(to)), run);
  await source.close();
  expect(readFileSync(to, 'utf8')).toBe('a download');
  expect(readFileSync(`${to}.part`, 'utf8')).toBe('a download');
  expect(existsSync(partPath(to))).toBe(false);
});

test('no name is its own temporary one, and nothing but a file is removed for it', async () => {
  const longest = `/${partPath('n'.repeat(241))}`;
  expect(longest.length).toBe(256);
  expect(partPath(longest)).not.toBe(longest);
  const to = join(scratch, 'taken');
  mkdirSync(partPath(to));
  const plan = { layout: null, ...bytesSource(Buffer.from('bytes')) };
  await expect(writeImage(plan, fileTarget(fromText(to)), run)).rejects.toMatchObject({
    code: 'target.eexist',
    message: `Something else has the temporary name of ${to}.`,
  });
});

test('a name may be as long as the file system allows', async () => {
  const to = join(scratch, 'n'.repeat(255));
  await writeImage({ layout: null, ...bytesSource(Buffer.from('bytes')) }, fileTarget(fromText(to)), run);
  expect(readFileSync(to, 'utf8')).toBe('bytes');
  expect(existsSync(partPath(to))).toBe(false);
  await expect(
    writeImage({ layout: null, ...bytesSource(Buffer.from('bytes')) }, fileTarget(fromText(`${to}n`)), run),
  ).rejects.toMatchObject({ code: 'target.enametoolong' });
});
