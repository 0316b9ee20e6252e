// Partition tools as judges of the hybrid layouts: gdisk, util-linux, parted; and one more partition added after the payload.
import { spawnSync } from 'node:child_process';
import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type DiscOptions, planDisc } from '../../src/disc/index.js';
import { planFat } from '../../src/format/fat/plan.js';
import { type Content, type ExactContent, quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { overlay } from '../../src/tree/rewrite.js';
import { bootCode, EPOCH, liveOptions, mediaTree, openContent, writeDisc } from '../support/discs.js';
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

describe('an EFI boot image of the tree', () => {
  const fat = planFat(FileTree.of<ExactContent>({ 'EFI/BOOT/BOOTX64.EFI': file(bytesSource(noise(9000, 4))) }), {
    epoch: EPOCH,
    seed: 's',
  });
  const withImage = (payload: Content): FileTree<Content> =>
    overlay(mediaTree(payload), FileTree.of<Content>({ 'boot/efi.img': file<Content>(fat) }));
  const cases: [string, Partial<DiscOptions>, RegExp][] = [
    ['gpt-only', { layout: 'gpt-only' }, /type=C12A7328-/],
    ['grub with an MBR', { layout: 'grub' }, /type=ef$/],
    ['grub with a GPT', { layout: 'grub', partitionTable: 'gpt' }, /type=C12A7328-/],
    ['isolinux', { layout: 'isolinux', mbr: { code: bootCode } }, /type=ef$/],
    ['uefi-strict', { layout: 'uefi-strict' }, /type=C12A7328-/],
    ['no named layout', { partitionTable: 'mbr' }, /type=ef$/],
  ];

  oracle(
    'sfdisk',
    'mdir',
    'xorriso',
    '7z',
  )('is a partition of its own in every layout that has partitions', async () => {
    for (const [name, options, type] of cases) {
      for (const payload of [bytesSource(noise(700_001, 2)), openContent(noise(700_001, 2), 6e9)]) {
        const bios = name === 'isolinux' ? { bios: { path: ISOLINUX_IMAGE } } : {};
        const tree = overlay(withImage(payload), FileTree.of<Content>({ [ISOLINUX_IMAGE]: isolinuxImage() }));
        const given: DiscOptions = {
          epoch: EPOCH,
          seed: 's',
          udf: '1.02',
          boot: { ...bios, efi: { path: 'boot/efi.img' } },
        };
        const image = await writeDisc(planDisc(tree, { ...given, ...options }), join(scratch, 'efi.iso'));
        const [first, second, ...more] = dump(image);
        expect(more, name).toEqual([]);
        expect(second, name).toMatch(type);
        const [start, end] = [first, second].map((line) => Number(/start= *(\d+)/.exec(line!)![1])) as [number, number];
        const size = Number(/size= *(\d+)/.exec(first!)![1]);
        expect(start + size, `${name}: nothing overlaps`).toBeLessThanOrEqual(end);
        expect(judge('mdir', ['-b', '-/', '-i', `${image}@@${end * 512}`]).stdout, name).toContain('BOOTX64.EFI');
        const catalog = judge('xorriso', ['-indev', image, '-report_el_torito', 'plain']).stdout;
        expect(catalog, name).toMatch(new RegExp(`UEFI .* ${end / 4}$`, 'm'));
        expect(catalog, name).toMatch(/img path : +\d +\/boot\/efi\.img/);
        // Every view of the disc has the file, at the same place.
        for (const view of ['-tiso', '-tudf']) {
          const bytes = spawnSync('7z', ['x', '-so', view, image, 'boot/efi.img'], { maxBuffer: 2 ** 26 }).stdout;
          expect(Buffer.compare(bytes, await collect(fat, quietRun())), `${name} ${view}`).toBe(0);
        }
      }
    }
  });

  oracle('sfdisk', 'bsdtar')(
    'is in the whole disc only: partition 1 shows the other files, and all of them can be read',
    async () => {
      const tree = withImage(bytesSource(noise(70_001, 2)));
      for (const [name, options] of cases) {
        if (name === 'isolinux') continue;
        const given = { epoch: EPOCH, seed: 's', boot: { efi: { path: 'boot/efi.img' } }, ...options };
        const image = await writeDisc(planDisc(tree, given), join(scratch, 'view.iso'));
        const [start, sectors] = ['start', 'size'].map((field) =>
          Number(new RegExp(`${field}= *(\\d+)`).exec(dump(image)[0]!)![1]),
        );
        const partition = join(scratch, 'partition');
        judge('dd', [`if=${image}`, `of=${partition}`, `skip=${start}`, `count=${sectors}`, 'status=none']);
        const [all, inside] = [image, partition].map((path) => judge('bsdtar', ['-cf', '-', `@${path}`]));
        expect([all!.status, inside!.status], name).toEqual([0, 0]);
        const [listed, listedInside] = [image, partition].map((path) =>
          judge('bsdtar', ['-tf', path]).stdout.trim().split('\n').sort(),
        );
        expect(listedInside, name).toEqual(listed!.filter((path) => path !== 'boot/efi.img'));
        expect(listedInside!.length, name).toBe(listed!.length - 1);
      }
    },
  );

  oracle('sfdisk')('is no partition without a table, and beside an appended one', async () => {
    const boot = { efi: { path: 'boot/efi.img' } };
    const tree = withImage(bytesSource(noise(100, 2)));
    const plain = await writeDisc(
      planDisc(tree, { epoch: EPOCH, seed: 's', layout: 'plain', boot }),
      join(scratch, 'p.iso'),
    );
    expect(judge('sfdisk', ['-d', plain]).status).not.toBe(0);
    const options: DiscOptions = { epoch: EPOCH, seed: 's', layout: 'gpt-only', boot, appendedEsp: esp };
    const both = await writeDisc(planDisc(tree, options), join(scratch, 'both.iso'));
    expect(dump(both)[1]).toMatch(/size= +1956, type=C12A7328-/);
  });
});

const ISOLINUX_IMAGE = 'isolinux/isolinux.bin';

/** An image that carries the mark which boot code for disks looks for. */
function isolinuxImage() {
  const image = noise(30_000, 8);
  image.set([0xfb, 0xc0, 0x78, 0x70], 64);
  return file<Content>(bytesSource(image));
}

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
