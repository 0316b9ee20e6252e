// Keys of trees: as the page about them describes them, and the same for every kind of source.
import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const PAGE = resolve(import.meta.dirname, '../support/tree-key.py');
const at = (name: string) => join(scratch, name);

/** Hard links, holes, blocks of zeros at every place, odd names, modes and times. */
function makeTree(top: string): string {
  mkdirSync(join(top, 'a/b'), { recursive: true });
  const sizes = [0, 1, 4095, 4096, 4097, 12_288, 300_000];
  for (const size of sizes) writeFileSync(join(top, 'a', `s${size}`), noise(size, size + 1));
  const zeros: readonly (readonly [string, number, number])[] = [
    ['start', 0, 8192],
    ['middle', 4096, 12_288],
    ['end', 8192, 20_000],
    ['unaligned', 100, 4196],
    ['all', 0, 20_000],
  ];
  for (const [name, from, to] of zeros) writeFileSync(join(top, name), noise(20_000, 5).fill(0, from, to));
  truncateSync(join(top, 'all'), 1 << 20);
  linkSync(join(top, 'middle'), join(top, 'a/b/link'));
  symlinkSync('a/s1', join(top, 'symlink'));
  writeFileSync(Buffer.from(`${top}/a-b\xff\n`, 'latin1'), 'odd');
  chmodSync(join(top, 'start'), 0o4711);
  utimesSync(join(top, 'end'), -5, -5);
  return top;
}

const keyOf = (...args: string[]) => {
  const { status, stdout, stderr } = isopress(['key', ...args, '--quiet', '--json']);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return (JSON.parse(stdout).trees as { key: string }[]).map(({ key }) => key);
};

oracle(
  'python3',
  'setfattr',
  'tar',
  'mke2fs',
)('a tree has the key that the page describes, from any source', () => {
  const tree = makeTree(at('tree'));
  judge('setfattr', ['-n', 'user.note', '-v', '0x00ff0a', join(tree, 'a')]);
  const { stdout } = judge('python3', [PAGE, tree]);
  const expected = stdout.trim();
  expect(expected).toMatch(/^[0-9a-f]{64}$/);
  execFileSync('tar', ['--format=posix', '--xattrs', '--sort=name', '-cf', at('tree.tar'), '-C', tree, '.']);
  execFileSync('tar', ['--format=posix', '--xattrs', '-S', '-czf', at('sparse.tar.gz'), '-C', tree, '.']);
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', tree, at('theirs.ext4'), '16M']);
  expect(isopress(['ext4', tree, at('own.ext4'), '--quiet']).status).toBe(0);
  const sources = [tree, at('tree.tar'), at('sparse.tar.gz'), at('own.ext4')];
  expect(keyOf(...sources, '--jobs', '1')).toEqual(sources.map(() => expected));
  // mke2fs 1.47.0 stores whole seconds.
  const clamped = ['--no-xattrs', '--clamp-mtime', '--epoch', '0'];
  expect(keyOf(tree, '--engine', 'portable', ...clamped)).toEqual(keyOf(at('theirs.ext4'), ...clamped));
});

kernelOracle('python3', 'mknod')('devices and pipes count by their numbers', () => {
  const tree = at('special');
  mkdirSync(tree);
  execFileSync('mknod', [join(tree, 'c'), 'c', '5', '300']);
  execFileSync('mknod', [join(tree, 'b'), 'b', '259', '1']);
  execFileSync('mknod', [join(tree, 'p'), 'p']);
  expect(keyOf(tree)).toEqual([judge('python3', [PAGE, tree]).stdout.trim()]);
});

test('a key changes with every attribute, and not with what an image does not keep', () => {
  const tree = at('changes');
  mkdirSync(tree);
  const file = join(tree, 'f');
  const reset = () => {
    writeFileSync(file, 'one');
    chmodSync(file, 0o644);
    for (const path of [file, tree]) utimesSync(path, 1_700_000_000, 1_700_000_000);
  };
  const changes = [
    () => {},
    () => chmodSync(file, 0o600),
    () => utimesSync(file, 1, 1),
    () => {
      writeFileSync(file, 'two');
      utimesSync(file, 1_700_000_000, 1_700_000_000);
    },
    () => utimesSync(tree, 1, 1),
  ];
  const keys = changes.map((change) => {
    reset();
    change();
    return keyOf(tree)[0];
  });
  expect(new Set(keys).size).toBe(changes.length);
  reset();
  utimesSync(file, 7, 1_700_000_000);
  expect(keyOf(tree)).toEqual([keys[0]]);
  expect(keyOf(tree, '--owner', '5:5')).not.toEqual([keys[0]]);
});
