// Names that are taken: by a directory, a file, a link, a pipe or a device; and what is written where.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { TargetError } from '../../../src/errors.js';
import { exactContent, fileTarget, memoryTarget, partPath, quietRun, writeImage } from '../../../src/io/index.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const run = quietRun();
const plan = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return {
    ...exactContent(bytes.length, async function* () {
      yield bytes;
    }),
    layout: {},
  };
};
const write = (path: string, text: string, force = false) =>
  writeImage(plan(text), fileTarget(fromText(path), { force }), run);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'written',
    (error) => (error instanceof TargetError ? error.code : String(error)),
  );

test('a directory is refused with force too, by its own name', async () => {
  const path = join(scratch, 'directory');
  mkdirSync(path);
  expect(await codeOf(write(path, 'x', true))).toBe('target.directory');
  await expect(write(path, 'x')).rejects.toThrow(`${path} is a directory`);
});

test('a name is taken by a file and by a link that leads nowhere', async () => {
  const file = join(scratch, 'taken');
  writeFileSync(file, 'old');
  const link = join(scratch, 'nowhere');
  symlinkSync('not-there', link);
  expect(await codeOf(write(file, 'new'))).toBe('target.exists');
  expect(await codeOf(write(link, 'new'))).toBe('target.exists');
  expect(readFileSync(file, 'utf8')).toBe('old');
});

test('links are followed and stay links', async () => {
  mkdirSync(join(scratch, 'images'));
  writeFileSync(join(scratch, 'images/a'), 'old');
  for (const [name, target] of [
    ['to-file', 'images/a'],
    ['to-nothing', 'images/b'],
  ] as const) {
    symlinkSync(target, join(scratch, name));
    await write(join(scratch, name), 'new', true);
    expect(lstatSync(join(scratch, name)).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(scratch, target), 'utf8')).toBe('new');
  }
  symlinkSync('loop', join(scratch, 'loop'));
  expect(await codeOf(write(join(scratch, 'loop'), 'new', true))).toBe('target.loop');
});

test('a directory that is missing or not a directory is named without the temporary name', async () => {
  writeFileSync(join(scratch, 'plain'), '');
  for (const path of ['missing/image', 'plain/image'].map((name) => join(scratch, name))) {
    const error = await write(path, 'x').catch((caught) => caught);
    expect(error).toBeInstanceOf(TargetError);
    expect(error.message).toContain(path);
    expect(error.message).not.toContain('-part');
  }
});

test('a check refuses what opening would refuse, and changes nothing', async () => {
  const path = join(scratch, 'checked');
  await fileTarget(fromText(path)).check?.();
  expect(existsSync(path) || existsSync(partPath(path))).toBe(false);
  writeFileSync(path, '');
  expect(await codeOf(fileTarget(fromText(path)).check!())).toBe('target.exists');
});

test('an image whose edit in place began while the new one was written is not replaced', async () => {
  const path = join(scratch, 'edited');
  writeFileSync(path, 'old');
  const target = await fileTarget(fromText(path), { force: true }).open();
  await target.write(0, new TextEncoder().encode('new'));
  writeFileSync(join(scratch, '.edited.isopress-journal'), '');
  await expect(target.publish()).rejects.toMatchObject({ code: 'target.unfinished' });
  await target.abandon();
  expect(readFileSync(path, 'latin1')).toBe('old');
  expect(existsSync(partPath(path))).toBe(false);
});

test('a character device is never replaced', async () => {
  expect(await codeOf(write('/dev/null', 'x', true))).toBe('target.special');
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('a pipe takes an image with force while somebody reads it', async () => {
  const path = join(scratch, 'pipe');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  expect(await codeOf(write(path, 'x'))).toBe('target.exists');
  expect(await codeOf(write(path, 'x', true))).toBe('target.enxio');
  const reader = spawn('cat', [path]);
  let read = '';
  reader.stdout.on('data', (piece) => (read += piece));
  const ended = new Promise((resolve) => reader.once('close', resolve));
  // The reader needs a moment to open it.
  let result = await codeOf(write(path, 'through', true));
  for (let i = 0; i < 100 && result === 'target.enxio'; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    result = await codeOf(write(path, 'through', true));
  }
  await ended;
  expect([result, read, lstatSync(path).isFIFO()]).toEqual(['written', 'through', true]);
});

test('the digest in the report is that of the image, however its bytes came', async () => {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const holes = {
    ...exactContent(10_000, async function* () {
      yield { hole: 9_999 };
      yield Uint8Array.of(7);
    }),
    layout: {},
  };
  const late = {
    sizeLimit: 100,
    layout: {},
    async *pieces() {
      yield { length: 4, render: () => Uint8Array.of(1, 2, 3, 4) };
      yield Uint8Array.of(5, 6);
    },
  };
  const open = {
    sizeLimit: 100,
    layout: {},
    async *pieces() {
      yield Uint8Array.of(5, 6);
      yield { hole: 70 };
    },
  };
  // Read again only where bytes became final after they had been written.
  for (const [made, reads] of [
    [holes, 0],
    [late, 1],
    [open, 0],
  ] as const) {
    const target = memoryTarget();
    let read = 0;
    const watched = {
      ...target,
      open: async () => {
        const opened = await target.open();
        return {
          ...opened,
          image: (size: number) => {
            read++;
            return opened.image(size);
          },
        };
      },
    };
    const report = await writeImage(made, watched, run, { sha256: true });
    expect([report.sha256, read]).toEqual([sha256(target.bytes()), reads]);
  }
  expect(await writeImage(holes, memoryTarget(), run)).not.toHaveProperty('sha256');
});
