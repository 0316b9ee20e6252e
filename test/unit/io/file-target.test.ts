import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { quietRun } from '../../../src/io/content.js';
import { fileTarget } from '../../../src/io/file-target.js';
import { openImageFile } from '../../../src/io/image-file.js';
import { bytesSource } from '../../../src/io/memory.js';
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
  expect(existsSync(to) || existsSync(`${to}.part`)).toBe(false);
  await target.abandon?.();
  await file.close();
});

test('a file that is read stays, though its name is that of the temporary one', async () => {
  const to = join(scratch, 'new');
  const bytes = noise(100_000, 3);
  writeFileSync(`${to}.part`, bytes);
  const plan = { layout: null, ...bytesSource(Uint8Array.of(1)) };
  const [image, again] = [await openImageFile(fromText(`${to}.part`)), await openImageFile(fromText(`${to}.part`))];
  await image.close();
  await image.close().catch(() => {});
  await expect(writeImage(plan, fileTarget(fromText(to)), run)).rejects.toMatchObject({ code: 'target.source' });
  expect(readFileSync(`${to}.part`).equals(bytes)).toBe(true);
  expect(existsSync(to)).toBe(false);
  await again.close();
  // Nobody reads it any more: remains of a run that was killed.
  await writeImage(plan, fileTarget(fromText(to)), run);
  expect(existsSync(`${to}.part`)).toBe(false);
  expect([...readFileSync(to)]).toEqual([1]);
});
