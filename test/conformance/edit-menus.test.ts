// Menus, seeds and lists of digests after isopress edit, also inside the EFI system partition: read by mtools, fsck and md5sum.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import {
  GRUB_MENU,
  type InstallerFiles,
  ISOLINUX_MENU,
  installerFiles,
  LABEL,
  pressLayout,
} from '../support/published-discs.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
let files: InstallerFiles;

beforeAll(() => {
  files = installerFiles(scratch);
  mkdirSync(at('nocloud'));
  for (const name of ['user-data', 'meta-data']) writeFileSync(at(`nocloud/${name}`), `${name}\n`);
  mkdirSync(at('initrd/etc'), { recursive: true });
  writeFileSync(at('initrd/etc/seen'), 'seen\n');
  writeFileSync(at('answers'), 'answers\n');
  const list = judge('sh', ['-c', 'find . -type f ! -name isolinux.bin ! -name eltorito.img -exec md5sum {} +'], {
    cwd: files.tree,
  });
  writeFileSync(join(files.tree, 'md5sum.txt'), list.stdout, 'latin1');
});

/** Edits a disc, and extracts the result. */
function edited(image: string, ...options: string[]): string {
  const name = at(`edited-${Math.abs(options.join().length)}-${image.split('/').at(-1)}`);
  const result = isopress(['edit', image, name, '--force', '--quiet', ...options], { cwd: scratch });
  // Of a label with a blank.
  expect(result).toMatchObject({ status: 0, stderr: expect.stringMatching(/^(loss: .* \[edit\.label\]\n)?$/) });
  const out = `${name}.d`;
  succeed('xorriso', ['-osirrox', 'on', '-indev', name, '-extract', '/', out]);
  return out;
}

const text = (path: string) => readFileSync(path, 'latin1');

