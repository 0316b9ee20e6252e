// squashfs × mksquashfs: the same options, in its own spelling, give an equal image; what has no equal is refused by name.
import {
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadNative } from '../../src/native/index.js';
import { isopress } from '../support/command.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const dir = scratchDirectory();
const tree = join(dir, 'tree');
const ours = join(dir, 'ours.sqfs');
const theirs = join(dir, 'theirs.sqfs');
const at = (name: string) => join(dir, name);

beforeAll(() => {
  for (const name of ['bin', 'etc/conf.d', 'src/a', 'var/cache', 'dev'])
    mkdirSync(join(tree, name), { recursive: true });
  for (let i = 0; i < 30; i++)
    writeFileSync(join(tree, 'src/a', `file-${i}.c`), `line of file ${i % 20}\n`.repeat(i * 100));
  writeFileSync(join(tree, 'bin/tool'), readFileSync(process.execPath).subarray(0, 700_000));
  writeFileSync(join(tree, 'bin/tool.o'), noise(200_000, 1));
  // A hole on the disk too: mksquashfs counts only such files as sparse.
  writeFileSync(join(tree, 'var/cache/zeros'), '');
  truncateSync(join(tree, 'var/cache/zeros'), 700_000);
  writeFileSync(join(tree, 'etc/odd [name]*'), 'odd');
  writeFileSync(join(tree, 'etc/conf.d/x.conf'), 'x');
  linkSync(join(tree, 'bin/tool.o'), join(tree, 'src/linked.o'));
  symlinkSync('tool', join(tree, 'bin/vi'));
  judge('setfattr', ['-n', 'user.note', '-v', 'kept', join(tree, 'bin/tool')]);
  judge('setfattr', ['-n', 'user.drop', '-v', 'gone', join(tree, 'etc/conf.d')]);
  judge('setfattr', ['-n', 'trusted.label', '-v', 'kept', join(tree, 'bin/tool')]);
  writeFileSync(at('passwd'), 'root:x:0:0::/root:/bin/sh\n');
  utimesSync(at('passwd'), 1_640_000_000, 1_640_000_000);
  writeFileSync(at('sort'), 'src/linked.o 10\nbin -5\n');
  writeFileSync(at('excludes'), 'src/a/file-1.c\nvar\n');
  writeFileSync(
    at('pseudo'),
    [
      'dev/null c 666 0 0 1 3',
      'dev/sda B 1234567 660 0 6 8 16',
      'run d 755 0 0',
      'run/lock D 1600000000 1777 0 0',
      'run/pipe i 600 1 2 f',
      'run/sock I 7 600 1 2 s',
      'bin/sh s 777 0 0 tool',
      'etc/conf.d m 700 5 6',
      `etc/passwd l ${at('passwd')}`,
    ].join('\n'),
  );
  for (const path of judge('find', [tree, '-depth']).stdout.trim().split('\n'))
    lutimesSync(path, 1_650_000_000, 1_650_000_000);
});

/** Options of mksquashfs; the two images have to be equal in everything that sqfsdiff compares. */
const CASES: readonly (readonly string[])[] = [
  [],
  ['-comp', 'gzip', '-Xcompression-level', '1', '-b', '4K'],
  ['-Xwindow-size', '10', '-Xstrategy', 'default,filtered,huffman_only,run_length_encoded,fixed'],
  ['-Xstrategy', 'fixed'],
  ['-comp', 'zstd', '-Xcompression-level', '3', '-b', '1M'],
  ['-comp', 'lz4', '-b', '65536'],
  ['-comp', 'lz4', '-Xhc'],
  ['-comp', 'xz', '-Xbcj', 'x86,arm', '-Xdict-size', '64K', '-b', '256K'],
  ['-comp', 'xz', '-Xdict-size', '50%', '-b', '256K'],
  ['-comp', 'xz', '-Xdict-size', '37.5%'],
  ['-comp', 'lzo'],
  ['-noI', '-noD', '-noF', '-noX', '-noId'],
  ['-noInodeCompression', '-noDataCompression', '-noFragmentCompression', '-noXattrCompression'],
  ['-noIdTableCompression', '-no-tailends', '-o', '1K'],
  ['-no-compression', '-no-fragments'],
  ['-always-use-fragments', '-no-duplicates', '-no-sparse', '-no-exports'],
  ['-tailends', '-exports', '-xattrs', '-noappend', '-quiet', '-no-progress'],
  ['-all-root', '-root-mode', '711', '-all-time', '1500000000'],
  ['-root-uid', '5', '-root-gid', '6'],
  ['-force-uid', '1000', '-force-gid', '2000', '-root-time', '1400000000', '-mkfs-time', '1300000000'],
  ['-no-xattrs', '-mem', '200M', '-processors', '2'],
  ['-xattrs-include', '^(user|trusted)[.]', '-xattrs-exclude', 'drop$'],
  ['-sort', 'SORT', '-nopad', '-reproducible'],
  ['-offset', '4096', '-p', 'dev/zero c 666 0 0 1 5'],
  ['-pf', 'PSEUDO', '-mkfs-time', '1650000000'],
  ['-root-owned', '-p', 'dev/zero c 666 5 6 1 5'],
  ['-force-uid', '7', '-pf', 'PSEUDO'],
  ['-e', 'var', 'etc/odd [name]*', 'src/a/file-2.c'],
  ['-ef', 'EXCLUDES'],
  ['-wildcards', '-e', 'src/a/file-1*', '... *.o', 'etc/*/x.conf'],
];

