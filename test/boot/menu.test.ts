// The boot chain of a live ISO up to its menu, in every way a machine can start from it: fast, and without a Debian archive.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { oracle } from '../support/oracle.js';
import { bootUntil, missingForBoot } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub, hasIsolinux } from '../support/small-root.js';

const scratch = scratchDirectory();
const iso: SmallIso = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const images = new Map<string, Promise<string>>();
const SECONDS = 240;

/** Each table is pressed once. */
function image(partitionTable: 'mbr' | 'gpt' | 'gpt-hybrid'): Promise<string> {
  const known = images.get(partitionTable);
  if (known) return known;
  iso.describe('firmware="efi"');
  const pressed = iso.press({ medium: { partitionTable } }).then((report) => report.image);
  images.set(partitionTable, pressed);
  return pressed;
}

describe.runIf(hasGrub)("GRUB's menu comes up", () => {
  for (const partitionTable of ['mbr', 'gpt', 'gpt-hybrid'] as const) {
    for (const firmware of ['bios', 'uefi'] as const) {
      const needs = firmware === 'uefi' && missingForBoot('uefi').includes('ovmf') ? ['ovmf'] : [];
      for (const as of ['cd', 'disk', 'usb'] as const) {
        // A CD does not show its partition table; one of them is enough.
        if (as === 'cd' && partitionTable !== 'mbr') continue;
        oracle('qemu-system-x86_64', ...needs)(`by ${firmware} as ${as} with ${partitionTable}`, async () => {
          const options = { image: await image(partitionTable), firmware, as, memory: 512 };
          const { log } = await bootUntil(options, 'Boot from Hard Disk', SECONDS);
          expect(log).toContain('Failsafe -- Small');
        });
      }
    }
  }
});

/** A description as KIWI 9.11 read it, whose media boot from disks only if `hybrid` says so. */
const early = (type: string) => `<image schemaversion="6.7" name="small" displayname="Small">
  <description type="system"><author>a</author><contact>c</contact><specification>s</specification></description>
  <preferences><packagemanager>zypper</packagemanager><version>1.0.0</version>
  <type image="iso" volid="SMALL" flags="overlay" firmware="efi" boottimeout="60" bootloader_console="serial" ${type}/></preferences>
  <packages type="image"><package name="dracut-kiwi-live"/></packages></image>`;

const pressedEarly = new Map<string, Promise<string>>();

function earlyImage(type: string): Promise<string> {
  const known = pressedEarly.get(type);
  if (known) return known;
  writeFileSync(join(iso.description, 'config.xml'), early(type));
  const pressed = iso.press({ compression: { name: 'gzip' } }).then((report) => report.image);
  pressedEarly.set(type, pressed);
  return pressed;
}

describe.runIf(hasGrub && hasIsolinux)("ISOLINUX's menu comes up by BIOS and GRUB's by EFI", () => {
  for (const [type, what, ways] of [
    ['hybrid="true"', 'a hybrid medium', ['cd', 'disk', 'usb']],
    ['', 'a medium that is a CD only', ['cd']],
  ] as const) {
    for (const as of ways) {
      oracle('qemu-system-x86_64', 'xorriso')(`by bios as ${as}: ${what}`, async () => {
        const options = { image: await earlyImage(type), firmware: 'bios', as, memory: 512 } as const;
        const { log } = await bootUntil(options, /Boot.?from.?Hard.?Disk/, SECONDS);
        expect(log).toContain('Failsafe -- Small');
      });
    }
    const needs = missingForBoot('uefi').includes('ovmf') ? ['ovmf'] : [];
    const as = ways.at(-1)!;
    oracle('qemu-system-x86_64', ...needs)(`by uefi as ${as}: ${what}`, async () => {
      const options = { image: await earlyImage(type), firmware: 'uefi', as, memory: 512 } as const;
      const { log } = await bootUntil(options, 'Boot from Hard Disk', SECONDS);
      expect(log).toContain('Failsafe -- Small');
    });
  }
});