oracle(
  'xorriso',
  'mtype',
  'fsck.vfat',
  'mkfs.vfat',
  'mcopy',
  'md5sum',
  'grub-script-check',
)('every menu has the change, and so have the lists', () => {
  const image = pressLayout('debian', files, at('menus.iso'));
  const out = edited(
    image,
    ...['--kernel-args', '+console=ttyS0 -quiet', '--timeout', '3', '--volume-id', 'OTHER LABEL'],
    ...['--seed', 'nocloud=nocloud', '--initrd-append', 'initrd'],
  );
  const grub = GRUB_MENU.replace('timeout=30', 'timeout=3')
    .replace(`'${LABEL}'`, "'OTHER LABEL'")
    .replace(
      `root=live:CDLABEL=${LABEL} vga=788 --- quiet`,
      "'root=live:CDLABEL=OTHER LABEL' vga=788 console=ttyS0 'ds=nocloud;s=/cdrom/nocloud/' ---",
    );
  expect(judge('grub-script-check', [], { input: grub })).toMatchObject({ status: 0, stderr: '' });
  for (const path of ['boot/grub/grub.cfg', 'boot/grub/loopback.cfg']) expect(text(join(out, path)), path).toBe(grub);
  expect(text(join(out, 'isolinux/isolinux.cfg'))).toBe(
    ISOLINUX_MENU.replace('timeout 300', 'timeout 30').replace(
      '--- quiet',
      'console=ttyS0 ds=nocloud;s=/cdrom/nocloud/ ---',
    ),
  );
  const esp = join(out, 'boot/grub/efi.img');
  expect(judge('fsck.vfat', ['-n', esp])).toMatchObject({ status: 0 });
  expect(succeed('mtype', ['-i', esp, '::/boot/grub/grub.cfg'])).toBe(grub);
  expect(text(join(out, 'nocloud/user-data'))).toBe('user-data\n');
  expect(judge('md5sum', ['-c', '--quiet', 'md5sum.txt'], { cwd: out })).toMatchObject({ status: 0 });
  const initrd = readFileSync(join(out, 'install/initrd.gz'));
  expect(initrd.subarray(0, 300_001)).toEqual(readFileSync(join(files.tree, 'install/initrd.gz')));
  // Zeros up to four bytes, and four more, without which Linux takes an archive after LZ4 for a block of it.
  expect([...initrd.subarray(300_001, 300_008)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  writeFileSync(at('appended.cpio'), initrd.subarray(300_008));
  expect(succeed('bsdtar', ['-tf', at('appended.cpio')])).toBe('etc\netc/seen\n');
});

const SEEDS = [
  ['nocloud', 'nocloud', 'nocloud/meta-data', 'ds=nocloud;s=/cdrom/nocloud/'],
  ['autoinstall', 'answers', 'autoinstall.yaml', 'autoinstall'],
  ['kickstart', 'answers', 'ks.cfg', `inst.ks=hd:LABEL=${LABEL}:/ks.cfg`],
  ['preseed', 'answers', 'preseed.cfg', 'auto=true priority=critical file=/cdrom/preseed.cfg'],
  ['agama', 'answers', 'agama/profile.json', 'inst.auto=file:///run/initramfs/live/agama/profile.json'],
] as const;

describe('each seed is where its system looks', () => {
  oracle(
    'xorriso',
    'mkfs.vfat',
    'mcopy',
  )('with the argument that makes it look', () => {
    const image = pressLayout('alpine', files, at('seeds.iso'));
    const out = edited(image, ...SEEDS.flatMap(([kind, source]) => ['--seed', `${kind}=${source}`]));
    for (const [, source, place] of SEEDS) {
      expect(text(join(out, place)), place).toBe(source === 'answers' ? 'answers\n' : 'meta-data\n');
    }
    const added = SEEDS.map(([, , , words]) => words).join(' ');
    expect(text(join(out, 'isolinux/isolinux.cfg'))).toContain(` ${added} --- quiet\n`);
  });
  oracle('xorriso')('in place of arguments that make it look elsewhere, as often as it is given', () => {
    const kernel =
      'quiet inst.ks=cdrom:/old.cfg ks=http://x/y ds=nocloud-net;s=http://x/ auto=false file=/cdrom/x --- ds=x z';
    mkdirSync(at('other/isolinux'), { recursive: true });
    writeFileSync(at('other/isolinux/isolinux.cfg'), `label x\n kernel /v\n append ${kernel}\n`);
    const image = at('other.iso');
    succeed('xorriso', ['-as', 'mkisofs', '-quiet', '-r', '-J', '-V', LABEL, '-o', image, at('other')]);
    const seeds = SEEDS.slice(2, 4).flatMap(([kind, source]) => ['--seed', `${kind}=${source}`]);
    const out = edited(image, ...seeds, '--seed', 'nocloud=nocloud');
    const words = `${SEEDS[2][3]} ${SEEDS[3][3]} ${SEEDS[0][3]}`;
    const expected = `label x\n kernel /v\n append quiet ${words} --- z\n`;
    expect(text(join(out, 'isolinux/isolinux.cfg'))).toBe(expected);
    const again = edited(
      out.replace(/\.d$/, ''),
      ...['--remove', '/ks.cfg', '--remove', '/preseed.cfg', '--remove', '/nocloud'],
      ...[...seeds, '--seed', 'nocloud=nocloud'],
    );
    expect(text(join(again, 'isolinux/isolinux.cfg'))).toBe(expected);
  });
  oracle(
    'xorriso',
    'mkfs.vfat',
    'mcopy',
  )('for combustion and ignition on a medium of that label', () => {
    const image = pressLayout('suse', files, at('combustion.iso'));
    const out = edited(image, '--seed', 'combustion=answers', '--seed', 'ignition=answers', '--volume-id', 'ignition');
    const places = ['combustion/script', 'ignition/config.ign'];
    expect(places.map((place) => text(join(out, place)))).toEqual(['answers\n', 'answers\n']);
  });
});

oracle(
  'xorriso',
  'mtype',
  'fsck.vfat',
  'mkfs.vfat',
  'mcopy',
  'sgdisk',
)('the menu in an appended partition is changed there', () => {
  const image = pressLayout('arch', files, at('appended.iso'));
  const name = at('appended.edited.iso');
  const options = ['--kernel-args', '+a=1', '--add', 'nocloud:/many', '--force', '--quiet'];
  expect(isopress(['edit', image, name, ...options], { cwd: scratch })).toMatchObject({ status: 0, stderr: '' });
  const [, start, end] = /^ {3}2 +(\d+) +(\d+)/m.exec(succeed('sgdisk', ['-p', name]))!;
  writeFileSync(at('esp.img'), readFileSync(name).subarray(Number(start) * 512, (Number(end) + 1) * 512));
  expect(judge('fsck.vfat', ['-n', at('esp.img')])).toMatchObject({ status: 0 });
  expect(succeed('mtype', ['-i', at('esp.img'), '::/boot/grub/grub.cfg'])).toContain('vga=788 a=1 --- quiet');
});

oracle(
  'xorriso',
  'mtype',
  'fsck.vfat',
  'mkfs.vfat',
  'mcopy',
  'bsdtar',
)('systemd-boot in a partition: entries, default and timeout change there, and its initrd is a loss', () => {
  const esp = at('systemd-boot.img');
  mkdirSync(at('loader/loader/entries'), { recursive: true });
  mkdirSync(at('loader/arch'), { recursive: true });
  const entry = (name: string) =>
    `title    Arch ${name}\nsort-key 01\nlinux    /arch/vmlinuz\ninitrd   /arch/ucode.img\ninitrd   /arch/initrd\noptions  archisobasedir=arch archisolabel=${LABEL} ${name}\n`;
  writeFileSync(at('loader/loader/loader.conf'), 'timeout 15\ndefault 01-arch.conf\nbeep on\n');
  for (const name of ['01-arch', '02-speech']) writeFileSync(at(`loader/loader/entries/${name}.conf`), entry(name));
  for (const name of ['vmlinuz', 'ucode.img', 'initrd']) writeFileSync(at(`loader/arch/${name}`), `${name}\n`);
  succeed('mkfs.vfat', ['-C', '-i', '12345678', esp, '1440']);
  succeed('mcopy', ['-s', '-i', esp, at('loader/loader'), at('loader/arch'), '::/']);
  const image = at('systemd-boot.iso');
  const boot = ['-append_partition', '2', '0xef', esp, '-e', '--interval:appended_partition_2:all::', '-no-emul-boot'];
  succeed('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-J', '-V', LABEL, '-o', image, ...boot, at('loader')]);
  const changes = ['--kernel-args', '+console=ttyS0', '--volume-id', 'OTHER', '--default-entry', 'Arch 02-speech'];
  const words = ['edit', image, at('systemd-boot.edited.iso'), '--quiet', ...changes, '--timeout', '0'];
  const result = isopress([...words, '--initrd-append', 'initrd'], { cwd: scratch });
  expect(result).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^loss: .* 2 entries: .*\[edit\.initrd-image\]\n$/),
  });
  succeed('bsdtar', ['-xf', at('systemd-boot.edited.iso'), '-C', at('loader')]);
  const edited = readFileSync(at('systemd-boot.edited.iso'));
  const [, start, blocks] = /^El Torito boot img : +1 .* (\d+) +(\d+)$/m
    .exec(succeed('xorriso', ['-indev', at('systemd-boot.edited.iso'), '-report_el_torito', 'plain']))!
    .map(Number);
  writeFileSync(esp, edited.subarray(blocks! * 2048, blocks! * 2048 + start! * 512));
  expect(judge('fsck.vfat', ['-n', esp])).toMatchObject({ status: 0 });
  for (const read of [
    (path: string) => text(at(`loader${path}`)),
    (path: string) => succeed('mtype', ['-i', esp, `::${path}`]),
  ]) {
    expect(read('/loader/loader.conf')).toBe('timeout 0\ndefault 02-speech.conf\nbeep on\n');
    for (const name of ['01-arch', '02-speech']) {
      expect(read(`/loader/entries/${name}.conf`)).toBe(
        entry(name).replace(LABEL, 'OTHER').replace(/\n$/, ' console=ttyS0\n'),
      );
    }
  }
  expect(readFileSync(at('loader/arch/initrd')).subarray(0, 7).toString()).toBe('initrd\n');
  expect(readFileSync(at('loader/arch/initrd')).length).toBeGreaterThan(300);
});

