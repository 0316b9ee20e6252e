// The embedded fallback of the demo boots: as a CD by El Torito, as a disk by its MBR.
import { copyFileSync, existsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GREETING, greeterBootImage, greeterMbrCode } from '../../fixtures/greeter/greeter.js';
import { BOOT_IMAGE_PATH, makeGreeter } from '../../fixtures/greeter/make.js';
import { judge, oracle } from '../support/oracle.js';
import { bootUntil, startMachine } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const MACHINE = { memory: 64 };

function image(): string {
  const path = join(scratch, 'greeter.iso');
  if (existsSync(path)) return path;
  const { root, mbr } = makeGreeter(scratch);
  const boot = ['-b', BOOT_IMAGE_PATH, '-no-emul-boot', '-boot-load-size', '4', '-G', mbr, '-partition_offset', '16'];
  const { status, stderr } = judge('xorriso', ['-as', 'mkisofs', '-quiet', '-o', path, ...boot, root]);
  expect(status, stderr).toBe(0);
  // As on a stick, which is larger than the image: a disk of less than one cylinder (504 KiB) is none to the BIOS.
  truncateSync(path, 1024 * 1024);
  return path;
}

test('the code fits an MBR and leaves the places free that others patch', () => {
  const bootImage = greeterBootImage();
  const isZero = (from: number, to: number) => bootImage.subarray(from, to).every((byte) => byte === 0);
  expect([bootImage.length, greeterMbrCode().length]).toEqual([2048, 440]);
  // Boot information table, GRUB's patched address, everything after the signature.
  expect([isZero(8, 64), isZero(432, 510), isZero(512, 2048)]).toEqual([true, true, true]);
});

describe('greets on the serial port', () => {
  for (const as of ['cd', 'disk', 'usb'] as const) {
    oracle('qemu-system-x86_64', 'xorriso')(`as ${as}`, async () => {
      const { log } = await bootUntil({ ...MACHINE, image: image(), as }, GREETING, 60);
      expect(log.split('\r\n')).toContain(GREETING);
    });
  }

  oracle('qemu-system-x86_64', 'xorriso')('with a boot information table patched in', async () => {
    const { root } = makeGreeter(join(scratch, 'table'));
    const path = join(scratch, 'table.iso');
    const boot = ['-b', BOOT_IMAGE_PATH, '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'];
    judge('xorriso', ['-as', 'mkisofs', '-quiet', '-o', path, ...boot, root]);
    expect((await bootUntil({ ...MACHINE, image: path }, GREETING, 60)).log).toContain(GREETING);
  });
});

describe('the driver', () => {
  oracle('qemu-system-x86_64', 'xorriso')('says so when the marker does not come, and ends the machine', async () => {
    const machine = startMachine({ ...MACHINE, image: image() });
    await expect(machine.waitFor('login:', 4)).rejects.toThrow('login: did not appear within 4 s');
    await machine.stop();
    expect(() => process.kill(machine.pid!, 0)).toThrow();
  });

  oracle('qemu-system-x86_64')('tells why QEMU did not start', async () => {
    const missing = bootUntil({ ...MACHINE, image: join(scratch, 'missing.iso') }, 'x', 20);
    await expect(missing).rejects.toThrow(/QEMU ended before x appeared.*missing\.iso/s);
  });

  oracle('qemu-system-x86_64', 'xorriso')('takes names with commas', async () => {
    const path = join(scratch, 'a,b.iso');
    copyFileSync(image(), path);
    expect((await bootUntil({ ...MACHINE, image: path, as: 'disk' }, GREETING, 60)).seconds).toBeGreaterThan(0);
  });
});
