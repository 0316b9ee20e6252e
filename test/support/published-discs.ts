// Replicas of published installers: small files in the layouts that distributions make with the options of their own builds.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { EFI_PARTITION, GRUB } from '../../bench/boot-entries.js';
import { judge } from './oracle.js';
import { noise } from './trees.js';

export const LABEL = 'INSTALLER_1';
/** By which ISOLINUX's boot code finds its image. */
const ISOLINUX_MARK = Uint8Array.of(0xfb, 0xc0, 0x78, 0x70);

export const GRUB_MENU = `set timeout=30
search --no-floppy --set=root --label '${LABEL}'
menuentry "Install" {
  linux /install/vmlinuz root=live:CDLABEL=${LABEL} vga=788 --- quiet
  initrd /install/initrd.gz
}
menuentry 'Memory test' {
  linux16 /boot/memtest86+x64.bin
}
`;
export const ISOLINUX_MENU = `default install
timeout 300
label install
  kernel /install/vmlinuz
  append vga=788 initrd=/install/initrd.gz --- quiet
label memtest
  kernel memtest
`;

/** Files of an installer, and a FAT image with a separate menu. */
export interface InstallerFiles {
  readonly tree: string;
  readonly esp: string;
  /** Boot code for disks. */
  readonly code: string;
}

/** Writes the files. The boot images need no code of others: their makers look at marks in them only. */
export function installerFiles(scratch: string): InstallerFiles {
  const tree = join(scratch, 'installer');
  const write = (path: string, bytes: string | Uint8Array) => {
    mkdirSync(join(tree, path, '..'), { recursive: true });
    writeFileSync(join(tree, path), bytes);
  };
  const isolinux = noise(24_576, 1);
  isolinux.set(ISOLINUX_MARK, 64);
  write('isolinux/isolinux.bin', isolinux);
  write('isolinux/isolinux.cfg', ISOLINUX_MENU);
  write('boot/grub/eltorito.img', noise(30_000, 2));
  write('boot/grub/grub.cfg', GRUB_MENU);
  write('boot/grub/loopback.cfg', GRUB_MENU);
  write('install/vmlinuz', noise(200_000, 3));
  write('install/initrd.gz', noise(300_001, 4));
  write('deep/a/b/c/d', 'deep\n');
  for (let i = 0; i < 60; i++) write(`pool/A package with a long name ${i}.deb`, `package ${i}\n`);
  symlinkSync('vmlinuz', join(tree, 'install/linux'));
  const esp = join(scratch, 'efi.img');
  const menu = join(scratch, 'esp-grub.cfg');
  writeFileSync(menu, GRUB_MENU);
  run('mkfs.vfat', '-C', '-n', 'ESP', '-i', '12345678', esp, '1440');
  run('mmd', '-i', esp, '::/EFI', '::/EFI/BOOT', '::/boot', '::/boot/grub');
  run('mcopy', '-i', esp, join(tree, 'install/vmlinuz'), '::/EFI/BOOT/BOOTX64.EFI');
  run('mcopy', '-i', esp, menu, '::/boot/grub/grub.cfg');
  run('cp', esp, join(tree, 'boot/grub/efi.img'));
  const code = join(scratch, 'mbr.bin');
  // A map of Apple partitions is written over boot code that begins with instructions without effect.
  const instructions = noise(432, 5);
  instructions.set([0x33, 0xed, ...new Array<number>(30).fill(0x90)]);
  writeFileSync(code, instructions);
  return { tree, esp, code };
}

const ISOLINUX = [
  '-b',
  'isolinux/isolinux.bin',
  '-c',
  'isolinux/boot.cat',
  '-no-emul-boot',
  '-boot-load-size',
  '4',
  '-boot-info-table',
];
const EFI_FILE = ['-eltorito-alt-boot', '-e', 'boot/grub/efi.img', '-no-emul-boot'];
const ESP_GUID = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';

