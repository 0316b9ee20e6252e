// Discs of makefs, genisoimage, xorriso and bsdtar with their options: bsdtar's and isoinfo's view is the right one.
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { isopress, MAIN } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');
const deep = 'a/b/c/d/e/f/g/h/i';
const numbers = Array.from({ length: 40_000 }, (_, i) => `${i}\n`).join('');

beforeAll(() => {
  mkdirSync(join(tree, deep), { recursive: true });
  writeFileSync(join(tree, deep, 'file'), 'deep');
  writeFileSync(join(tree, 'top'), 'top');
  writeFileSync(join(tree, 'numbers'), numbers);
  writeFileSync(join(tree, 'zeros'), new Uint8Array(100_000));
  writeFileSync(join(tree, 'noise.bin'), noise(70_000, 1));
  symlinkSync('top', join(tree, 'link'));
});

const names = (image: string, ...options: string[]) => {
  const { status, stdout, stderr } = isopress(['ls', '-R', ...options, image]);
  expect([status, stderr]).toEqual([0, '']);
  return stdout.trimEnd().split('\n').sort();
};
/** Each character of what it prints is one byte. */
const cat = (image: string, path: string, ...options: string[]) =>
  judge(process.execPath, [MAIN, 'cat', ...options, image, path]);

const EVERYTHING = ['a', 'link', 'noise.bin', 'numbers', 'top', 'zeros'];
const DEEP = deep.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'));
const ALL = [...EVERYTHING, ...DEEP.slice(1), `${deep}/file`].sort();

describe('deep directories are in one place, and where writers keep them is not shown', () => {
  for (const [tool, args] of [
    ['makefs', ['-t', 'cd9660', '-o', 'rockridge', 'IMAGE', 'TREE']],
    ['genisoimage', ['-quiet', '-R', '-o', 'IMAGE', 'TREE']],
    ['genisoimage', ['-quiet', '-R', '-D', '-o', 'IMAGE', 'TREE']],
    ['genisoimage', ['-quiet', '-R', '-hfs', '-o', 'IMAGE', 'TREE']],
    ['xorriso', ['-as', 'mkisofs', '-quiet', '-o', 'IMAGE', 'TREE']],
    ['bsdtar', ['-cf', 'IMAGE', '--format', 'iso9660', '-C', 'TREE', ...EVERYTHING]],
  ] as const) {
    oracle(tool)([tool, ...args].join(' '), () => {
      const image = join(scratch, `${tool}-${args.length}-${args[2]}.iso`.replace(/[^\w.-]/g, '_'));
      const { status, stderr } = judge(
        tool,
        args.map((arg) => ({ IMAGE: image, TREE: tree })[arg as string] ?? arg),
      );
      expect(status, stderr).toBe(0);
      expect(names(image)).toEqual(ALL);
      expect(cat(image, `${deep}/file`).stdout).toBe('deep');
      expect(cat(image, 'numbers').stdout).toBe(numbers);
    });
  }
});

describe('files stored compressed are read as they were', () => {
  oracle('xorriso')('by xorriso', () => {
    const image = join(scratch, 'zisofs.iso');
    judge('xorriso', ['-outdev', image, '-map', tree, '/', '-set_filter_r', '--zisofs', '/', '--']);
    expect(readFileSync(image).length).toBeLessThan(numbers.length + 500_000);
    for (const name of ['numbers', 'zeros', 'noise.bin']) {
      expect(cat(image, name).stdout === readFileSync(join(tree, name), 'latin1'), name).toBe(true);
    }
  });
  oracle('mkzftree', 'genisoimage')('by mkzftree', () => {
    const [compressed, image] = [join(scratch, 'compressed'), join(scratch, 'mkzftree.iso')];
    expect(judge('mkzftree', [tree, compressed]).status).toBe(0);
    judge('genisoimage', ['-quiet', '-R', '-z', '-o', image, compressed]);
    expect(cat(image, 'numbers').stdout).toBe(numbers);
    expect(names(image)).toEqual(ALL);
  });
});

