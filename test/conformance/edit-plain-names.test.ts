// isopress edit on discs with neither Rock Ridge nor Joliet, whose names are upper case identifiers that systems show in lower case.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const MENU = 'menuentry x {\n linux /boot/vmlinuz quiet\n initrd /boot/initrd\n initrd /BOOT/INITRD\n}\n';
const SUM = (path: string) => succeed('md5sum', [path], at('tree'));

beforeAll(() => {
  for (const directory of ['tree/boot/grub', 'early', 'seed']) mkdirSync(at(directory), { recursive: true });
  writeFileSync(at('tree/boot/grub/grub.cfg'), MENU);
  writeFileSync(at('tree/boot/vmlinuz'), 'kernel');
  writeFileSync(at('tree/boot/initrd'), 'initrd');
  writeFileSync(at('tree/md5sum.txt'), `${SUM('./boot/grub/grub.cfg')}${SUM('./boot/initrd')}`);
  writeFileSync(at('new'), 'new\n');
  writeFileSync(at('early/x'), 'x\n');
  writeFileSync(at('seed/user-data'), '#cloud-config\n');
  writeFileSync(at('seed/meta-data'), '');
});

function press(...options: string[]): string {
  succeed('genisoimage', ['-quiet', ...options, '-o', at('plain.iso'), at('tree')]);
  return 'plain.iso';
}

const edit = (...options: string[]) =>
  isopress(['edit', press(), 'edited.iso', '--force', '--quiet', ...options], { cwd: scratch });

/** The paths on the disc as stored. */
const pathsOf = (image: string) =>
  succeed('isoinfo', ['-f', '-i', at(image)])
    .trim()
    .split('\n')
    .sort();

oracle(
  'genisoimage',
  'isoinfo',
  'bsdtar',
  'xorriso',
  '7z',
)('paths mean existing entries in any case, and new entries go into existing directories', () => {
  const changes = ['--add', 'new:/boot/x', '--add', 'new:/Boot/New/y', '--replace', 'new:/boot/vmlinuz'];
  const others = ['--kernel-args', '+nomodeset', '--initrd-append', 'early'];
  const { status, stderr } = edit(...changes, ...others, '--loss', 'ignore');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(pathsOf('edited.iso')).toEqual([
    '/BOOT',
    '/BOOT/GRUB',
    '/BOOT/GRUB/GRUB.CFG;1',
    '/BOOT/INITRD.;1',
    '/BOOT/NEW',
    '/BOOT/NEW/Y.;1',
    '/BOOT/VMLINUZ.;1',
    '/BOOT/X.;1',
    '/MD5SUM.TXT;1',
  ]);
  rmSync(at('out'), { recursive: true, force: true });
  mkdirSync(at('out'));
  succeed('bsdtar', ['-xf', at('edited.iso'), '-C', at('out')]);
  expect(readFileSync(at('out/BOOT/VMLINUZ'), 'utf8')).toBe('new\n');
  expect(readFileSync(at('out/BOOT/GRUB/GRUB.CFG'), 'utf8')).toContain('linux /boot/vmlinuz quiet nomodeset\n');
  // One archive, although the menu names the initrd twice.
  const initrd = readFileSync(at('out/BOOT/INITRD'));
  expect(initrd.toString('latin1').split('TRAILER!!!')).toHaveLength(2);
  const sums = ['GRUB/GRUB.CFG', 'INITRD'].map((path) => succeed('md5sum', [at(`out/BOOT/${path}`)]).slice(0, 32));
  expect(readFileSync(at('out/MD5SUM.TXT'), 'utf8')).toBe(
    `${sums[0]}  ./boot/grub/grub.cfg\n${sums[1]}  ./boot/initrd\n`,
  );
  const listed = judge('7z', ['l', '-ba', at('edited.iso')]).stdout;
  expect(listed.match(/ BOOT$/gm)).toHaveLength(1);
  const shown = judge('xorriso', ['-indev', at('edited.iso'), '-find', '/', '-type', 'd']).stdout;
  expect(shown.trim().split('\n').sort()).toEqual(["'/'", "'/BOOT'", "'/BOOT/GRUB'", "'/BOOT/NEW'"]);
});

