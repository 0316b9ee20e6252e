// isopress edit of an image with holes: the new one has them too, and the bytes of one without.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadNative } from '../../src/native/index.js';
import { isopress } from '../support/command.js';
import { judge } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
/** Bytes that a file takes on the disk. */
const stored = (path: string) => statSync(path).blocks * 512;
const HOLE = 48 * 2 ** 20;

beforeAll(() => {
  mkdirSync(at('tree/boot/grub'), { recursive: true });
  writeFileSync(at('tree/boot/grub/grub.cfg'), 'menuentry "x" {\n  linux /vmlinuz quiet\n}\n');
  for (const [name, size] of [
    ['a', 300_000],
    ['b', 20_000],
  ] as const) {
    writeFileSync(at(`tree/${name}`), noise(size, size));
    truncateSync(at(`tree/${name}`), HOLE / 2);
  }
  writeFileSync(at('tree/z'), noise(200_000, 3));
  mkdirSync(at('many'));
  for (let i = 0; i < 120; i++) writeFileSync(at(`many/added ${i} with a long name`), `added ${i}\n`);
  const words = ['iso', 'tree', 'sparse.iso', '--joliet', '--media-check', 'suse', '--quiet'];
  expect(isopress(words, { cwd: scratch }).status).toBe(0);
  expect(stored(at('sparse.iso'))).toBeLessThan(4 * 2 ** 20);
  expect(judge('cp', ['--sparse=never', at('sparse.iso'), at('dense.iso')]).status).toBe(0);
  expect(stored(at('dense.iso'))).toBeGreaterThan(HOLE);
});

const EDITS = {
  'copied by the system': ['--media-check', 'drop'],
  'with files that move': ['--add', 'many', '--media-check', 'drop'],
  'with a media-check tag': ['--kernel-args', '+a=1'],
  'with a digest in the report': ['--json', '--media-check', 'drop', '--kernel-args', '+a=1'],
  'that is taken back later': ['--resettable', '--kernel-args', '+a=1'],
} as const;

for (const [name, options] of Object.entries(EDITS)) {
  test.runIf(loadNative().addon !== undefined)(name, () => {
    for (const image of ['sparse', 'dense']) {
      const words = ['edit', `${image}.iso`, `${image}.edited.iso`, '--force', '--quiet', ...options];
      expect(isopress(words, { cwd: scratch })).toMatchObject({ status: 0, stderr: '' });
    }
    expect(stored(at('sparse.edited.iso'))).toBeLessThan(stored(at('sparse.iso')) + 2 ** 20);
    expect(digest(at('sparse.edited.iso'))).toBe(digest(at('dense.edited.iso')));
  });
}

test.runIf(loadNative().addon !== undefined)('in place the image keeps its holes', () => {
  judge('cp', ['--sparse=always', at('sparse.iso'), at('in-place.iso')]);
  // Nothing moves: data that move go through the journal, as bytes.
  const changes = ['--kernel-args', '+a=1'];
  for (const words of [
    ['--in-place', 'in-place.iso'],
    ['dense.iso', 'new.iso'],
  ]) {
    expect(isopress(['edit', ...words, '--quiet', ...changes], { cwd: scratch })).toMatchObject({ status: 0 });
  }
  expect(digest(at('in-place.iso'))).toBe(digest(at('new.iso')));
  expect(stored(at('in-place.iso'))).toBeLessThan(stored(at('sparse.iso')) + 4 * 2 ** 20);
});
