// Packages of RPM trees, told by rpm on the same trees.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quietRun } from '../../src/io/index.js';
import { generations } from '../../src/live/description/index.js';
import { renderPackageList } from '../../src/live/packages/index.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { openPackages } from '../support/packages.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const run = quietRun();
const newest = generations.at(-1)!;
const DATABASE = '/var/lib/rpm';

const SPECS = {
  one: `
Name: one
Version: 1.0
Release: 1
Epoch: 2
Summary: one
License: MIT AND BSD
BuildArch: noarch
%description
one
%install
mkdir -p %{buildroot}/etc/one.d %{buildroot}/usr/bin %{buildroot}/usr/share/one %{buildroot}/var/log
echo conf > %{buildroot}/etc/one.conf
echo doc > %{buildroot}/usr/share/one/README
echo license > %{buildroot}/usr/share/one/LICENSE
echo ghost > %{buildroot}/var/log/one.log
for name in one same big; do echo program > %{buildroot}/usr/bin/$name; done
ln -s one %{buildroot}/usr/bin/link
%files
%dir /etc/one.d
%config(noreplace) /etc/one.conf
%doc /usr/share/one/README
%license /usr/share/one/LICENSE
%attr(4755,root,root) /usr/bin/one
/usr/bin/same
/usr/bin/big
/usr/bin/link
%ghost /var/log/one.log
%changelog
* Mon Jan 01 2024 A B <a@b> - 1.0-1
- first

* Sun Dec 31 2023 A B <a@b> - 0.9-1
- zero
- more
`,
  another: `
Name: another
Version: 3
Release: 2
Summary: another
License: GPL
BuildArch: noarch
Requires: not-there
%description
another
%install
mkdir -p %{buildroot}/opt/directory
for name in gone raw raw2 became; do echo $name > %{buildroot}/opt/$name; done
%files
/opt/gone
/opt/became
%dir /opt/directory
%caps(cap_net_raw=ep) /opt/raw
%caps(cap_net_raw=ep) /opt/raw2
`,
};

const rpm = (root: string, ...args: string[]) => judge('rpm', ['--root', root, '--dbpath', DATABASE, ...args]);

/** Builds and installs the packages above. */
function makeRoot(name: string): string {
  const root = join(scratch, name);
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nbin:x:2:2::/bin:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nbin:x:2:\n');
  const top = join(scratch, 'rpmbuild');
  for (const [spec, text] of Object.entries(SPECS)) {
    writeFileSync(join(scratch, `${spec}.spec`), text);
    const defines = ['--define', `_topdir ${top}`, '--define', 'disturl obs://build/x'];
    const { status, stderr } = judge('rpmbuild', [...defines, '-bb', join(scratch, `${spec}.spec`)]);
    expect(status, stderr).toBe(0);
  }
  const packages = readdirSync(join(top, 'RPMS/noarch')).map((file) => join(top, 'RPMS/noarch', file));
  rpm(root, '--initdb');
  const { status, stderr } = rpm(root, '--nodeps', '--noscripts', '-i', ...packages);
  expect(status, stderr).toBe(0);
  return root;
}

function spoil(root: string): void {
  appendFileSync(join(root, 'etc/one.conf'), 'x\n');
  rmSync(join(root, 'usr/share/one/README'));
  rmSync(join(root, 'opt/gone'));
  chmodSync(join(root, 'usr/bin/one'), 0o700);
  chownSync(join(root, 'etc/one.d'), 2, 77);
  writeFileSync(join(root, 'usr/bin/big'), 'marganr\n');
  utimesSync(join(root, 'usr/bin/same'), 1_000_000_000, 1_000_000_000);
  rmSync(join(root, 'usr/bin/link'));
  symlinkSync('two', join(root, 'usr/bin/link'));
  execFileSync('setcap', ['cap_net_raw,cap_net_admin=eip', join(root, 'opt/raw')]);
  rmSync(join(root, 'opt/became'));
  mkdirSync(join(root, 'opt/became'));
  rmSync(join(root, 'opt/directory'), { recursive: true });
  mkdirSync(join(root, 'opt/elsewhere'), { recursive: true });
  symlinkSync('elsewhere', join(root, 'opt/directory'));
}

