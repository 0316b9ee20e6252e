// Packages of pacman trees, told by pacman on the same tree.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { quietRun } from '../../src/io/index.js';
import { generations } from '../../src/live/description/index.js';
import { renderPackageList } from '../../src/live/packages/index.js';
import { judge, oracle } from '../support/oracle.js';
import { openPackages } from '../support/packages.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();

oracle('pacman')('the list is that of pacman --query', async () => {
  const root = join(scratch, 'root');
  const local = join(root, 'var/lib/pacman/local');
  for (const [name, version] of [
    ['linux', '6.12.1.arch1-1'],
    ['bash', '5.2.037-1'],
    ['gtk', '1:4.16-2'],
  ]) {
    const dir = join(local, `${name}-${version}`);
    mkdirSync(dir, { recursive: true });
    const desc = `%NAME%\n${name}\n\n%VERSION%\n${version}\n\n%DEPENDS%\nglibc\nncurses\n\n%ARCH%\nx86_64\n\n`;
    writeFileSync(join(dir, 'desc'), desc);
    const backup = name === 'bash' ? '%BACKUP%\netc/bash.bashrc\t0\n\n' : '';
    writeFileSync(join(dir, 'files'), `%FILES%\nusr/\nusr/bin/\nusr/bin/${name}\n\n${backup}`);
  }
  writeFileSync(join(local, 'ALPM_DB_VERSION'), '9\n');
  const database = await openPackages(root);
  expect(database.kind).toBe('pacman');
  const list = renderPackageList('pacman', await database.packages(quietRun()), generations.at(-1)!);
  const { stdout } = judge('pacman', ['--query', '--dbpath', join(root, 'var/lib/pacman')]);
  const expected = stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, name, version, release] = /^(\S+) (.*)-([^-]+)$/.exec(line)!;
      return `${name}|None|${version}|${release}|None|None|None`;
    });
  expect(expected).toHaveLength(3);
  expect(list.trimEnd().split('\n')).toEqual(expected.sort());
  const listed = judge('pacman', [
    '--query',
    '--list',
    '--quiet',
    '--root',
    root,
    '--dbpath',
    join(root, 'var/lib/pacman'),
  ]);
  const files = await database.files!(quietRun());
  expect(`${files.flat().join('\n')}\n`).toBe(listed.stdout.replaceAll(root, ''));
});