/** A disc with the menus of three boot loaders, each with its own entries. */
function mixedDisc(): string {
  for (const folder of ['boot/grub', 'isolinux', 'loader/entries'])
    mkdirSync(at(`mixed/${folder}`), { recursive: true });
  const menus = {
    'boot/grub/grub.cfg': `set default=0
source $prefix/more.cfg
menuentry --hotkey=l 'Live system' --id live { linux /live/vmlinuz }
`,
    'boot/grub/more.cfg': "menuentry 'Rescue mode' --id rescue { linux /live/vmlinuz single }\n",
    'isolinux/isolinux.cfg': 'default vesamenu.c32\ninclude menu.cfg\n',
    'isolinux/menu.cfg': `label live
 menu label ^Live system
 menu default
 kernel /live/vmlinuz
label install
 menu label Rescue ^mode
 kernel /live/vmlinuz
`,
    'loader/loader.conf': 'default live.conf\n',
    'loader/entries/live.conf': 'title Live system\nlinux /live/vmlinuz\n',
  };
  for (const [path, menu] of Object.entries(menus)) writeFileSync(at(`mixed/${path}`), menu);
  const image = at('mixed.iso');
  succeed('xorriso', ['-as', 'mkisofs', '-quiet', '-r', '-J', '-V', LABEL, '-o', image, at('mixed')]);
  return image;
}

