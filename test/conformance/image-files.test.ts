// Arguments for images: files, parts of files, block devices; and names as they are shown or typed.
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');
const image = join(scratch, 'image.iso');
const strange = Buffer.from('caf\xe9', 'latin1');

beforeAll(() => {
  mkdirSync(tree);
  writeFileSync(join(tree, 'hello'), 'hello');
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), strange]), 'x');
  writeFileSync(join(tree, 'back\\slash'), 'b');
  writeFileSync(join(tree, 'caf\\xe9'), 'literal');
  expect(isopress(['iso', tree, image, '--quiet', '--media-check', 'suse']).status).toBe(0);
});

test('a name is accepted as it is shown, and as the bytes that it has', () => {
  const shown = isopress(['ls', image]).stdout.trimEnd().split('\n');
  expect(shown.sort()).toEqual(['back\\slash', 'caf\\x5cxe9', 'caf\\xe9', 'hello']);
  const contents = Object.fromEntries(shown.map((name) => [name, isopress(['cat', image, name]).stdout]));
  expect(contents).toEqual({ 'back\\slash': 'b', 'caf\\x5cxe9': 'literal', 'caf\\xe9': 'literal', hello: 'hello' });
  const typed = judge('bash', ['-c', `"$0" "$@" $'caf\\xe9'`, process.execPath, 'dist/cli/main.js', 'cat', image]);
  expect(typed.stdout).toBe('x');
});

test.each([
  ['a directory', () => tree],
  ['a character device', () => '/dev/null'],
  [
    'a pipe',
    () => {
      const pipe = join(scratch, 'pipe');
      judge('mkfifo', [pipe]);
      return pipe;
    },
  ],
])('%s is refused with a sentence, without waiting', (kind, path) => {
  const at = path();
  for (const command of ['info', 'ls', 'cat', 'check', 'extract']) {
    const { status, stderr } = isopress([command, at, ...(command === 'extract' ? [join(scratch, 'extracted')] : [])]);
    expect([command, status, stderr.split('\n')[0]]).toEqual([
      command,
      3,
      `isopress: ${at} is ${kind}, not an image. [source.not-an-image]`,
    ]);
  }
});

kernelOracle('losetup')('a block device is sized and read', () => {
  const { status, stdout, stderr } = judge('losetup', ['-f', '--show', '-r', image]);
  if (status !== 0) throw new Error(`No loop device: ${stderr}`);
  const device = stdout.trim();
  try {
    expect(isopress(['cat', device, 'hello']).stdout).toBe('hello');
    expect(isopress(['check', device]).status).toBe(0);
    expect(JSON.parse(isopress(['info', '--json', device]).stdout).size).toBe(readFileSync(image).length);
  } finally {
    judge('losetup', ['-d', device]);
  }
});

test('an image at an offset of a file', () => {
  const shifted = join(scratch, 'shifted');
  writeFileSync(shifted, Buffer.concat([Buffer.alloc(65_536), readFileSync(image)]));
  expect(isopress(['cat', '--offset', '64K', shifted, 'hello']).stdout).toBe('hello');
  expect(isopress(['ls', '--offset', '65536', shifted]).stdout).toContain('hello');
  expect(isopress(['info', '--offset', '64K', shifted]).stdout).toContain('iso9660');
  expect(isopress(['check', '--offset', '64K', shifted]).status).toBe(0);
  expect(isopress(['ls', '--offset', '1T', shifted]).status).toBe(3);
});

oracle(
  'sfdisk',
  'mformat',
  'mcopy',
)('logical partitions', () => {
  const disk = join(scratch, 'disk.img');
  writeFileSync(disk, '');
  truncateSync(disk, 60 * 1024 * 1024);
  const table = [
    'label: dos',
    'start=2048,size=8M,type=c',
    'start=20480,type=5',
    'start=22528,size=8M,type=c',
    'start=63488,size=8M,type=c',
  ];
  expect(judge('sfdisk', ['-q', disk], { input: `${table.join('\n')}\n` }).status).toBe(0);
  const hello = join(tree, 'hello');
  for (const [number, sector] of [
    [5, 22_528],
    [6, 63_488],
  ] as const) {
    judge('mformat', ['-i', `${disk}@@${sector * 512}`, '-T', '16384', '::']);
    judge('mcopy', ['-i', `${disk}@@${sector * 512}`, hello, `::HELLO${number}`]);
    expect(isopress(['ls', `${disk}!#${number}`]).stdout.trim()).toBe(`HELLO${number}`);
  }
  const { partitions } = JSON.parse(isopress(['info', '--json', disk]).stdout);
  expect(partitions.map(({ number }: { number: number }) => number)).toEqual([1, 2, 5, 6]);
});
