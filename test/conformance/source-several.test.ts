// Sources over each other, parts of them and packages: the directory that GNU tar, dpkg-deb or rpm2cpio makes gives the same image.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { kernelOracle, oracle } from '../support/oracle.js';
import { expectSame, packerIn } from '../support/packed-sources.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);

function shell(script: string): void {
  execFileSync('bash', ['-euc', script], { cwd: scratch, env: { ...process.env, LC_ALL: 'C' } });
}

const image = packerIn(scratch);

beforeAll(() => {
  shell(`
    mkdir -p base/usr/lib base/run base/etc over/lib over/etc over/usr
    ln -s usr/lib base/lib; ln -s conf base/etc/link; printf 1 >base/usr/lib/a; printf 1 >base/etc/conf; printf 1 >base/run/x
    printf 2 >over/lib/b; printf 2 >over/etc/conf; chmod 700 over/etc; ln -s nowhere over/usr/link
    find base over -exec touch -h -d @1700000000 {} +
    tar -C base -cf base.tar .; tar -C over -czf over.tar.gz .
    mkdir both; tar -C both -xf base.tar; tar -C both --keep-directory-symlink -xf over.tar.gz`);
});

describe('sources over each other', () => {
  test.each([
    ['base', 'over'],
    ['base.tar', 'over'],
    ['base', 'over.tar.gz'],
  ])('%s and %s', (lower, upper) => {
    // The time of a directory through a link: tar sets that of the archive, here the lower one stays.
    shell('touch -d @1700000000 both/usr/lib both');
    expectSame(image(lower, '--add', upper), image('both'));
  });

  test('a part of one, at a place in the other', () => {
    shell(
      'mkdir placed; cp -a base/. placed; mkdir placed/opt; cp -a over/etc placed/opt/conf; touch -d @0 placed/opt; touch -d @1700000000 placed',
    );
    expectSame(image('base', '--add', 'over#etc=>/opt/conf'), image('placed'));
    expectSame(image('base.tar', '--add', 'over.tar.gz#/etc=>/opt/conf'), image('placed'));
  });

  test('names with the marks in them', () => {
    shell("cp -a base 'a#etc'; cp -a base 'b=>'; mkdir 'b=>/c'; touch -d @1700000000 'b=>'");
    expectSame(image('a#etc'), image('base'));
    expectSame(image('a#etc#etc'), image('base/etc'));
    expectSame(image('./a#etc/etc'), image('base/etc'));
    expectSame(image('b=>/c'), image('b=>/c/'));
  });

  test.each([
    [['none'], 3, /none does not exist/],
    [['base#none'], 3, /There is no none in base\. \[cli\.source-part\]/],
    [['base#etc/conf'], 3, /is not a directory\. \[cli\.source-part\]/],
    [['base=>/../x'], 2, /leads out of the tree/],
    [['-', '--add', '-'], 2, /Only one source can be standard input/],
  ])('%j is refused', (sources, status, text) => {
    const [first = '', ...others] = sources;
    const result = isopress(['ext4', first, at('never'), ...others], { cwd: scratch });
    expect([result.status, result.stderr]).toEqual([status, expect.stringMatching(text)]);
  });
});

