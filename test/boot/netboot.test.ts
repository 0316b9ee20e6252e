// Netboot sets: what is in them, and a real iPXE that starts a kernel by their script.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { extracted, type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const FILES = ['SHA256SUMS', 'boot.ipxe', 'initrd', 'linux', 'root.img'];
let count = 0;

function build(type: string, ...options: string[]) {
  small.describe(`firmware="efi" ${type}`);
  const target = small.directory();
  const set = join(scratch, `set${++count}`);
  const given = ['--description', small.description, '--root', small.root, '--initrd', small.initrd];
  const words = [...given, '--target-dir', target, '--epoch', '1700000000', '--level', '1', '--no-xattrs', '--quiet'];
  const ended = isopress(['build', ...words, '--netboot', set, ...options]);
  return { ...ended, target, set, iso: join(target, 'small.x86_64-1.0.0.iso') };
}

describe.runIf(hasGrub)('a netboot set', () => {
  oracle('xorriso', 'sha256sum')(
    'has the files of the medium, a script and digests, and its digests are signed',
    () => {
      const type = 'flags="dmsquash" filesystem="squashfs" kernelcmdline="quiet console=ttyS0" hybridpersistent="true"';
      const sign = ['--sign-with', `cp {} {}.sig`, '--netboot-url', 'https://boot.example.com/live/'];
      const { status, stderr, set, iso } = build(type, ...sign);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(readdirSync(set).sort()).toEqual(['SHA256SUMS', 'SHA256SUMS.sig', ...FILES.slice(1)]);
      succeed('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], set);
      const medium = extracted(iso);
      const pairs = [
        ['linux', 'boot/x86_64/loader/linux'],
        ['initrd', 'boot/x86_64/loader/initrd'],
        ['root.img', 'LiveOS/squashfs.img'],
      ] as const;
      for (const [name, path] of pairs) {
        expect(readFileSync(join(set, name)).equals(readFileSync(join(medium, path))), name).toBe(true);
      }
      const script = readFileSync(join(set, 'boot.ipxe'), 'latin1').replaceAll('$' + '{base}', 'BASE');
      expect(script.split('\n')).toEqual([
        '#!ipxe',
        '# small 1.0.0 x86_64',
        'isset BASE || set base https://boot.example.com/live',
        'kernel BASE/linux initrd=initrd root=live:BASE/root.img quiet console=ttyS0 rd.live.image rd.live.overlay.overlayfs=1 rd.neednet=1 ip=dhcp',
        'initrd BASE/initrd',
        'boot',
        '',
      ]);
    },
  );

  test('replaces another one only if asked to, and a failure afterwards brings that back', () => {
    const set = join(scratch, 'taken');
    mkdirSync(set);
    writeFileSync(join(set, 'linux'), 'old');
    const type = 'flags="dmsquash"';
    expect(build(type, '--netboot', set)).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('target.exists'),
    });
    const failed = build(type, '--netboot', set, '--force', '--sign-with', 'false');
    expect([failed.status, readdirSync(failed.target), readdirSync(set)]).toEqual([4, [], ['linux']]);
    const { status } = build(type, '--netboot', set, '--force');
    expect([status, readdirSync(set).sort()]).toEqual([0, FILES]);
    expect(readdirSync(scratch).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('never replaces what is not a set: no directory with other files, no file, no target directory', () => {
    const target = small.directory();
    const [other, file] = [join(scratch, 'other'), join(scratch, 'file')];
    mkdirSync(other);
    for (const path of [join(other, 'linux'), join(other, 'mine'), file]) writeFileSync(path, 'mine');
    for (const [set, told] of [
      [other, 'other files than a netboot set: mine'],
      [file, 'is not a directory'],
      [target, 'other files than a netboot set'],
    ] as const) {
      const { status, stderr } = build('flags="dmsquash"', '--target-dir', target, '--netboot', set, '--force');
      expect([status, stderr]).toEqual([4, expect.stringContaining(told)]);
    }
    expect([readdirSync(other).sort(), readFileSync(file, 'utf8')]).toEqual([['linux', 'mine'], 'mine']);
    expect(readdirSync(target)).toEqual([]);
  });

  test.each([
    ['of a live module that fetches whole ISOs', 'flags="overlay"', [], 3, 'live.netboot-module'],
    [
      'with kernel options that iPXE would not pass on',
      'flags="dmsquash" kernelcmdline="a || b"',
      [],
      3,
      'live.menu-text',
    ],
    ['at a URL of two words', 'flags="dmsquash"', ['--netboot-url', 'http://a b'], 2, 'Give a URL'],
  ] as const)('is not made %s', (_, type, options, code, text) => {
    const { status, stderr, target } = build(type, ...options);
    expect([status, stderr, readdirSync(target)]).toEqual([code, expect.stringContaining(text), []]);
  });
});

oracle('qemu-system-x86_64')(
  'iPXE starts the kernel with the command line of the script',
  ({ skip }) => {
    const root = presentDebianRoot();
    const kernel = root && readdirSync(join(root, 'boot')).find((name) => name.startsWith('vmlinuz'));
    if (!kernel || !hasGrub) return skip('there is no Debian root tree');
    const url = ['--netboot-url', 'tftp://$' + '{next-server}'];
    const { status, stderr, set } = build('flags="dmsquash" kernelcmdline="console=ttyS0 panic=-1"', ...url);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    copyFileSync(join(root, 'boot', kernel), join(set, 'linux'));
    const machine = ['-m', '512', '-nographic', '-no-reboot', '-boot', 'n'];
    const nic = ['-nic', `user,model=virtio,tftp=${set},bootfile=boot.ipxe`];
    const { stdout } = judge('timeout', ['300', 'qemu-system-x86_64', ...machine, ...nic]);
    const [, line = ''] = /Command line: (.*?)\r?\n/.exec(stdout) ?? [];
    expect(line).toBe(
      'initrd=initrd root=live:tftp://10.0.2.2/root.img console=ttyS0 panic=-1 rd.live.image rd.neednet=1 ip=dhcp',
    );
    expect(stdout).toMatch(/RAMDISK: \[mem/);
  },
  400_000,
);
