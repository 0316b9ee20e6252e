// `isopress iso` in the spelling of mkisofs, beside xorriso and genisoimage with the very same words: what xorriso reports of
// both discs has to agree.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const put = (name: string, bytes: Uint8Array | string) => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), bytes);
};

const isolinux = noise(30_000, 8);
isolinux.set([0xfb, 0xc0, 0x78, 0x70], 64);
put('disc/isolinux/isolinux.bin', isolinux);
put('disc/boot/grub/i386-pc/eltorito.img', noise(30_000, 9));
put('disc/docs/read.me', 'read me\n');
put('disc/docs/secret.txt', 'secret\n');
put('disc/bin/tool', '#!/bin/sh\n');
put('other/sub/more.txt', 'more\n');
put('single.cfg', 'single\n');
put('odd=name', 'odd\n');
symlinkSync('single.cfg', at('link'));
spawnSync('mkfifo', [at('pipe')]);
put('excluded.list', `${at('disc/docs/secret.txt')}\n*.img\n`);
put('hidden.list', `${at('disc/docs')}\n`);
// As a disc that was extracted has it.
put('extracted/isolinux/isolinux.bin', isolinux);
put('extracted/isolinux/boot.cat', noise(2048, 3));
put('mbr.bin', new Uint8Array(432).fill(0x90));
chmodSync(at('disc/bin/tool'), 0o750);
chmodSync(at('disc/docs/secret.txt'), 0o600);
spawnSync('mkfs.vfat', ['-C', at('disc/boot/efi.img'), '2048'], {
  env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
});

const LOADED = ['-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'];
const ISOLINUX = ['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat', ...LOADED];
const GRUB = ['-b', 'boot/grub/i386-pc/eltorito.img', '-c', 'boot.cat', ...LOADED];
const EFI = ['-eltorito-alt-boot', '-e', 'boot/efi.img', '-no-emul-boot'];
const APPENDED = ['-append_partition', '2', '0xef', at('disc/boot/efi.img')];

const ours = (words: readonly string[], name = 'ours.iso') => {
  const done = isopress(['iso', '--force', '--quiet', '--loss', 'ignore', '-o', at(name), ...words]);
  expect(done).toMatchObject({ status: 0, stderr: '' });
  return at(name);
};
const theirs = (tool: readonly [string, ...string[]], words: readonly string[]) => {
  const [program, ...first] = tool;
  const { status, stderr } = judge(program, [...first, '-o', at('theirs.iso'), ...words]);
  expect(status, stderr).toBe(0);
  return at('theirs.iso');
};

/** xorriso's report without places and sizes, which every program lays out in its own way. */
function report(image: string): string[] {
  const { stdout } = judge('xorriso', ['-indev', image, '-report_el_torito', 'plain', '-report_system_area', 'plain']);
  return stdout.split('\n').flatMap((line) => {
    if (/^El Torito boot img/.test(line)) return [line.replace(/ +\d+$/, '')];
    if (/^MBR partition {2}/.test(line)) return [line.trim().split(/\s+/).slice(0, 6).join(' ')];
    return /^(El Torito img|System area summary|Partition offset|MBR heads|MBR secs)/.test(line) ? [line] : [];
  });
}

describe('the same words give the same ways to boot', () => {
  const XORRISO = ['xorriso', '-as', 'mkisofs'] as const;
  const cases: [string, readonly [string, ...string[]], string[]][] = [
    ['a CD of ISOLINUX', XORRISO, ISOLINUX],
    ['a CD of ISOLINUX, by genisoimage', ['genisoimage', '-quiet'], ISOLINUX],
    ['a CD for BIOS and UEFI', XORRISO, [...GRUB, ...EFI]],
    ['a CD for BIOS and UEFI, by genisoimage', ['genisoimage', '-quiet'], [...GRUB, ...EFI]],
    ['an isohybrid', XORRISO, [...ISOLINUX, '-isohybrid-mbr', at('mbr.bin')]],
    ['an isohybrid from block 16', XORRISO, [...ISOLINUX, '-isohybrid-mbr', at('mbr.bin'), '-partition_offset', '16']],
    ['an appended partition', XORRISO, ['-partition_offset', '16', ...APPENDED]],
    [
      'an appended partition as boot image',
      XORRISO,
      [
        ...['-partition_offset', '16', ...APPENDED],
        ...['-eltorito-alt-boot', '-e', '--interval:appended_partition_2:all::', '-no-emul-boot'],
      ],
    ],
    ['an entry that is not bootable', ['genisoimage', '-quiet'], [...GRUB, '-no-boot', '-boot-load-seg', '0x1000']],
  ];
  for (const [name, tool, boot] of cases) {
    oracle(
      tool[0],
      'xorriso',
      'mkfs.vfat',
    )(name, () => {
      const words = ['-V', 'LABEL', '-R', '-J', ...boot, at('disc')];
      const [mine, other] = [report(ours(words)), report(theirs(tool, words))];
      expect(mine.length).toBeGreaterThan(2);
      expect(mine).toEqual(other);
    });
  }
});

