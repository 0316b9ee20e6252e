// cpio archives, read by cpio.
import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/index.js';
import { renderCpio } from '../../src/format/cpio/index.js';
import { oracle } from '../support/oracle.js';

const encode = (text: string) => new TextEncoder().encode(text);

oracle('cpio')('cpio lists and extracts what was put in', () => {
  const archive = renderCpio([
    { path: fromText('.profile'), mode: 0o644, mtime: 1_700_000_000, bytes: encode("kiwi_iname='small'\n") },
    { path: fromText('five'), mode: 0o755, mtime: 0, bytes: encode('12345') },
    { path: fromText('empty'), mode: 0o600, mtime: 0, bytes: encode('') },
  ]);
  expect(archive.length % 4).toBe(0);
  const cpio = (...args: string[]) =>
    execFileSync('cpio', ['--quiet', ...args], {
      input: archive,
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    });
  const listed = cpio('-itvn')
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  expect(listed).toEqual([
    '-rw-r--r-- 1 0 0 19 Nov 14 2023 .profile',
    '-rwxr-xr-x 1 0 0 5 Jan 1 1970 five',
    '-rw------- 1 0 0 0 Jan 1 1970 empty',
  ]);
  expect(cpio('-i', '--to-stdout', 'five')).toBe('12345');
});