oracle('genisoimage', 'isoinfo')('patterns, weights and identifiers with a version are found in any case too', () => {
  writeFileSync(at('weights'), '/boot/b 1\n');
  const added = ['--add', 'new:/boot/a', '--add', 'early/x:/boot/b', '--sort', 'weights'];
  const ended = edit(...added, '--remove', '/boot/grub/*.cfg', '--remove', 'BOOT/VMLINUZ.;1', '--loss', 'ignore');
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  expect(pathsOf('edited.iso')).toEqual([
    '/BOOT',
    '/BOOT/A.;1',
    '/BOOT/B.;1',
    '/BOOT/GRUB',
    '/BOOT/INITRD.;1',
    '/MD5SUM.TXT;1',
  ]);
  const bytes = readFileSync(at('edited.iso')).toString('latin1');
  expect(bytes.indexOf('\0x\n')).toBeLessThan(bytes.indexOf('\0new\n'));
  // Not `*`, which would match directories.
  expect(edit('--remove', '/boot/*;1').stderr).toContain('edit.no-match');
});

oracle('genisoimage', 'isoinfo')('an entry that exists in another case is not added again', () => {
  expect(edit('--add', 'new:/boot/Initrd').stderr).toContain('The image already has /BOOT/Initrd.');
});

oracle('genisoimage', 'isoinfo')('names that the disc cannot keep are reported', () => {
  const { status, stderr } = edit('--add', 'new:/boot/long-name.html', '--add', 'new:/boot/x');
  expect(status).toBe(0);
  expect(stderr).toContain('1 entry: /boot/long-name.html → LONG_NAM.HTM [edit.name]\n');
  expect(pathsOf('edited.iso')).toContain('/BOOT/LONG_NAM.HTM;1');
});

oracle('genisoimage', 'isoinfo')('a seed is refused if its reader would not find it', () => {
  for (const [seed, stored] of [
    ['nocloud=seed', 'nocloud/meta-data becomes META_DAT'],
    ['autoinstall=new', 'autoinstall.yaml becomes AUTOINST.YAM'],
    ['agama=new', 'agama/profile.json becomes PROFILE.JSO'],
  ] as const) {
    const ended = edit('--seed', seed);
    expect(ended.status).toBe(3);
    expect(ended.stderr).toContain(stored);
    expect(ended.stderr).toContain('edit.seed-name');
  }
  const found = edit('--seed', 'kickstart=new');
  expect(found.status).toBe(0);
  // Linux shows `ks.cfg`. That it has no mode is reported as for other added files.
  expect(found.stderr).toMatch(/\/ks\.cfg \[iso9660\.attributes\]/);
  expect(pathsOf('edited.iso')).toContain('/KS.CFG;1');
});

oracle('genisoimage', 'isoinfo')('names that differ in case alone stay different', () => {
  writeFileSync(at('tree/boot/Initrd'), 'other');
  const image = press('-iso-level', '4');
  rmSync(at('tree/boot/Initrd'));
  const ended = isopress(['edit', image, 'edited.iso', '--force', '--quiet', '--remove', '/boot/Initrd'], {
    cwd: scratch,
  });
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  expect(pathsOf('edited.iso').filter((path) => /initrd/i.test(path))).toEqual(['/boot/initrd']);
});

oracle('genisoimage', 'isoinfo')(
  'entries that one edit adds to a directory get different identifiers, also where their names are cut',
  () => {
    const image = press('-R', '-J');
    const start = 'a'.repeat(70);
    mkdirSync(at('many'), { recursive: true });
    for (const end of ['1', '2', '3']) writeFileSync(at(`many/${start}${end}`), end);
    const added = ['--add', 'many:/boot', '--add', 'many:/new', '--add', `new:/boot/${start}4`];
    expect(isopress(['edit', image, 'edited.iso', '--force', '--quiet', ...added], { cwd: scratch }).status).toBe(0);
    const joliet = succeed('isoinfo', ['-J', '-f', '-i', at('edited.iso')])
      .trim()
      .split('\n');
    for (const names of [pathsOf('edited.iso'), joliet]) {
      expect(names.filter((name) => /^\/(boot|new)\/aa/i.test(name))).toHaveLength(7);
      expect(new Set(names).size).toBe(names.length);
    }
  },
);