describe('the same words give the same files', () => {
  const listing = (image: string) =>
    judge('xorriso', ['-indev', image, '-find', '/', '-exec', 'lsdl', '--'])
      .stdout.split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [mode, , uid, gid, size] = line.trim().split(/\s+/);
        const isDirectory = mode!.startsWith('d');
        return `${mode} ${uid} ${gid} ${isDirectory ? '' : size} ${line.split("'").at(-2)}`;
      })
      .sort();
  const cases: [string, string[], string[]][] = [
    ['readable by all', ['-r'], [at('disc')]],
    ['as they are', ['-R'], [at('disc')]],
    ['names left out', ['-R', '-m', '*.txt'], [at('disc')]],
    ['several directories', ['-r'], [at('disc'), at('other')]],
    [
      'graft points',
      ['-r', '-graft-points'],
      [`/etc/cfg/one=${at('single.cfg')}`, `deep/er=${at('other')}`, at('disc')],
    ],
    ['graft points alone', ['-r', '-graft-points'], [`a/b=${at('other')}`]],
    ['a single file beside a directory', ['-r'], [at('disc'), at('single.cfg')]],
    [
      'graft points with signs in their names, and a source that is laid over another',
      ['-r', '-graft-points'],
      [`/=${at('disc')}`, `/docs=${at('other')}`, `/a\\=b/c=${at('odd=name')}`, `/docs/read.me=${at('single.cfg')}`],
    ],
    [
      'symbolic links and pipes as graft points',
      ['-R', '-graft-points'],
      [at('disc'), `l=${at('link')}`, `p=${at('pipe')}`],
    ],
    ['a list of names to leave out', ['-r', '-exclude-list', at('excluded.list')], [at('disc')]],
    ['a catalog in place of a file', ['-r', ...ISOLINUX], [at('extracted')]],
    [
      'a boot image that a graft point brings',
      ['-r', '-graft-points', ...ISOLINUX],
      [`/isolinux=${at('disc/isolinux')}`],
    ],
  ];
  for (const [name, words, sources] of cases) {
    oracle('xorriso')(name, () => {
      const all = [...words, ...sources];
      const mine = listing(ours(all));
      const other = listing(theirs(['xorriso', '-as', 'mkisofs'], all));
      expect(mine.length).toBeGreaterThan(2);
      expect(mine).toEqual(other);
    });
  }

  oracle('genisoimage', 'isoinfo')('a graft point that ends with a slash is a directory, as in mkisofs', () => {
    const words = ['-R', '-graft-points', `boot/=${at('single.cfg')}`, `/sub/er/=${at('link')}`, at('disc')];
    const shown = (image: string) => judge('isoinfo', ['-R', '-f', '-i', image]).stdout.trim().split('\n').sort();
    const mine = shown(ours(words));
    expect(mine).toEqual(expect.arrayContaining(['/boot/single.cfg', '/sub/er/link']));
    expect(mine).toEqual(shown(theirs(['genisoimage', '-quiet'], words)));
  });

  oracle('xorriso', 'setfattr')('a file of a graft point has the attributes that a scan finds', () => {
    put('noted', 'noted\n');
    expect(judge('setfattr', ['-n', 'user.note', '-v', 'kept', at('noted')]).status).toBe(0);
    const image = ours(['-R', '-graft-points', at('disc'), `f=${at('noted')}`]);
    const { stdout } = judge('xorriso', ['-xattr', 'user', '-indev', image, '-getfattr', '/f', '--']);
    expect(stdout).toContain('user.note="kept"');
  });

  oracle('genisoimage', 'isoinfo')('lists of names to hide, for each tree', () => {
    const shown = (image: string, view: string) =>
      judge('isoinfo', ['-i', image, view, '-f'])
        .stdout.split('\n')
        .filter((name) => /docs/i.test(name))
        .sort();
    for (const option of ['-hide-list', '-hide-joliet-list']) {
      const words = ['-R', '-J', option, at('hidden.list'), at('disc')];
      const [mine, other] = [ours(words), theirs(['genisoimage', '-quiet'], words)];
      for (const view of ['-R', '-J'])
        expect([option, view, shown(mine, view)]).toEqual([option, view, shown(other, view)]);
    }
  });

  oracle('isoinfo')('texts, Joliet only where it is asked for, and padding', () => {
    const texts = ['-V', 'LABEL', '-A', 'APP', '-publisher', 'PUB', '-p', 'PREP', '-sysid', 'LINUX', '-volset', 'SET'];
    const facts = (image: string) => {
      const { stdout } = judge('isoinfo', ['-d', '-i', image]);
      return stdout
        .split('\n')
        .filter((line) => /^(System|Volume|Volume set|Publisher|Data preparer|Application) id|Joliet/.test(line));
    };
    for (const words of [
      [...texts, '-R'],
      [...texts, '-R', '-J'],
    ]) {
      const all = [...words, at('disc')];
      expect(facts(ours(all))).toEqual(facts(theirs(['xorriso', '-as', 'mkisofs'], all)));
    }
    const unpadded = ours(['-R', '-no-pad', at('disc')]);
    const size = (image: string) =>
      Number(/Volume size is: (\d+)/.exec(judge('isoinfo', ['-d', '-i', image]).stdout)![1]);
    expect(size(ours(['-R', at('disc')], 'padded.iso')) - size(unpadded)).toBe(150);
  });
});

describe('options without an equivalent are refused by name', () => {
  test.each([
    ['-hfs'],
    ['-f', 'x'],
    ['-follow-links'],
    ['-append_partition', '3', '0x83', 'x'],
    ['-M', 'x'],
    ['-partition_offset', '32'],
    ['-input-charset', 'iso8859-1'],
    ['-as', 'cdrecord'],
  ])('%s', (...words) => {
    // -f alone is our own --force.
    const asked = words[0] === '-f' ? ['-L', ...words.slice(1)] : words;
    const done = isopress(['iso', ...asked, '-o', at('refused.iso'), at('disc')]);
    expect(done.status).toBe(2);
    expect(done.stderr).toContain(asked[0]!);
  });
});
