// `isopress diff` across formats: the differences that `diff -r` and `stat` see of two directories, packed by any tool.
import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge } from '../support/oracle.js';
import { reported } from '../support/reports.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const [before, after] = [join(scratch, 'before'), join(scratch, 'after')];
const packed = (name: string) => join(scratch, name);

/** Tools that pack a directory. */
const PACKERS: Readonly<Record<string, (tree: string, image: string) => unknown>> = {
  ext4: (tree, image) => isopress(['ext4', tree, image]),
  squashfs: (tree, image) => isopress(['squashfs', tree, image]),
  erofs: (tree, image) => isopress(['erofs', tree, image]),
  iso: (tree, image) => isopress(['iso', tree, image]),
  tar: (tree, image) => judge('tar', ['-C', tree, '--format=pax', '-cf', image, '.']),
  mksquashfs: (tree, image) => judge('mksquashfs', [tree, image, '-quiet', '-no-progress']),
  genisoimage: (tree, image) => judge('genisoimage', ['-quiet', '-R', '-o', image, tree]),
};

beforeAll(() => {
  mkdirSync(join(before, 'dir/sub'), { recursive: true });
  writeFileSync(join(before, 'dir/sub/large'), noise(400_000, 1));
  writeFileSync(join(before, 'dir/same'), noise(5000, 2));
  writeFileSync(join(before, 'dir/gone'), 'gone');
  writeFileSync(join(before, 'longer'), 'text');
  linkSync(join(before, 'dir/same'), join(before, 'linked'));
  symlinkSync('dir/same', join(before, 'link'));
  cpSync(before, after, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  rmSync(join(after, 'linked'));
  linkSync(join(after, 'dir/same'), join(after, 'linked'));
  const large = noise(400_000, 1);
  large[300_000]! ^= 1;
  writeFileSync(join(after, 'dir/sub/large'), large);
  writeFileSync(join(after, 'longer'), 'text and more');
  writeFileSync(join(after, 'dir/new'), 'new');
  unlinkSync(join(after, 'dir/gone'));
  unlinkSync(join(after, 'link'));
  symlinkSync('dir/new', join(after, 'link'));
  chmodSync(join(after, 'dir/same'), 0o600);
  // Times of packed symbolic links and directories are those of the moment; equal ones keep the comparison to what changed.
  for (const tree of [before, after]) {
    judge('find', [tree, '-exec', 'touch', '-h', '-d', '@1600000000', '{}', '+']);
  }
  utimesSync(join(after, 'dir/sub'), 1_600_000_100, 1_600_000_100);
  for (const [name, pack] of Object.entries(PACKERS)) {
    pack(before, packed(`before.${name}`));
    pack(after, packed(`after.${name}`));
  }
});

interface Entry {
  readonly path: string;
  readonly change: string;
  readonly attributes?: readonly { readonly name: string; readonly a?: string }[];
}

const entriesOf = (a: string, b: string): Record<string, string> => {
  const { report } = reported(['diff', a, b]);
  const entries = report['entries'] as readonly Entry[];
  return Object.fromEntries(
    entries.map(({ path, change, attributes = [] }) => [
      path,
      [change, ...attributes.map(({ name }) => name)].join(' '),
    ]),
  );
};

const EXPECTED = {
  'dir/gone': 'removed',
  'dir/new': 'added',
  'dir/same': 'changed mode',
  'dir/sub': 'changed mtime',
  'dir/sub/large': 'changed content',
  link: 'changed target',
  linked: 'changed mode',
  longer: 'changed size',
};

test('directories: the files that diff -r names', () => {
  expect(entriesOf(before, after)).toEqual(EXPECTED);
  const { stdout } = judge('diff', ['-r', '-q', '--no-dereference', before, after]);
  const named = stdout.split('\n').filter((line) => line !== '');
  // It does not see modes and times.
  expect(named.length).toBe(5);
  for (const name of ['gone', 'new', 'large', 'link', 'longer'])
    expect(named.some((line) => line.includes(name))).toBe(true);
});

test.each(Object.keys(PACKERS))('%s: equal to its directory, and different from the other one', (name) => {
  expect(entriesOf(before, packed(`before.${name}`))).toEqual({});
  expect(entriesOf(packed(`before.${name}`), after)).toEqual(EXPECTED);
});

test('every two kinds: equal', () => {
  const names = Object.keys(PACKERS);
  for (const [index, name] of names.entries()) {
    const other = names[(index + 1) % names.length]!;
    expect({ name, other, ...entriesOf(packed(`after.${name}`), packed(`after.${other}`)) }).toEqual({ name, other });
  }
});

test('directories of which an image says nothing have nothing that differs', () => {
  const bare = packed('bare.tar');
  judge('tar', ['-C', before, '--format=pax', '-cf', bare, 'longer', 'dir/sub/large']);
  const { report } = reported(['diff', before, bare]);
  const entries = report['entries'] as readonly Entry[];
  expect(entries.filter(({ change }) => change !== 'removed')).toEqual([]);
  const fat = packed('before.fat');
  const only = packed('only');
  cpSync(join(before, 'dir'), only, { recursive: true, preserveTimestamps: true });
  expect(isopress(['fat', only, fat]).status).toBe(0);
  expect(entriesOf(only, fat)).toEqual({});
});

test('the place of the first different byte is that of cmp', () => {
  const { report } = reported(['diff', packed('before.ext4'), packed('after.squashfs')]);
  const entry = (report['entries'] as readonly Entry[]).find(({ path }) => path === 'dir/sub/large')!;
  const { stdout } = judge('cmp', [join(before, 'dir/sub/large'), join(after, 'dir/sub/large')]);
  expect(stdout).toMatch(/(byte|char) 300001,/);
  expect(entry.attributes![0]!.a).toBe('byte 300000');
});

test('a part of an image and a directory; left out entries; statuses', () => {
  expect(entriesOf(`${packed('before.iso')}/dir`, join(before, 'dir'))).toEqual({});
  expect(isopress(['diff', before, packed('before.squashfs'), '--quiet']).status).toBe(0);
  expect(isopress(['diff', before, after, '--quiet']).status).toBe(1);
  const excluded = ['gone', 'new', 'same', 'sub', 'large', 'link*', 'longer'].flatMap((name) => ['--exclude', name]);
  expect(isopress(['diff', before, after, ...excluded]).status).toBe(0);
  expect(isopress(['diff', before, join(scratch, 'missing')]).status).toBe(3);
});

test('facts of images: labels', () => {
  isopress(['iso', before, packed('named.iso'), '--volume-id', 'OTHER']);
  const { report, status } = reported(['diff', packed('before.iso'), packed('named.iso')]);
  expect(status).toBe(1);
  const facts = report['facts'] as readonly { readonly what: string; readonly b?: string }[];
  expect(facts.find(({ what }) => what === 'iso9660 label')?.b).toBe('OTHER');
  expect(report['entries']).toEqual([]);
});

test('images of two formats with the same files: the images differ, and with --files-only they are equal', () => {
  const sides = [packed('before.ext4'), packed('before.squashfs')];
  const { report, status } = reported(['diff', ...sides]);
  const facts = report['facts'] as readonly { readonly what: string }[];
  expect(facts.map(({ what }) => what)).toEqual(['size', 'ext4 kind', 'squashfs kind']);
  expect(status).toBe(1);
  expect(isopress(['diff', ...sides]).stdout).toContain('the files are equal, the images are not; compared: names');
  expect(isopress(['diff', ...sides, '--files-only']).status).toBe(0);
  expect(isopress(['diff', packed('before.ext4'), packed('after.ext4'), '--files-only']).status).toBe(1);
});

const STATUS = (version: string) =>
  `Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\nPackage: dash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0.5\n`;

test('packages by the databases of both trees', () => {
  for (const [tree, version] of [
    ['old', '5.2-1'],
    ['new', '5.3-2'],
  ] as const) {
    mkdirSync(join(scratch, tree, 'var/lib/dpkg'), { recursive: true });
    writeFileSync(join(scratch, tree, 'var/lib/dpkg/status'), STATUS(version));
  }
  isopress(['squashfs', join(scratch, 'new'), packed('new.squashfs')]);
  const { report } = reported(['diff', join(scratch, 'old'), packed('new.squashfs')]);
  expect(report['packages']).toEqual([{ name: 'bash', architecture: 'amd64', a: '5.2-1', b: '5.3-2' }]);
});
