// Packages of Debian trees, told by dpkg-query and dpkg on the same trees.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { quietRun } from '../../src/io/index.js';
import { generations } from '../../src/live/description/index.js';
import { renderPackageList } from '../../src/live/packages/index.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { judge, oracle } from '../support/oracle.js';
import { openPackages } from '../support/packages.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const run = quietRun();
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const early = generations[0];
const newest = generations.at(-1);

function told(root: string): string {
  return Buffer.from(judge('dpkg', ['--root', root, '-V', '--verify-format', 'rpm']).stdout, 'latin1').toString('utf8');
}

function queried(root: string): string[] {
  const format = `\${Package}|None|\${Version}|None|\${Architecture}|None|None\\n`;
  const args = ['--admindir', join(root, 'var/lib/dpkg'), '-W', '-f', format];
  return execFileSync('dpkg-query', args, { encoding: 'utf8' }).trimEnd().split('\n');
}

/** A tree with every kind of trouble that dpkg tells. */
function troubledRoot(): string {
  const root = join(scratch, 'troubled');
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const paragraph = (name: string, more: string) =>
    `Package: ${name}\nStatus: install ok installed\nMaintainer: x\nVersion: 1:1.0-1\n${more}Description: d\n long\n .\n more\n\n`;
  const conffiles = [
    ` /etc/conf ${md5('conf')}`,
    ` /etc/same ${md5('same')}`,
    ' /etc/gone 0123456789abcdef0123456789abcdef',
    ' /etc/old 0123456789abcdef0123456789abcdef obsolete',
    ' /etc/with blank 0123456789abcdef0123456789abcdef',
  ].join('\n');
  put(
    'var/lib/dpkg/status',
    paragraph('second', 'Architecture: amd64\n') +
      paragraph('first', `Multi-Arch: same\nArchitecture: amd64\nConffiles:\n${conffiles}\n`) +
      paragraph('third', 'Architecture: all\n').replace('install ok installed', 'deinstall ok config-files') +
      paragraph('diverter', 'Architecture: all\n') +
      'Package: never\nStatus: purge ok not-installed\nArchitecture: all\n',
  );
  put('var/lib/dpkg/info/format', '1\n');
  put(
    'var/lib/dpkg/diversions',
    '/usr/bin/diverted\n/usr/bin/diverted.distrib\ndiverter\n/usr/bin/local\n/usr/bin/away\n:\n',
  );
  put('etc/conf', 'changed');
  put('etc/same', 'same');
  put('usr/bin/right', 'right');
  put('usr/bin/wrong', 'wrong');
  put('usr/bin/diverted', 'mine');
  put('usr/bin/diverted.distrib', 'theirs');
  put('usr/share/täg', 'x');
  symlinkSync('right', join(root, 'usr/bin/link'));
  symlinkSync('nowhere', join(root, 'usr/bin/loose'));
  const first = [
    '/.',
    '/etc',
    '/etc/conf',
    '/etc/same',
    '/etc/gone',
    '/etc/with blank',
    '/usr/bin/right',
    '/usr/bin/wrong',
  ];
  put(
    'var/lib/dpkg/info/first:amd64.list',
    `${[...first, '/usr/bin/none', '/usr/none/deep', '/usr/bin/right/deep'].join('\n')}\n`,
  );
  put(
    'var/lib/dpkg/info/first:amd64.md5sums',
    `${md5('right')}  usr/bin/right\n${md5('right')}  usr/bin/wrong\n${md5('conf')}  etc/conf\n`,
  );
  const second = ['/.', '/usr/bin/link', '/usr/bin/loose', '/usr/bin/diverted', '/usr/bin/local', '/usr/share/täg'];
  put('var/lib/dpkg/info/second.list', `${second.join('\n')}\n`);
  put(
    'var/lib/dpkg/info/second.md5sums',
    ['link', 'loose', 'diverted'].map((name) => `${md5('theirs')}  usr/bin/${name}\n`).join('') +
      `${md5('y')}  usr/share/täg\n`,
  );
  put('var/lib/dpkg/info/third.list', '/.\n/etc/third\n');
  put('var/lib/dpkg/info/diverter.list', '/.\n/usr/bin/diverted\n');
  put('var/lib/dpkg/info/diverter.md5sums', `${md5('mine')}  usr/bin/diverted\n`);
  chmodSync(join(root, 'usr/bin/right'), 0o4755);
  return root;
}

oracle('dpkg', 'dpkg-query')('a tree with every kind of trouble is told as dpkg tells it', async () => {
  const root = troubledRoot();
  const database = await openPackages(root);
  expect(database.kind).toBe('dpkg');
  const expected = told(root);
  expect(expected.split('\n').length).toBeGreaterThanOrEqual(10);
  expect(await database.verify!(run)).toBe(expected);
  const list = renderPackageList('dpkg', await database.packages(run), newest!);
  expect(list.trimEnd().split('\n')).toEqual(queried(root));
});

const debian = presentDebianRoot();
const ofDebian = debian === undefined ? () => test.skip : oracle;

ofDebian('dpkg', 'dpkg-query')(
  'a Debian tree of which only the database is left has all of its files missing',
  async () => {
    const root = join(scratch, 'emptied');
    cpSync(join(debian!, 'var/lib/dpkg'), join(root, 'var/lib/dpkg'), { recursive: true });
    rmSync(join(root, 'var/lib/dpkg/lock'), { force: true });
    const database = await openPackages(root);
    const expected = told(root);
    expect(expected.split('\n').length).toBeGreaterThan(1000);
    expect(await database.verify!(run)).toBe(expected);
    const list = renderPackageList('dpkg', await database.packages(run), newest!);
    expect(list.trimEnd().split('\n')).toEqual(queried(root).sort());
    // The tool orders differently: a line has a bar after the name, and a longer name may continue with a smaller character.
    const inOrder = renderPackageList('dpkg', await database.packages(run), early!)
      .trimEnd()
      .split('\n');
    expect(inOrder.map((line) => `${line}|None`)).toEqual(queried(root));
    expect(inOrder).not.toEqual(inOrder.toSorted());
  },
);

ofDebian('dpkg')('a Debian tree as it was made is told as dpkg tells it', async () => {
  expect(await (await openPackages(debian!)).verify!(run)).toBe(told(debian!));
});

test('early generations list no license, in the order of the tool', () => {
  const packages = [
    { name: 'b', version: '1', architecture: 'all' },
    { name: 'a', version: '2', architecture: 'all' },
  ];
  expect(renderPackageList('dpkg', packages, early!)).toBe('b|None|1|None|all|None\na|None|2|None|all|None\n');
});

test('change logs are listed package by package', async () => {
  const root = join(scratch, 'changes');
  const put = (name: string, bytes: Uint8Array) => {
    mkdirSync(join(root, 'usr/share/doc', name), { recursive: true });
    writeFileSync(join(root, 'usr/share/doc', name, 'changelog.Debian.gz'), bytes);
  };
  mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
  writeFileSync(join(root, 'var/lib/dpkg/status'), '');
  put('zsh', gzipSync('zsh (5.9) unstable\n'));
  put('apt', gzipSync('apt (2.6) unstable\n'));
  const database = await openPackages(root);
  expect(await database.changes!(run)).toBe('apt|\napt (2.6) unstable\nzsh|\nzsh (5.9) unstable\n');
  expect(readdirSync(root).sort()).toEqual(['usr', 'var']);
});
