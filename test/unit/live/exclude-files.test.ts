// Lists of what stays out of the root image and of the ESP.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesSource } from '../../../src/io/index.js';
import { readExcludeLists } from '../../../src/live/plan/exclude-files.js';
import { FileTree, file } from '../../../src/tree/index.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const encode = (text: string) => file(bytesSource(new TextEncoder().encode(text)));
const bare = FileTree.of({ etc: encode('') });

test('lists are read next to the description, otherwise from the prepared root tree', async () => {
  const beside = join(scratch, 'beside');
  mkdirSync(beside);
  expect(await readExcludeLists(beside, bare)).toEqual({ root: [], esp: [] });
  const prepared = FileTree.of({
    'image/exclude_files.yaml': encode('exclude:\n  - /usr/share/doc/*\n  - var/cache\n'),
    'image/exclude_files_efifatimage.yaml': encode('exclude: [BOOT/fonts]\n'),
  });
  expect(await readExcludeLists(beside, prepared)).toEqual({
    root: ['usr/share/doc/*', 'var/cache'],
    esp: ['BOOT/fonts'],
  });
  writeFileSync(join(beside, 'exclude_files.yaml'), 'exclude:\n- opt\n');
  expect(await readExcludeLists(beside, prepared)).toEqual({ root: ['opt'], esp: ['BOOT/fonts'] });
});

test('a pipe, a device and a file of 100 MB are not read', async () => {
  for (const [name, make] of [
    ['pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['device', (path: string) => symlinkSync('/dev/zero', path)],
    ['large', (path: string) => truncateTo(path, 100e6)],
  ] as const) {
    const beside = join(scratch, name);
    mkdirSync(beside);
    const path = join(beside, 'exclude_files.yaml');
    make(path);
    await expect(readExcludeLists(beside, bare)).rejects.toMatchObject({ code: 'live.exclude-file', place: { path } });
  }
});

function truncateTo(path: string, size: number): void {
  writeFileSync(path, '');
  truncateSync(path, size);
}

test.each([
  ['no mapping', '- a\n', 1],
  ['another key', 'include:\n  - a\n', 1],
  ['no list', 'exclude: a\n', 1],
  ['a mapping in the list', 'exclude:\n  - a\n  - b: c\n', 3],
  ['no YAML', 'exclude:\n  - [a\n', 3],
])('%s is refused with its line', async (name, text, line) => {
  const beside = join(scratch, name.replaceAll(' ', '-'));
  mkdirSync(beside);
  writeFileSync(join(beside, 'exclude_files.yaml'), text);
  const error = await readExcludeLists(beside, bare).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toMatchObject({ code: 'live.exclude-file', place: { path: join(beside, 'exclude_files.yaml'), line } });
});