describe('packages', () => {
  oracle('dpkg-deb').each(['xz', 'zstd'])('the files of a .deb: %s', (compression) => {
    shell(`rm -rf deb debx; mkdir -p deb/DEBIAN; cp -a base/. deb/
      printf 'Package: p\\nVersion: 1\\nArchitecture: all\\nMaintainer: m <m@example.org>\\nDescription: d\\n' >deb/DEBIAN/control
      touch -d @1700000000 deb
      dpkg-deb -Z${compression} --root-owner-group -b deb p.deb >/dev/null; dpkg-deb -x p.deb debx
      # Its tar makes links last, which changes the times of their directories.
      find debx -exec touch -h -d @1700000000 {} +`);
    expectSame(image('p.deb'), image('debx', '--owner', 'root'));
  });

  kernelOracle('rpmbuild', 'rpm2cpio', 'cpio').each(['w6.xzdio', 'w3.zstdio'])(
    'the files of an .rpm: %s',
    (payload) => {
      mkdirSync(at('rpm'), { recursive: true });
      const spec = [
        ...[
          'Name: p',
          'Version: 1',
          'Release: 1',
          'Summary: s',
          'License: l',
          'BuildArch: noarch',
          '%description',
          'd',
        ],
        ...['%install', `cp -a ${at('base')}/. %{buildroot}/`, '%files', '/*', ''],
      ];
      writeFileSync(at('rpm/p.spec'), spec.join('\n'));
      const defines = [
        '-D',
        `_topdir ${at('rpm')}`,
        '-D',
        `_binary_payload ${payload}`,
        '-D',
        '__os_install_post %{nil}',
      ];
      succeed('rpmbuild', ['-bb', '--quiet', ...defines, at('rpm/p.spec')]);
      shell(
        'rm -rf rpmx; mkdir rpmx; cd rpmx; rpm2cpio ../rpm/RPMS/noarch/p-1-1.noarch.rpm | cpio --quiet -idm; find . -exec touch -h -d @1700000000 {} +; touch -d @0 .',
      );
      expectSame(image('rpm/RPMS/noarch/p-1-1.noarch.rpm'), image('rpmx'));
    },
  );

  kernelOracle(
    'rpmbuild',
    'rpm',
    'getcap',
  )('owners and capabilities of an .rpm are those with which rpm installs it', () => {
    const spec = [
      ...['Name: o', 'Version: 1', 'Release: 1', 'Summary: s', 'License: l', 'BuildArch: noarch', '%description', 'd'],
      '%install',
      'mkdir -p %{buildroot}/srv/closed; for name in ping mailed played "of two"; do printf x >"%{buildroot}/srv/$name"; done',
      'ln -s ping %{buildroot}/srv/link; chown -h 4321:4322 %{buildroot}/srv/*',
      ...[
        '%files',
        '%defattr(-,root,root)',
        '%dir /srv',
        '%attr(0755,root,root) %caps(cap_net_admin,cap_net_raw=ep) /srv/ping',
      ],
      ...[
        '%attr(2640,mail,adm) /srv/mailed',
        '%attr(6755,games,root) /srv/played',
        '%attr(-,root,root) "/srv/of two"',
        '/srv/link',
        '%dir %attr(0700,root,mail) /srv/closed',
        '',
      ],
    ];
    mkdirSync(at('owned'), { recursive: true });
    writeFileSync(at('owned/o.spec'), spec.join('\n'));
    succeed('rpmbuild', [
      '-bb',
      '--quiet',
      '-D',
      `_topdir ${at('owned')}`,
      '-D',
      '__os_install_post %{nil}',
      at('owned/o.spec'),
    ]);
    const file = at('owned/RPMS/noarch/o-1-1.noarch.rpm');
    succeed('rpm', ['--root', at('installed'), '--dbpath', '/db', '--install', '--nodeps', '--noscripts', file]);
    const { status, stderr } = isopress(['squashfs', file, at('owned.sqfs'), '--quiet', '--force']);
    expect([status, stderr]).toEqual([0, '']);
    succeed('unsquashfs', ['-quiet', '-no-progress', '-d', at('owned-out'), at('owned.sqfs')]);
    const listed = (directory: string) =>
      succeed('bash', ['-ec', 'find srv -printf "%p %y %m %U %G %l\\n" | sort; getcap -r -n srv'], at(directory));
    expect(listed('owned-out')).toBe(listed('installed'));
    expect(listed('owned-out')).toMatch(/srv\/mailed f 640 0 0.*srv\/ping cap_net_admin,cap_net_raw=ep/s);
    const { stderr: noted } = isopress(['squashfs', file, at('owned.sqfs'), '--force', '--progress', 'none']);
    expect(noted).toContain(
      'owners without their numbers, and root gets their files, without setuid and setgid: mail, adm, games.',
    );
  });
});
