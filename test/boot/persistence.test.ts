// Changes in a live system with a persistent medium survive the next boot: the initrd adds a partition to the booted disk,
// after those of the ISO. Takes ISOPRESS_BOOT=all.
import { copyFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { startEntry } from '../support/boot-entries.js';
import { type DebianIso, flagsOf, pressDebian } from '../support/debian-iso.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const root = presentDebianRoot();
const DISK_SIZE = 2 * 2 ** 30;
const BOOT_SECONDS = 1200;
const thorough = process.env['ISOPRESS_BOOT'] === 'all' ? oracle('qemu-system-x86_64', 'sfdisk') : oracle().skip;

const WAYS: readonly (readonly [name: string, iso: DebianIso, firmware: 'bios' | 'uefi'])[] = [
  [
    'an MBR',
    { flags: 'overlay', medium: { partitionTable: 'mbr' }, type: 'firmware="uefi" hybridpersistent="true"' },
    'bios',
  ],
  [
    'a GPT',
    { flags: 'overlay', medium: { partitionTable: 'gpt' }, type: 'firmware="uefi" hybridpersistent="true"' },
    'uefi',
  ],
  [
    'a GPT, on xfs',
    {
      flags: 'overlay',
      medium: { partitionTable: 'gpt' },
      type: 'firmware="uefi" hybridpersistent="true" hybridpersistent_filesystem="xfs"',
    },
    'bios',
  ],
];

/** Boots the main entry until the system has powered off; the serial output. */
async function bootOnce(image: string, firmware: 'bios' | 'uefi'): Promise<string> {
  const machine = await startEntry({ image, firmware, as: 'disk', keepWrites: true }, 'default');
  try {
    return await machine.ended(BOOT_SECONDS);
  } finally {
    await machine.stop();
  }
}

describe('a mark of the first boot is present in the second', () => {
  for (const [name, iso, firmware] of WAYS) {
    thorough(
      `with ${name}`,
      async ({ skip }) => {
        if (root === undefined || !flagsOf(root).includes('overlay'))
          return skip('there is no root tree with kiwi-live');
        const { image } = await pressDebian(root, { ...iso, commandLine: 'isopress.remember' }, scratch);
        const disk = join(scratch, 'disk.img');
        copyFileSync(image, disk);
        truncateSync(disk, DISK_SIZE);
        const first = await bootOnce(disk, firmware);
        const left = /isopress: left ([0-9a-f-]{36})/.exec(first)?.[1];
        expect(left, first.slice(-3000)).toBeDefined();
        expect(await bootOnce(disk, firmware)).toContain(`isopress: found ${left}`);
        const { partitiontable } = JSON.parse(succeed('sfdisk', ['--json', disk]));
        expect(partitiontable.partitions).toHaveLength(3);
      },
      3 * BOOT_SECONDS * 1000,
    );
  }
});