/** Options that 4.5.1 does not know. */
const NEWER = new Set([
  '-no-compression',
  '-root-uid',
  '-root-gid',
  '-root-time',
  '-xattrs-include',
  '-xattrs-exclude',
  '-all-time',
  '-mem',
  '-reproducible',
  '-root-mode',
]);

function knownToMksquashfs(options: readonly string[]): boolean {
  const { stdout, stderr } = judge('mksquashfs', ['-help']);
  return options.every(
    (option) =>
      !NEWER.has(option) || `${stdout}${stderr}`.includes(`${option} `) || `${stdout}${stderr}`.includes(`${option}\n`),
  );
}

for (const given of CASES) {
  const codec = given[given.indexOf('-comp') + 1];
  const needsNative = ['xz', 'lzo'].includes(codec ?? '') || given.includes('-Xhc');
  const run =
    needsNative && !loadNative().addon ? test.skip : kernelOracle('mksquashfs', 'sqfsdiff', 'setfattr', 'unsquashfs');
  run(`mksquashfs ${given.join(' ')}: an equal image`, () => {
    const options = given.map(
      (word) => ({ SORT: at('sort'), PSEUDO: at('pseudo'), EXCLUDES: at('excludes') })[word] ?? word,
    );
    expect(isopress(['squashfs', tree, ours, '--force', '--quiet', ...options])).toMatchObject({
      status: 0,
      stderr: '',
    });
    const skipped = given.includes('-offset') ? 4096 : given.includes('-o') ? 1024 : 0;
    const where = skipped > 0 ? ['-offset', `${skipped}`] : [];
    const unpacked = mkdtempSync(at('unpacked-'));
    expect(
      judge('unsquashfs', ['-strict-errors', '-quiet', '-no-progress', ...where, '-f', '-d', unpacked, ours]),
    ).toMatchObject({ status: 0, stderr: '' });
    if (!knownToMksquashfs(given)) return;
    rmSync(theirs, { force: true });
    const quiet = ['-noappend', '-quiet', '-no-progress'].filter((word) => !given.includes(word));
    expect(judge('mksquashfs', [tree, theirs, ...quiet, ...options])).toMatchObject({ status: 0, stderr: '' });
    // The offset is no matter of sqfsdiff, which knows none.
    if (where.length > 0) for (const path of [ours, theirs]) writeFileSync(path, readFileSync(path).subarray(skipped));
    // Entries that mksquashfs makes up have the time of its run.
    const times = given.includes('-pf') || given.includes('-p') ? [] : ['-T'];
    expect(judge('sqfsdiff', [...times, '-a', theirs, '-b', ours])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    const superblock = (path: string) =>
      judge('unsquashfs', ['-s', path])
        .stdout.split('\n')
        .slice(2)
        .filter(
          (line) => !/bytes|time|level|Number of fragments|window-size 15|Strategies selected: default$/.test(line),
        );
    expect(superblock(ours)).toEqual(superblock(theirs));
  });
}

test('options of mksquashfs without an equivalent are refused by name, and nothing is written', () => {
  rmSync(ours, { force: true });
  const refused: readonly (readonly string[])[] = [
    ['-action', 'uncompressed@name(*.jpg)'],
    ['-recover', 'x'],
    ['-root-becomes', 'x'],
    ['-keep-as-directory'],
    ['-xattrs-add', 'user.a=1'],
    ['-force-file-mode', '644'],
    ['-comp', 'lzo', '-Xalgorithm', 'lzo1x_1'],
    ['-e', '/etc/passwd'],
    ['-e', 'bin', '-noI'],
  ];
  for (const options of refused) {
    const ended = isopress(['squashfs', tree, ours, ...options]);
    expect(ended, options.join(' ')).toMatchObject({ status: 2 });
    expect(ended.stderr).toContain('[usage.mksquashfs-option]');
    expect(statSync(ours, { throwIfNoEntry: false })).toBeUndefined();
  }
  expect(isopress(['squashfs', tree, ours, '-p', 'x f 644 0 0 id'])).toMatchObject({ status: 2 });
  expect(isopress(['squashfs', tree, ours, '-nonsense'])).toMatchObject({ status: 2 });
});