describe('the default entry is set in the menus that have it, and the others are named', () => {
  oracle('xorriso', 'grub-script-check')('by the rules of GRUB, ISOLINUX and systemd-boot', () => {
    const image = mixedDisc();
    for (const [entry, grub, isolinux, loader] of [
      ['Rescue mode', 'Rescue mode', 'install', undefined],
      ['Live system', 'Live system', 'live', 'live.conf'],
      ['install', undefined, 'install', undefined],
      ['rescue', 'rescue', undefined, undefined],
      ['1', '1', 'install', undefined],
      ['live.conf', undefined, undefined, 'live.conf'],
    ] as const) {
      const expected = [
        ...[
          { menu: '/boot/grub/grub.cfg', entry: grub },
          { menu: '/isolinux/isolinux.cfg', entry: isolinux },
        ],
        { menu: '/loader/loader.conf', entry: loader },
      ];
      const name = at('mixed.edited.iso');
      const words = ['edit', image, name, '--force', '--default-entry', entry];
      const planned = isopress([...words, '--plan', '--json']);
      const { layout } = JSON.parse(planned.stdout.toString());
      const having = expected.filter((one) => one.entry !== undefined);
      const key = ({ menu }: { menu: string }) => menu;
      expect(
        layout.defaultEntries.sort((a: { menu: string }, b: { menu: string }) => a.menu.localeCompare(b.menu)),
      ).toEqual(having);
      const lacking = expected.filter((one) => one.entry === undefined).map(key);
      const losses = layout.losses.filter(({ code }: { code: string }) => code === 'edit.default-entry');
      expect(losses.flatMap(({ examples }: { examples: string[] }) => examples).sort(), entry).toEqual(lacking);
      const { status, stderr } = isopress([...words, '--quiet', ...(lacking.length > 0 ? [] : ['--loss', 'error'])]);
      expect({ status, named: lacking.filter((path) => !stderr.includes(path)) }).toEqual({ status: 0, named: [] });
      const out = at(`mixed.${entry}.d`);
      succeed('xorriso', ['-osirrox', 'on', '-indev', name, '-extract', '/', out]);
      const menu = (path: string) => text(join(out, path));
      const old = (path: string) => text(at(`mixed/${path}`));
      const quoted = grub?.includes(' ') ? `'${grub}'` : grub;
      expect(menu('boot/grub/grub.cfg')).toBe(old('boot/grub/grub.cfg').replace('=0', `=${quoted ?? 0}`));
      expect(judge('grub-script-check', [], { input: menu('boot/grub/grub.cfg') })).toMatchObject({ status: 0 });
      const marked = /^label (\w+)[ \t]*\n +menu default$/m.exec(menu('isolinux/menu.cfg'))?.[1];
      if (isolinux) expect(marked, entry).toBe(isolinux);
      else expect(menu('isolinux/menu.cfg'), entry).toBe(old('isolinux/menu.cfg'));
      expect(menu('isolinux/isolinux.cfg')).toBe(old('isolinux/isolinux.cfg'));
      expect(menu('loader/loader.conf')).toBe('default live.conf\n'.replace('live.conf', loader ?? 'live.conf'));
    }
  });
});
