// isopress edit on discs with hard links: mode and owner belong to the file, and a name that is given other bytes is a separate file.
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const NAMES = ['one', 'two', 'below/three'];
/** Without serial numbers (1.10) a link is known by its bytes and its count of names. */
const DISCS = {
  'Rock Ridge 1.12': () => press('--rock-ridge', '1.12'),
  'Rock Ridge 1.10': () => press('--rock-ridge', '1.10'),
  'Rock Ridge 1.12 and UDF': () => press('--rock-ridge', '1.12', '--udf'),
  genisoimage: () => succeed('genisoimage', ['-quiet', '-R', '-o', at('disc.iso'), at('tree')]),
};

function press(...options: string[]) {
  pressTree('tree', ...options);
}

function pressTree(tree: string, ...options: string[]) {
  const args = ['iso', tree, 'disc.iso', '--force', '--quiet', '--owner', '0:0', '--loss', 'ignore', ...options];
  expect(isopress(args, { cwd: scratch })).toMatchObject({ status: 0, stderr: '' });
}

function edit(...options: string[]) {
  const args = ['edit', 'disc.iso', 'edited.iso', '--force', '--quiet', '--loss', 'ignore', ...options];
  expect(isopress(args, { cwd: scratch })).toMatchObject({ status: 0, stderr: '' });
}

beforeAll(() => {
  mkdirSync(at('tree/below'), { recursive: true });
  mkdirSync(at('more'));
  writeFileSync(at('tree/one'), 'shared\n', { mode: 0o644 });
  for (const name of NAMES.slice(1)) linkSync(at('tree/one'), at(`tree/${name}`));
  writeFileSync(at('tree/other'), 'other\n', { mode: 0o644 });
  writeFileSync(at('more/four'), 'more\n', { mode: 0o644 });
  linkSync(at('more/four'), at('more/five'));
  writeFileSync(at('new'), 'new\n');
});

/** Mode, links and owner of every file, as isoinfo prints the records. */
function recordsOf(image: string): Record<string, string> {
  const text = succeed('isoinfo', ['-R', '-l', '-i', at(image)]);
  const lines = text.matchAll(/^(-\S+) +(\d+) +(\d+) +(\d+) .*\] {2}(\S+) *$/gm);
  return Object.fromEntries(Array.from(lines, ([, mode, ...rest]) => [rest.pop()!, [mode, ...rest].join(' ')]));
}

/** The text of every name, and which are links to one file, as bsdtar extracts them. */
function extracted(image: string): Record<string, string> {
  rmSync(at('out'), { recursive: true, force: true });
  mkdirSync(at('out'));
  succeed('bsdtar', ['-xf', at(image), '-C', at('out')]);
  const first = statSync(at('out/one')).ino;
  const shown = (name: string) => {
    const text = readFileSync(at(`out/${name}`), 'utf8').trim();
    return statSync(at(`out/${name}`)).ino === first ? `${text}, as one` : text;
  };
  return Object.fromEntries(NAMES.map((name) => [name, shown(name)]));
}

describe.each(Object.entries(DISCS))('%s', (_, made) => {
  oracle(
    'isoinfo',
    'bsdtar',
    'genisoimage',
  )('mode and owner change for all names', () => {
    made();
    edit('--mode', 'two=600', '--owner', 'below/three=5:6');
    const changed = '-rw------- 3 5 6';
    expect(recordsOf('edited.iso')).toEqual({ one: changed, two: changed, three: changed, other: '-rw-r--r-- 1 0 0' });
  });

  oracle(
    'isoinfo',
    'bsdtar',
    'genisoimage',
  )('a replaced name is a separate file', () => {
    made();
    edit('--replace', 'new:/two', '--mode', 'two=600');
    const stays = '-rw-r--r-- 2 0 0';
    expect(recordsOf('edited.iso')).toEqual({
      ...{ one: stays, two: '-rw------- 1 0 0', three: stays },
      other: '-rw-r--r-- 1 0 0',
    });
    expect(extracted('edited.iso')).toEqual({ one: 'shared, as one', two: 'new', 'below/three': 'shared, as one' });
  });

  oracle(
    'isoinfo',
    'bsdtar',
    'genisoimage',
  )('removed names no longer count', () => {
    made();
    edit('--remove', '/below');
    expect(recordsOf('edited.iso')).toMatchObject({ one: '-rw-r--r-- 2 0 0', two: '-rw-r--r-- 2 0 0' });
    edit('--remove', '/below', '--remove', 'two');
    expect(recordsOf('edited.iso')).toMatchObject({ one: '-rw-r--r-- 1 0 0' });
  });

  oracle(
    'isoinfo',
    'bsdtar',
    'genisoimage',
  )('added links change together', () => {
    made();
    edit('--add', 'more', '--mode', 'four=640');
    expect(recordsOf('edited.iso')).toMatchObject({ four: '-rw-r----- 2 0 0', five: '-rw-r----- 2 0 0' });
  });
});

test('the plan names every name that changes', () => {
  press();
  const { stdout } = isopress(['edit', 'disc.iso', '--plan', '--json', '--mode', 'two=600'], { cwd: scratch });
  const entries = NAMES.map((name) => ({ path: `/${name}`, change: 'attributes' }));
  expect(JSON.parse(stdout).layout.entries).toEqual(expect.arrayContaining(entries));
});

oracle('isoinfo')('files with the same bytes that are no links stay apart', () => {
  // Two pairs of links with the same bytes, which are stored once: no count tells which names are of which file.
  mkdirSync(at('pairs'));
  for (const name of ['a', 'b']) {
    writeFileSync(at(`pairs/${name}1`), 'same\n', { mode: 0o644 });
    linkSync(at(`pairs/${name}1`), at(`pairs/${name}2`));
  }
  pressTree('pairs', '--duplicates-once', '--rock-ridge', '1.10');
  edit('--mode', 'a1=600');
  expect(recordsOf('edited.iso')).toMatchObject({ a1: '-rw------- 2 0 0', b1: '-rw-r--r-- 2 0 0' });
});
