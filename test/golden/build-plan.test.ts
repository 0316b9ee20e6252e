// Goldens of what `isopress build --plan` says before the layout: what will be done, and why. The layout itself depends on the GRUB
// of this machine, which the small root tree has; so do the numbers that are replaced here.
import { copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub, hasIsolinux, listing } from '../support/small-root.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const target = hasGrub ? small.directory() : '';

const USUAL = `small 1.0.0
  description            /description/config.xml  (schema version 8.0, read as kiwi-10)
  profiles               none  (those it imports)
  root tree              /root  (only read)
  machine                x86_64  (that of the programs in the root tree)
  time                   1700000000  (the newest of the root tree)
  firmware               efi  (config.xml, line 2)
  boot loaders           grub  (the usual one of kiwi-10)
  partition table        gpt  (the usual one of kiwi-10)
  EFI system partition   20 MiB  (the usual one of kiwi-10)
  kernel                 boot/vmlinuz-6.1.0  (the first that has modules)
  medium id              0x5358326c  (drawn from the time)
  initrd                 /initrd  (as asked for; dracut is not run)
  root image             ext4 of N MiB in a squashfs, profile boot  (half as much again as the content, and two inodes for each entry; Linux 6.1.0, no e2fsprogs: can use metadata_csum and 64bit)
  compression            gzip, level N, by ENGINE  (config.xml, line 2)
  SELinux labels         none  (the root tree has no policy)
  media check            none  (the description does not ask for one)
  results                /out1/small.x86_64-1.0.0.iso  (and .packages, .verified, isopress.result.json next to it)`;

const OLD = `small 1.0.0
  description            /description/config.xml  (schema version 7.2, read as kiwi-9.20)
  profiles               none  (those it imports)
  root tree              /root  (only read)
  machine                x86_64  (that of the programs in the root tree)
  time                   0  (as asked for)
  firmware               efi  (attribute firmware given as an option)
  boot loaders           isolinux+grub  (as asked for)
  partition table        mbr  (ISOLINUX takes an MBR)
  EFI system partition   15 MiB  (the usual one of kiwi-9.20)
  kernel                 boot/vmlinuz-6.1.0  (the first that has modules)
  medium id              0xd963c3e4  (drawn from the time)
  initrd                 /initrd  (as asked for; dracut is not run)
  root image             ext4 of N MiB in a squashfs, profile boot  (1024 MiB more than half as much again as the content, and two inodes for each entry; Linux 6.1.0, no e2fsprogs: can use metadata_csum and 64bit)
  compression            gzip, level N, by ENGINE  (as asked for)
  SELinux labels         none  (the root tree has no policy)
  media check            SUSE media-check tag  (config.xml, line 4)
  results                /out1/small.x86_64-1.0.0.iso  (and .packages, .verified, isopress.result.json next to it)`;

const DIRECT = `small 1.0.0
  description            /description/config.xml  (schema version 8.0, read as kiwi-10 as asked for)
  profiles               none  (those it imports)
  root tree              an archive  (only read)
  machine                x86_64  (that of the programs in the root tree)
  time                   1700000000  (the newest of the root tree)
  firmware               efi  (config.xml, line 2)
  boot loaders           grub  (as asked for)
  partition table        mbr  (config.xml, line 2)
  EFI system partition   24 MiB  (config.xml, line 2)
  kernel                 boot/vmlinuz-6.1.0  (the first that has modules)
  medium id              0x5358326c  (drawn from the time)
  initrd                 /initrd  (as asked for; dracut is not run)
  root image             a squashfs that is the root itself  (config.xml, line 2)
  compression            gzip, level N, by ENGINE  (config.xml, line 2)
  SELinux labels         none  (the root tree has no policy)
  media check            Red Hat media-check tag  (as asked for)
  results                /out1/small.x86_64-1.0.0.iso  (and .packages, .verified, isopress.result.json next to it)`;

/** The output before the layout. */
function planned(more: readonly string[], root = small.root): string {
  const args = ['build', '--description', small.description, '--root', root, '--target-dir', target];
  const { status, stdout, stderr } = isopress([
    ...args,
    '--initrd',
    small.initrd,
    '--plan',
    '--progress',
    'none',
    ...more,
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(readdirSync(target)).toEqual([]);
  const [decisions, layout] = stdout.split('\nlayout\n');
  expect(layout).toContain('appended ESP');
  return decisions!
    .replaceAll(scratch, '')
    .replace(/ext4 of \d+ MiB/, 'ext4 of N MiB')
    .replace(/, level \d+, by \S+/, ', level N, by ENGINE');
}

describe.runIf(hasGrub && hasIsolinux)('the plan', () => {
  test('of a description with defaults only', () => {
    small.describe('firmware="efi"');
    const before = listing(small.root);
    expect(planned([])).toBe(USUAL);
    expect(listing(small.root)).toBe(before);
  });

  test('of an old description, with what the command line replaces', () => {
    writeFileSync(
      join(small.description, 'config.xml'),
      `<image schemaversion="7.2" name="small" displayname="Small">
       <description type="system"><author>a</author><contact>c</contact><specification>s</specification></description>
       <preferences><packagemanager>zypper</packagemanager><version>1.0.0</version>
       <type image="iso" flags="overlay" mediacheck="true" squashfscompression="lz4">
       <size unit="G" additive="true">1</size></type></preferences>
       <packages type="image"><package name="dracut-kiwi-live"/></packages></image>`,
    );
    expect(
      planned([
        '--compression',
        'gzip',
        '--epoch',
        '0',
        '--set-type-attr',
        'firmware=efi',
        '--layout',
        'isolinux+grub',
      ]),
    ).toBe(OLD);
  });

  oracle('busybox', 'unshare')('of an initrd that dracut is to make, and how it can', () => {
    small.describe('firmware="efi"');
    const root = join(scratch, 'with-programs');
    cpSync(small.root, root, { recursive: true, verbatimSymlinks: true });
    mkdirSync(join(root, 'usr/lib/dracut/modules.d/90kiwi-live'), { recursive: true });
    for (const name of ['busybox', 'true']) copyFileSync('/bin/busybox', join(root, 'usr/bin', name));
    const args = ['--root', root, '--target-dir', target, '--plan', '--progress', 'none'];
    const { status, stdout, stderr } = isopress(['build', '--description', small.description, ...args]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      process.getuid?.() === 0
        ? /^ {2}initrd {17}by dracut, chroot {2}\(this user may enter the root tree by chroot\)$/m
        : /^ {2}initrd {17}by dracut, userns {2}\(chroot is not permitted to this user, user namespaces are\)$/m,
    );
  });

  oracle('tar')('of an archive whose squashfs is the root itself', () => {
    small.describe('firmware="efi" filesystem="squashfs" efifatimagesize="24" efiparttable="msdos"');
    const archive = join(scratch, 'root.tar');
    judge('tar', ['--format=posix', '-C', small.root, '-cf', archive, '.']);
    expect(planned(['--media-check', 'rh', '--layout', 'grub', '--generation', 'kiwi-10'], archive)).toBe(DIRECT);
  });
});
