// The boot chain of a live ISO up to its menu, in every way a machine can start from it: fast, and without a Debian archive.
import { describe, expect } from 'vitest';
import { oracle } from '../support/oracle.js';
import { bootUntil, missingForBoot } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';

const scratch = scratchDirectory();
const iso: SmallIso = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const images = new Map<string, Promise<string>>();
const SECONDS = 240;

/** Each table is pressed once. */
function image(partitionTable: 'mbr' | 'gpt' | 'gpt-hybrid'): Promise<string> {
  const known = images.get(partitionTable);
  if (known) return known;
  iso.describe('firmware="efi"');
  const pressed = iso.press({ partitionTable }).then((report) => report.image);
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
