// Discs in the named layouts, as `isopress iso` presses them, come up wherever their layout says they do: by BIOS, where
// ISOLINUX reads its configuration and what it starts from the disc, and by UEFI from the EFI system partition.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { GREETING, greeterBootImage, greeterMbrCode } from '../../fixtures/greeter/greeter.js';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { bootUntil, type MachineOptions, missingForBoot } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';
import { hasGrub, hasIsolinux } from '../support/small-root.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');
const esp = join(scratch, 'esp');
const BY_UEFI = 'isopress: started by UEFI';

beforeAll(() => {
  if (!hasGrub || !hasIsolinux) return;
  put('isolinux/isolinux.bin', '/usr/lib/ISOLINUX/isolinux.bin');
  put('isolinux/ldlinux.c32', '/usr/lib/syslinux/modules/bios/ldlinux.c32');
  writeFileSync(join(tree, 'isolinux/isolinux.cfg'), 'SERIAL 0 115200\nDEFAULT /greeter.bin\n');
  writeFileSync(join(tree, 'greeter.bin'), greeterBootImage());
  writeFileSync(join(tree, 'floppy.img'), floppy());
  makeEfiLoader(join(esp, 'EFI/BOOT/BOOTX64.EFI'));
});

function put(name: string, from: string): void {
  mkdirSync(dirname(join(tree, name)), { recursive: true });
  cpSync(from, join(tree, name));
}

/** A disk that a BIOS takes for a floppy disk of 1440 KiB. */
function floppy(): Uint8Array {
  const disk = new Uint8Array(1440 * 1024);
  disk.set(greeterMbrCode());
  disk.set([0x55, 0xaa], 510);
  return disk;
}

/** GRUB with a configuration inside, which needs no file of the medium. */
function makeEfiLoader(path: string): void {
  const config = join(scratch, 'early.cfg');
  writeFileSync(config, `echo "${BY_UEFI}"\nsleep 60\n`);
  mkdirSync(dirname(path), { recursive: true });
  const options = ['-O', 'x86_64-efi', '-p', '/', '-c', config, '-o', path];
  const { status, stderr } = judge('grub-mkimage', [...options, 'echo', 'sleep']);
  expect(status, stderr).toBe(0);
}

const ESP = ['--append-esp', esp];
const GREETER = ['--bios-boot', 'greeter.bin'];
const FLOPPY = ['--boot-entry', 'platform=bios,path=floppy.img,emulation=floppy'];
const ISOLINUX = ['--bios-boot', 'isolinux/isolinux.bin', '--mbr', '/usr/lib/ISOLINUX/isohdpfx.bin'];

type Start = Required<Pick<MachineOptions, 'firmware' | 'as'>>;
const by = (firmware: Start['firmware'], ...ways: Start['as'][]): Start[] => ways.map((as) => ({ firmware, as }));

const LAYOUTS: readonly [name: string, options: string[], starts: Start[]][] = [
  ['plain', GREETER, by('bios', 'cd')],
  ['plain', FLOPPY, by('bios', 'cd')],
  ['isolinux', [...ISOLINUX, ...ESP], [...by('bios', 'cd', 'disk', 'usb'), ...by('uefi', 'disk')]],
  ['gpt-only', [...GREETER, ...ESP], [...by('bios', 'cd'), ...by('uefi', 'disk')]],
  ['uefi-strict', ESP, by('uefi', 'cd', 'usb')],
];

for (const [index, [name, options, starts]] of LAYOUTS.entries()) {
  describe.runIf(hasGrub && hasIsolinux)(`the layout ${name}${options === FLOPPY ? ', a floppy disk' : ''}`, () => {
    const image = join(scratch, `${index}.iso`);
    beforeAll(() => {
      const { status, stderr } = isopress(['iso', tree, image, '--layout', name, '--udf', ...options, '--quiet']);
      expect(status, stderr).toBe(0);
    });
    for (const { firmware, as } of starts) {
      const shows = firmware === 'bios' ? GREETING : BY_UEFI;
      const needs = firmware === 'uefi' && missingForBoot('uefi').includes('ovmf') ? ['ovmf'] : [];
      oracle(
        'qemu-system-x86_64',
        'grub-mkimage',
        ...needs,
      )(`starts by ${firmware} as ${as}`, async () => {
        const { log } = await bootUntil({ image, firmware, as, memory: 256 }, shows, 100);
        expect(log.includes('ISOLINUX')).toBe(name === 'isolinux' && firmware === 'bios');
      });
    }
  });
}