/** Options of mkisofs in the way of each project; ESP and CODE stand for files. */
export const LAYOUTS = {
  debian: [
    '-r',
    '-J',
    '-joliet-long',
    '-cache-inodes',
    '-isohybrid-mbr',
    'CODE',
    ...ISOLINUX,
    ...EFI_FILE,
    '-isohybrid-gpt-basdat',
    '-isohybrid-apm-hfsplus',
  ],
  ubuntu: [
    '-r',
    '-J',
    '-joliet-long',
    '-l',
    '-iso-level',
    '3',
    '--grub2-mbr',
    'CODE',
    '--protective-msdos-label',
    '-partition_cyl_align',
    'off',
    '-partition_offset',
    '16',
    '--mbr-force-bootable',
    '-append_partition',
    '2',
    ESP_GUID,
    'ESP',
    '-appended_part_as_gpt',
    '-iso_mbr_part_type',
    'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
    ...GRUB,
    ...EFI_PARTITION,
  ],
  arch: [
    '-R',
    '-full-iso9660-filenames',
    '-joliet',
    '-joliet-long',
    '-rational-rock',
    '-isohybrid-mbr',
    'CODE',
    ...ISOLINUX,
    '--mbr-force-bootable',
    '-partition_offset',
    '16',
    '-append_partition',
    '2',
    ESP_GUID,
    'ESP',
    '-appended_part_as_gpt',
    ...EFI_PARTITION,
  ],
  alpine: ['-R', '-J', '-isohybrid-mbr', 'CODE', ...ISOLINUX, ...EFI_FILE, '-isohybrid-gpt-basdat'],
  suse: [
    '-R',
    '-J',
    '-f',
    '-pad',
    '-joliet-long',
    '-no-emul-boot',
    '--grub2-mbr',
    'CODE',
    ...GRUB,
    ...EFI_FILE,
    '-append_partition',
    '2',
    '0xef',
    'ESP',
  ],
  /** As grub-mkrescue makes them: with HFS+ over all files, for Macs. */
  rescue: [
    '-r',
    '-J',
    '-hfsplus',
    '-apm-block-size',
    '2048',
    '--grub2-mbr',
    'CODE',
    '-partition_offset',
    '16',
    '--protective-msdos-label',
    ...GRUB,
    ...EFI_FILE,
  ],
  /** As rescue, with the system partition in all three tables. */
  proxmox: [
    ...['-r', '-J', '-hfsplus', '-apm-block-size', '2048', '--grub2-mbr', 'CODE', '-partition_offset', '16'],
    ...['--protective-msdos-label', '-efi-boot-part', '--efi-boot-image', ...GRUB, ...EFI_FILE],
  ],
  fedora: [
    ...['-R', '-J', '-joliet-long', '--grub2-mbr', 'CODE', '-partition_offset', '16', '-appended_part_as_gpt'],
    ...['-append_partition', '2', ESP_GUID, 'ESP', '-iso_mbr_part_type', 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7'],
    ...[...GRUB, ...EFI_PARTITION],
  ],
  kiwi: [
    '-R',
    '-J',
    '-f',
    '-pad',
    '-joliet-long',
    '-partition_offset',
    '16',
    '--grub2-mbr',
    'CODE',
    ...GRUB,
    '-iso_mbr_part_type',
    '0x83',
    '-append_partition',
    '2',
    '0xef',
    'ESP',
    ...EFI_PARTITION,
  ],
} as const;

/** Presses one of the layouts with xorriso. */
export function pressLayout(name: keyof typeof LAYOUTS, { tree, esp, code }: InstallerFiles, image: string): string {
  const given: Readonly<Record<string, string>> = { ESP: esp, CODE: code };
  const options = LAYOUTS[name].map((word) => given[word] ?? word);
  run('xorriso', '-as', 'mkisofs', '-quiet', '-V', LABEL, '-o', image, ...options, tree);
  return image;
}

/** Presses the layout of Anaconda's media with genisoimage, and implants the digest for checkisomd5. */
export function pressFedora({ tree }: InstallerFiles, image: string): string {
  run('genisoimage', '-quiet', '-R', '-J', '-T', '-V', LABEL, '-o', image, ...ISOLINUX, ...EFI_FILE, tree);
  run('implantisomd5', image);
  return image;
}

/** Presses the layout of earlier media of Anaconda: ISOLINUX's boot code, and a GPT with the system partition. */
export function pressIsohybrid({ tree }: InstallerFiles, image: string): string {
  run('genisoimage', '-quiet', '-R', '-J', '-T', '-V', LABEL, '-o', image, ...ISOLINUX, ...EFI_FILE, tree);
  run('isohybrid', '--uefi', image);
  return image;
}

function run(tool: string, ...args: string[]): void {
  const { status, stderr } = judge(tool, args);
  expect(status, `${tool} ${args.join(' ')}\n${stderr}`).toBe(0);
}
