// Debian's installer finds and applies the preseed file that an edit puts on its disc. Takes ISOPRESS_BOOT=all.
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { plainText } from '../support/boot-entries.js';
import { bootableInstaller, withIsolinuxCode } from '../support/bootable-installer.js';
import { isopress } from '../support/command.js';
import { findKernel } from '../support/guest.js';
import { oracle } from '../support/oracle.js';
import { pressLayout } from '../support/published-discs.js';
import { bootUntil, missingForBoot } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';
import { hasGrub, hasIsolinux } from '../support/small-root.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const SECONDS = 900;
/** Debian's package debian-installer-12-netboot-amd64. */
const INSTALLER = '/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64';
const ready = hasGrub && hasIsolinux && findKernel() !== undefined && existsSync(INSTALLER);
const thorough =
  process.env['ISOPRESS_BOOT'] === 'all'
    ? oracle('qemu-system-x86_64', 'xorriso', 'grub-mkimage', 'mkfs.vfat', 'mcopy', 'cpio')
    : oracle().skip;

/** Run by the installer as soon as it has read the file: its log and the kernel's arguments go to the serial port. */
const PRESEED = `d-i preseed/early_command string (echo "cmdline: $(cat /proc/cmdline)"; grep preseed: /var/log/syslog; \\
  echo "isopress: seed done") > /dev/ttyS0
`;

beforeAll(() => {
  if (!ready || process.env['ISOPRESS_BOOT'] !== 'all') return;
  const files = bootableInstaller(scratch, '/preseed.cfg');
  cpSync(join(INSTALLER, 'linux'), join(files.tree, 'install/vmlinuz'));
  cpSync(join(INSTALLER, 'initrd.gz'), join(files.tree, 'install/initrd.gz'));
  pressLayout('debian', withIsolinuxCode(files), at('debian.iso'));
  writeFileSync(at('answers'), PRESEED);
  const words = [
    '--seed',
    'preseed=answers',
    '--kernel-args',
    '+DEBIAN_FRONTEND=text',
    '--volume-id',
    'Debian 12 seeded',
  ];
  const { status, stderr } = isopress(['edit', 'debian.iso', 'edited.iso', '--quiet', ...words], { cwd: scratch });
  expect(status, stderr).toBe(0);
});

describe.runIf(ready)("Debian's installer applies the preseed file of an edited disc", () => {
  for (const [firmware, as] of [
    ['bios', 'cd'],
    ['uefi', 'disk'],
  ] as const) {
    const check = firmware === 'uefi' && missingForBoot('uefi').includes('ovmf') ? thorough.skip : thorough;
    check(
      `by ${firmware} as ${as}`,
      async () => {
        const machine = { image: at('edited.iso'), firmware, as, memory: 1024 } as const;
        const log = plainText((await bootUntil(machine, 'isopress: seed done', SECONDS)).log);
        const cmdline = /cmdline: (.*?)\r?\n/.exec(log)?.[1]?.split(' ');
        expect(cmdline).toEqual(expect.arrayContaining(['auto=true', 'priority=critical', 'DEBIAN_FRONTEND=text']));
        expect(log).toContain('successfully loaded preseed file from file:///preseed.cfg');
      },
      SECONDS * 1000,
    );
  }
});