describe('an SQLite database', () => {
  kernelOracle(
    'rpm',
    'rpmbuild',
    'setcap',
  )('lists, verifies and tells changes as rpm does', async () => {
    const root = makeRoot('sqlite');
    const before = await openPackages(root);
    expect(before.kind).toBe('rpm');
    const format = '%{NAME}|%{EPOCH}|%{VERSION}|%{RELEASE}|%{ARCH}|%{DISTURL}|%{LICENSE}\\n';
    const queried = rpm(root, '-qa', '--qf', format).stdout.trimEnd().split('\n').sort();
    expect(queried).toContain('one|2|1.0|1|noarch|obs://build/x|MIT AND BSD');
    const list = renderPackageList('rpm', await before.packages(run), newest);
    expect(list.trimEnd().split('\n')).toEqual(queried);
    const files = (await before.files!(run)).flat().sort();
    expect(files).toContain('/usr/bin/link');
    expect(files).toEqual(
      rpm(root, '-qa', '--list')
        .stdout.trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('/'))
        .sort(),
    );
    expect(await before.verify!(run)).toBe(rpm(root, '-Va', '--nodeps').stdout);
    const changes = rpm(root, '-qa', '--qf', '%{NAME}|\\n', '--changelog').stdout;
    expect(changes).toContain('* Mon Jan 01 2024 A B <a@b> - 1.0-1');
    expect(await before.changes!(run)).toBe(changes);
    spoil(root);
    const expected = rpm(root, '-Va', '--nodeps').stdout;
    expect(expected.split('\n').length).toBeGreaterThan(9);
    expect(await (await openPackages(root)).verify!(run)).toBe(expected);
  });

  kernelOracle(
    'rpm',
    'rpmbuild',
    'python3',
  )('whose last changes lie in its write-ahead log is read with them', async () => {
    const root = join(scratch, 'log');
    cpSync(makeRoot('before-log'), root, { recursive: true });
    const database = join(root, 'var/lib/rpm/rpmdb.sqlite');
    // As a process that was killed leaves it: the log holds a change that the file does not have.
    const python = `
import sqlite3, os
connection = sqlite3.connect(${JSON.stringify(database)})
connection.execute('PRAGMA journal_mode=WAL')
connection.execute('PRAGMA wal_autocheckpoint=0')
connection.execute('DELETE FROM Packages WHERE hnum = (SELECT max(hnum) FROM Packages)')
connection.commit()
os._exit(0)
`;
    expect(judge('python3', ['-c', python]).status).toBe(0);
    expect((await (await openPackages(root)).packages(run)).length).toBe(1);
  });
});

test('an older database, which the rpm of this machine cannot read either, leaves an empty list and says why', async () => {
  const root = join(scratch, 'older');
  mkdirSync(join(root, 'var/lib/rpm'), { recursive: true });
  writeFileSync(join(root, 'var/lib/rpm/Packages.db'), 'RpmP');
  const notes: string[] = [];
  const database = await openPackages(root, notes);
  expect(await database.packages(run)).toEqual([]);
  expect(notes).toEqual([expect.stringContaining('/var/lib/rpm/Packages.db is not an SQLite database')]);
  expect(database.verify).toBeUndefined();
});

test('a file that is not a database is refused by name', async () => {
  const root = join(scratch, 'broken');
  mkdirSync(join(root, 'var/lib/rpm'), { recursive: true });
  copyFileSync('/etc/passwd', join(root, 'var/lib/rpm/rpmdb.sqlite'));
  await expect(openPackages(root)).rejects.toMatchObject({ code: 'live.rpm-database' });
});
