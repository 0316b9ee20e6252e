// isopress edit on images to which xorriso has appended sessions: every reader shows the latest one, and older ones are not kept.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);

beforeAll(() => {
  for (const name of ['first', 'second', 'third']) {
    mkdirSync(at(name));
    writeFileSync(at(`${name}/${name}`), noise(20_000, name.length));
  }
  writeFileSync(at('new'), noise(300_000, 9));
});

const commit = (image: string, ...changes: string[]) =>
  succeed('xorriso', ['-dev', at(image), ...changes, '-commit'], scratch);

const edit = (image: string, ...options: string[]) =>
  isopress(['edit', image, 'edited.iso', '--force', '--quiet', ...options], { cwd: scratch });

/** Paths of files, as xorriso shows the latest session. */
const filesOf = (image: string) =>
  judge('xorriso', ['-indev', at(image), '-find', '/', '-type', 'f'])
    .stdout.trim()
    .split('\n')
    .sort();

oracle('xorriso')('older sessions are reported before anything is written', () => {
  commit('disc.iso', '-map', 'first', '/');
  expect(edit('disc.iso', '--add', 'new')).toMatchObject({ status: 0, stderr: '' });
  commit('disc.iso', '-map', 'second', '/');
  const one = edit('disc.iso', '--add', 'new');
  expect(one.status).toBe(0);
  expect(one.stderr).toMatch(/^loss: Older sessions are not kept: .* session 1 \[edit\.older-sessions\]\n$/);
  commit('disc.iso', '-map', 'third', '/', '-rm', '/first', '--');
  const two = edit('disc.iso', '--add', 'new');
  expect(two.stderr).toContain('sessions 1 to 2 [edit.older-sessions]');
  expect(filesOf('edited.iso')).toEqual(["'/new'", "'/second'", "'/third'"]);
  expect(edit('disc.iso', '--add', 'new', '--loss', 'error').stderr).toContain('edit.older-sessions');
});

oracle('xorriso', 'bsdtar')('xorriso appends to an edited image what it keeps whole', () => {
  copyFileSync(at('edited.iso'), at('appended.iso'));
  commit('appended.iso', '-map', 'first', '/');
  expect(filesOf('appended.iso')).toEqual(["'/first'", "'/new'", "'/second'", "'/third'"]);
  mkdirSync(at('out'));
  succeed('bsdtar', ['-xf', at('appended.iso'), '-C', at('out')]);
  expect(judge('cmp', [at('out/new'), at('new')]).status).toBe(0);
  expect(judge('cmp', [at('out/third'), at('third/third')]).status).toBe(0);
});
