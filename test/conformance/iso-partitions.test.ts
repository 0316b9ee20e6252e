// Partition tools as judges of the hybrid layouts: gdisk, util-linux, parted; and one more partition added behind the payload.
import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { planDisc } from '../../src/disc/index.js';
import { bytesSource } from '../../src/io/memory.js';
import { liveOptions, mediaTree, openContent, writeDisc } from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const esp = bytesSource(noise(1_000_000, 1));

async function press(table: 'mbr' | 'gpt' | 'gpt-hybrid') {
  const plan = planDisc(mediaTree(openContent(noise(700_001, 2), 6e9)), liveOptions(table, esp));
  return writeDisc(plan, join(scratch, `${table}.iso`));
}

/** `start= …, size= …` of every partition as sfdisk dumps them. */
function dump(image: string): string[] {
  const { status, stdout, stderr } = judge('sfdisk', ['-d', image]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.split('\n').filter((line) => line.includes('start='));
}

describe.each(['gpt', 'gpt-hybrid'] as const)('%s', (table) => {
  oracle(
    'sgdisk',
    'sfdisk',
    'parted',
  )('is sound for gdisk, sfdisk and parted', async () => {
    const image = await press(table);
    const { stdout } = judge('sgdisk', ['-v', image]);
    expect(stdout).toContain('No problems found');
    const [payload, system, ...more] = dump(image);
    expect(more).toEqual([]);
    expect(payload).toMatch(/start= +64, .*type=EBD0A0A2-.*name="ISO9660", attrs="RequiredPartition GUID:60"/);
    expect(system).toMatch(/size= +1956, type=C12A7328-.*name="Appended2"/);
    const parted = judge('parted', ['-s', image, 'unit', 's', 'print']);
    expect(parted.stderr).toBe('');
    expect(parted.stdout).toMatch(/ 1 +64s/);
    const sectors = statSync(image).size / 512;
    expect(judge('sgdisk', ['-p', image]).stdout).toContain(`last usable sector is ${sectors - 64}`);
  });
});

describe('mbr', () => {
  oracle(
    'sfdisk',
    'fdisk',
    'parted',
  )('is sound for sfdisk, fdisk and parted', async () => {
    const image = await press('mbr');
    const [payload, system, ...more] = dump(image);
    expect(more).toEqual([]);
    expect(payload).toMatch(/start= +64, .*type=cd, bootable$/);
    expect(system).toMatch(/size= +1956, type=ef$/);
    const fdisk = judge('fdisk', ['-l', image]);
    expect(fdisk.stderr).toBe('');
    expect(judge('sfdisk', ['--verify', image]).stdout).toContain('No errors detected');
    const parted = judge('parted', ['-s', image, 'unit', 's', 'print']);
    expect(parted.stderr).toBe('');
    expect(parted.stdout).toMatch(/ 2 .*esp/);
  });
});

describe('probing', () => {
  oracle('blkid')('finds label, table and file system, on the whole disc and in partition 1', async () => {
    const volumeId = 'A_label_of_all_32_characters_yes';
    const plan = planDisc(mediaTree(), { ...liveOptions('gpt', esp), volumeId });
    const image = await writeDisc(plan, join(scratch, 'probe.iso'));
    const probe = (...args: string[]) => judge('blkid', ['-p', '-o', 'export', ...args, image]).stdout.split('\n');
    expect(probe()).toEqual(
      expect.arrayContaining([`LABEL=${volumeId}`, 'TYPE=iso9660', 'PTTYPE=gpt', 'UUID=2023-11-14-22-13-20-00']),
    );
    expect(probe('-O', '32768')).toEqual(expect.arrayContaining([`LABEL=${volumeId}`, 'TYPE=iso9660']));
  });
});

describe('room for persistence', () => {
  for (const table of ['mbr', 'gpt', 'gpt-hybrid'] as const) {
    oracle('fdisk', 'sfdisk')(`fdisk adds a partition behind the payload: ${table}`, async () => {
      const stick = join(scratch, `stick-${table}.img`);
      copyFileSync(await press(table), stick);
      truncateSync(stick, 64 * 1024 * 1024);
      // The keys that the initrd of a live system presses.
      const keys = table === 'mbr' ? 'n\np\n\n\n\nw\nq\n' : 'n\n\n\n\nw\n';
      const { status, stderr } = judge('fdisk', [stick], { input: keys });
      expect(status, stderr).toBe(0);
      const [payload, system, added] = dump(stick);
      expect(payload).toMatch(/start= +64,/);
      expect(system).toMatch(/size= +1956,/);
      expect(Number(/start= +(\d+)/.exec(added!)![1])).toBeGreaterThan(Number(/start= +(\d+)/.exec(system!)![1]));
    });
  }
});