oracle('genisoimage')('of several sessions the last is read, and that is said', () => {
  const [first, second, disc] = ['first', 'second', 'sessions.iso'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  for (const name of ['one', 'two']) {
    mkdirSync(join(scratch, name));
    writeFileSync(join(scratch, name, name), name);
  }
  judge('genisoimage', ['-quiet', '-R', '-V', 'FIRST', '-o', first, join(scratch, 'one')]);
  const start = Math.ceil(readFileSync(first).length / 2048) + 11_400;
  judge('genisoimage', [
    '-quiet',
    '-R',
    '-V',
    'SECOND',
    '-C',
    `0,${start}`,
    '-M',
    first,
    '-o',
    second,
    join(scratch, 'two'),
  ]);
  writeFileSync(disc, readFileSync(first));
  const file = openSync(disc, 'r+');
  const bytes = readFileSync(second);
  writeSync(file, bytes, 0, bytes.length, start * 2048);
  closeSync(file);
  const { stdout, stderr } = isopress(['ls', disc]);
  expect(stdout.trimEnd().split('\n').sort()).toEqual(['one', 'two']);
  expect(stderr).toContain('2 sessions');
  expect(cat(disc, 'two').stdout).toBe('two');
  expect(names(first)).toEqual(['one']);
  // info is about the session that ls shows.
  const { fileSystems } = JSON.parse(isopress(['info', '--json', disc]).stdout);
  expect(fileSystems[0]).toMatchObject({ label: 'SECOND', details: { sessions: 2 } });
  const { fileSystems: alone } = JSON.parse(isopress(['info', '--json', first]).stdout);
  expect(alone[0]).toMatchObject({ label: 'FIRST' });
  expect(alone[0].details).not.toHaveProperty('sessions');
});

for (const [tool, options, where] of [
  ['genisoimage', ['-quiet', '-R', '-hfs'], /^(whole image|apm \d+)$/],
  ['xorriso', ['-as', 'mkisofs', '-quiet', '-hfsplus'], /^apm \d+$/],
] as const) {
  oracle(tool)(`HFS beside ISO 9660 is named: ${tool}`, () => {
    const image = join(scratch, `hfs-${tool}.iso`);
    expect(judge(tool, [...options, '-o', image, tree]).status).toBe(0);
    const { notRead } = JSON.parse(isopress(['info', '--json', image]).stdout);
    const kind = tool === 'xorriso' ? 'an HFS+ file system' : 'an HFS file system';
    expect(notRead).toEqual([{ kind, where: expect.stringMatching(where) }]);
    expect(isopress(['info', image]).stdout).toMatch(
      new RegExp(`^  ${kind.replace('+', '\\+')} in .*, which is not read$`, 'm'),
    );
  });
}

describe('views', () => {
  oracle('genisoimage')('what only UDF shows is shown, and every view can be asked for', () => {
    const [top, image] = [join(scratch, 'windows'), join(scratch, 'windows.iso')];
    mkdirSync(join(top, 'sources'), { recursive: true });
    writeFileSync(join(top, 'readme.txt'), 'stub');
    writeFileSync(join(top, 'sources/install.wim'), 'a larger file');
    judge('genisoimage', ['-quiet', '-udf', '-hide', 'sources', '-hide-joliet', 'sources', '-o', image, top]);
    const all = ['readme.txt', 'sources', 'sources/install.wim'];
    judge('genisoimage', ['-quiet', '-udf', '-J', '-hide', 'sources', '-o', image, top]);
    expect(names(image)).toEqual(all);
    expect(names(image, '--view', 'udf')).toEqual(all);
    expect(names(image, '--view', 'iso')).toEqual(['README.TXT']);
    expect(names(image, '--view', 'joliet')).toEqual(all);
    const missing = isopress(['ls', '--view', 'rock-ridge', image]);
    expect([missing.status, missing.stderr.includes('joliet, iso, udf')]).toEqual([3, true]);
    expect(isopress(['ls', '--view', 'hfs', image]).status).toBe(2);
  });

  // A view that cuts the file shows what 32 bits hold of its size: nothing, or a part.
  for (const [size, cut] of [
    [2 ** 32, 0],
    [2 ** 32 + 5_000_000, 5_000_000],
  ] as const) {
    oracle('genisoimage')(`a file of ${size} bytes is whole, and never shown as one of ${cut}`, () => {
      const [top, image] = [join(scratch, `exact-${size}`), join(scratch, `exact-${size}.iso`)];
      mkdirSync(top);
      for (const name of ['large.wim', 'empty']) writeFileSync(join(top, name), '');
      truncateSync(join(top, 'large.wim'), size);
      writeFileSync(join(top, 'small'), 'small');
      const script =
        'genisoimage -quiet -udf -R -J -allow-limited-size "$1" | dd of="$2" bs=1M conv=sparse iflag=fullblock status=none';
      expect(judge('sh', ['-c', script, 'sh', top, image]).status).toBe(0);
      const entries = JSON.parse(isopress(['ls', '--json', image]).stdout).entries as { path: string; size: number }[];
      expect(entries.find(({ path }) => path === 'large.wim')!.size).toBe(size);
      for (const [view, large, empty] of [
        ['rock-ridge', 'large.wim', 'empty'],
        ['joliet', 'large.wim', 'empty'],
        ['iso', 'LARGE.WIM', 'EMPTY'],
      ] as const) {
        const refused = cat(image, large, '--view', view);
        expect([view, refused.status, refused.stdout]).toEqual([view, 3, '']);
        expect(refused.stderr).toContain(`has ${cut} bytes in the view ${view}, and ${size} in udf`);
        expect(refused.stderr).toContain('Use the view udf');
        expect(cat(image, empty, '--view', view)).toMatchObject({ status: 0, stdout: '', stderr: '' });
      }
      expect(cat(image, 'small', '--view', 'rock-ridge').stdout).toBe('small');
      expect(isopress(['ls', '--view', 'rock-ridge', image]).stderr).toContain(`large.wim has ${cut} bytes`);
      rmSync(image);
    });
  }
  oracle('genisoimage')('Rock Ridge is taken if UDF shows no more', () => {
    const image = join(scratch, 'both.iso');
    judge('genisoimage', ['-quiet', '-udf', '-R', '-J', '-o', image, tree]);
    expect(names(image)).toEqual(ALL);
    const entries = JSON.parse(isopress(['ls', '--json', image]).stdout).entries as { path: string; kind: string }[];
    expect(entries.find(({ path }) => path === 'link')!.kind).toBe('symlink');
  });
});

oracle('xorriso')('a disc that ends early: its listing, and an error for each file that is not there', () => {
  const image = join(scratch, 'short.iso');
  judge('xorriso', ['-as', 'mkisofs', '-quiet', '-o', image, tree]);
  truncateSync(image, 200 * 2048);
  const { status, stdout, stderr } = isopress(['ls', '-R', image]);
  expect([status, stdout.trimEnd().split('\n').sort()]).toEqual([0, ALL]);
  expect(stderr).toMatch(/zeros cannot be read: the image ends before/);
  expect(cat(image, 'zeros').status).toBe(3);
});
