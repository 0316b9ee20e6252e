// Small installers with real boot loaders, a distribution's kernel and an initrd that says how it was started, in the layouts of published ones.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { findKernel, packGuest } from './guest.js';
import { judge } from './oracle.js';
import type { InstallerFiles } from './published-discs.js';

/** The last line on the serial port. */
export const INSTALLER_END = 'isopress: installer done';
const CONSOLE = 'console=ttyS0 quiet';
/** Drivers of every medium that a machine has: CD, disk, stick. */
const MODULES = [
  'virtio_pci',
  'virtio_blk',
  'ahci',
  'sr_mod',
  'sd_mod',
  'xhci_pci',
  'usb_storage',
  'isofs',
  'nls_utf8',
];

const MENU = `serial --speed=115200
terminal_input serial
terminal_output serial
set timeout=0
menuentry "Install" {
  linux /install/vmlinuz ${CONSOLE}
  initrd /install/initrd.gz
}
menuentry "Rescue" {
  linux /install/vmlinuz ${CONSOLE} rescue
  initrd /install/initrd.gz
}
`;
const ISOLINUX_MENU = `SERIAL 0 115200
PROMPT 1
TIMEOUT 5
DEFAULT install
LABEL install
  KERNEL /install/vmlinuz
  APPEND initrd=/install/initrd.gz ${CONSOLE}
LABEL Rescue
  KERNEL /install/vmlinuz
  APPEND initrd=/install/initrd.gz ${CONSOLE} rescue
`;
/** In the EFI program: finds the medium by a file, as GRUB of installers does. */
const EARLY = `search --no-floppy --set=root --file /install/vmlinuz
set prefix=($root)/boot/grub
configfile /boot/grub/grub.cfg
`;

/** Finds the medium by its label, and shows the command line, the label and a file. */
const script = (shown: string) => (modules: readonly string[]) =>
  `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
${modules.map((name) => `insmod /modules/${name}`).join('\n')}
for i in 1 2 3 4 5 6 7 8 9 10; do
  for device in /dev/sr0 /dev/vda /dev/sda; do
    [ -b $device ] && mount -r -t iso9660 $device /mnt 2>/dev/null && break 2
  done
  sleep 1
done
echo "cmdline: $(cat /proc/cmdline)"
echo "device: $device"
echo "shown: $(cat /mnt${shown})"
echo '${INSTALLER_END}'
poweroff -f
`;

/** Writes the files; `shown` is the path of the file that the guest shows. */
export function bootableInstaller(scratch: string, shown: string): InstallerFiles {
  const tree = join(scratch, 'bootable');
  const at = (path: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    return join(tree, path);
  };
  const kernel = findKernel()!;
  cpSync(kernel.image, at('install/vmlinuz'));
  cpSync(
    packGuest(kernel, { modules: MODULES, script: script(shown) }, join(scratch, 'installer-initrd')),
    at('install/initrd.gz'),
  );
  cpSync('/usr/lib/ISOLINUX/isolinux.bin', at('isolinux/isolinux.bin'));
  cpSync('/usr/lib/syslinux/modules/bios/ldlinux.c32', at('isolinux/ldlinux.c32'));
  writeFileSync(at('isolinux/isolinux.cfg'), ISOLINUX_MENU);
  writeFileSync(at('boot/grub/grub.cfg'), MENU);
  const common = ['iso9660', 'normal', 'linux', 'serial', 'terminal', 'configfile', 'search', 'search_fs_file'];
  const early = join(scratch, 'early.cfg');
  writeFileSync(early, EARLY);
  run(
    'grub-mkimage',
    '-O',
    'i386-pc-eltorito',
    '-p',
    '/boot/grub',
    '-o',
    at('boot/grub/eltorito.img'),
    ...common,
    'biosdisk',
    'part_gpt',
    'part_msdos',
  );
  const efi = join(scratch, 'BOOTX64.EFI');
  run(
    'grub-mkimage',
    '-O',
    'x86_64-efi',
    '-p',
    '/boot/grub',
    '-c',
    early,
    '-o',
    efi,
    ...common,
    'part_gpt',
    'part_msdos',
    'fat',
  );
  const esp = join(scratch, 'bootable-efi.img');
  run('mkfs.vfat', '-C', '-n', 'ESP', '-i', '12345678', esp, '2880');
  run('mmd', '-i', esp, '::/EFI', '::/EFI/BOOT');
  run('mcopy', '-i', esp, efi, '::/EFI/BOOT/BOOTX64.EFI');
  cpSync(esp, at('boot/grub/efi.img'));
  return { tree, esp, code: '/usr/lib/grub/i386-pc/boot_hybrid.img' };
}

/** The same with the boot code of ISOLINUX for disks. */
export function withIsolinuxCode(files: InstallerFiles): InstallerFiles {
  return { ...files, code: '/usr/lib/ISOLINUX/isohdpfx.bin' };
}

function run(tool: string, ...args: string[]): void {
  const { status, stderr } = judge(tool, args);
  expect(status, `${tool} ${args.join(' ')}\n${stderr}`).toBe(0);
}
