import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { type FatOptions, planFat } from '../../src/format/fat/index.js';
import { quietRun } from '../../src/io/content.js';
import { fileTarget } from '../../src/io/file-target.js';
import { bytesSource } from '../../src/io/memory.js';
import { writeImage } from '../../src/io/write-image.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { bytesNow } from '../support/content.js';
import { describeExtracted, describeFatTree, fatTreeArbitrary } from '../support/fat-trees.js';
import { judge, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const mtime = timestamp(1_700_000_000);
const given = { seed: 'conformance', epoch: mtime, label: 'ISO BOOT', serial: 0x1234abcd };
const MIB = 1024 * 1024;

const data = (size: number, seed = size) => file(bytesSource(noise(size, seed)), { mtime });
const SAMPLE = FileTree.of(
  {
    'EFI/BOOT/bootx64.efi': data(1_234_567),
    'EFI/BOOT/grubx64.efi': data(700_001),
    'EFI/BOOT/grub.cfg': data(99),
    'EFI/debian/A rather long name for a font.pf2': data(2048),
    'boot/empty': data(0),
    'Readme.TXT': data(1),
    ...Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`many/entry number ${i}.dat`, data(i)])),
    ...Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${'deep/'.repeat(i + 1)}x${i}.bin`, data(50 * i)])),
  },
  { mtime },
);

const SHAPES: [string, Partial<FatOptions>][] = [
  ['automatic size', {}],
  ['FAT12', { type: 12, size: 15 * MIB }],
  ['FAT16 of 20 MiB', { size: 20 * MIB }],
  ['FAT16, small clusters', { type: 16, clusterSize: 512, slack: 5000 }],
  ['the smallest FAT32', { type: 32 }],
  ['FAT32 of 600 MiB', { size: 600 * MIB }],
  ['sectors of 4096 bytes', { sectorSize: 4096, size: 40 * MIB }],
  ['FAT32 with sectors of 4096 bytes', { sectorSize: 4096, type: 32, hiddenSectors: 256 }],
];

async function imageOf(tree: FileTree, options: Partial<FatOptions>, name: string): Promise<string> {
  const path = join(scratch, `${name.replaceAll(' ', '-')}.img`);
  await writeImage(planFat(tree, { ...given, ...options }), fileTarget(fromText(path), { force: true }), quietRun());
  return path;
}

/** Runs a tool that converts file names under a locale that has all of them. */
const utf8 = (tool: string, args: readonly string[]) => judge('env', ['LC_ALL=C.UTF-8', tool, ...args]);

function emptied(name: string): string {
  const dir = join(scratch, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  return dir;
}

describe.each(SHAPES)('%s', (name, options) => {
  let made: Promise<string> | undefined;
  /** No judge changes it. */
  const image = () => {
    made ??= imageOf(SAMPLE, options, name);
    return made;
  };

  oracle('fsck.vfat')('fsck.vfat finds nothing', async () => {
    const verdict = judge('fsck.vfat', ['-n', '-v', await image()]);
    expect(verdict).toMatchObject({ status: 0, stderr: '' });
    expect(verdict.stdout).not.toMatch(/differ|wrong|bad|orphan|inconsisten|dirty|Leaving/i);
  });

  oracle('mcopy')('mtools reads every file back', async () => {
    const dir = emptied('mtools');
    expect(utf8('mcopy', ['-s', '-m', '-n', '-i', await image(), '::', dir])).toMatchObject({ status: 0, stderr: '' });
    expect(describeExtracted(dir)).toEqual(await describeFatTree(SAMPLE));
  });

  oracle('7z')('7-Zip reads every file back', async () => {
    const dir = emptied('7z');
    // Told the format: a boot sector with code also looks like that of a partitioned disk.
    expect(utf8('7z', ['x', '-tFAT', `-o${dir}`, await image()]).status).toBe(0);
    expect(describeExtracted(dir)).toEqual(await describeFatTree(SAMPLE));
  });

  oracle('grub-fstest')('GRUB finds and compares', async () => {
    const reference = join(scratch, 'reference');
    for (const path of [
      'EFI/BOOT/bootx64.efi',
      'EFI/debian/A rather long name for a font.pf2',
      'many/entry number 399.dat',
    ]) {
      const content = SAMPLE.get(fromText(path));
      if (content?.kind !== 'file') throw new Error(path);
      writeFileSync(reference, bytesNow(content.content));
      expect(judge('grub-fstest', [await image(), 'cmp', `(loop0)/${path}`, reference])).toMatchObject({
        status: 0,
        stderr: '',
      });
    }
  });
});

describe('the judgement of other tools', () => {
  oracle('minfo', 'mdir')('mtools: geometry, label, serial', async () => {
    const image = await imageOf(SAMPLE, { size: 20 * MIB, hiddenSectors: 64 }, 'said');
    const { stdout } = judge('minfo', ['-i', image, '::']);
    for (const line of [
      'sector size: 512 bytes',
      'cluster size: 4 sectors',
      'fats: 2',
      'small size: 40960 sectors',
      'media descriptor byte: 0xf8',
      'hidden sectors: 64',
      'serial number: 1234ABCD',
      'disk label="ISO BOOT   "',
      'disk type="FAT16   "',
    ]) {
      expect(stdout).toContain(line);
    }
    expect(judge('mdir', ['-i', image, '::']).stdout).toContain('Volume in drive : is ISO BOOT');
  });

  oracle('blkid', 'file')('libblkid and file: type, label, serial', async () => {
    const image = await imageOf(SAMPLE, { type: 32 }, 'probed');
    const tags = judge('blkid', ['-p', '-o', 'export', image]).stdout.split('\n');
    expect(tags).toEqual(expect.arrayContaining(['LABEL=ISO\\ BOOT', 'UUID=1234-ABCD', 'VERSION=FAT32', 'TYPE=vfat']));
    const said = judge('file', ['-b', image]).stdout;
    expect(said).toMatch(/FAT \(32 bit\)/);
    expect(said).toContain('serial number 0x1234abcd');
  });

  oracle('mkdosfs')('mkfs.fat chooses the same type and cluster size for 20 MiB', async () => {
    expect(judge('mkdosfs', ['-C', '-n', 'BOOT', join(scratch, 'made.img'), String(20 * 1024)]).status).toBe(0);
    const theirs = readFileSync(join(scratch, 'made.img'));
    const ours = readFileSync(await imageOf(SAMPLE, { size: 20 * MIB }, 'ours'));
    // Bytes per sector, sectors per cluster, root entries, media, total sectors, type text.
    for (const [from, to] of [
      [11, 14],
      [16, 22],
      [32, 36],
      [54, 62],
    ] as const) {
      expect(ours.subarray(from, to)).toEqual(theirs.subarray(from, to));
    }
  });
});

describe('random trees', () => {
  const options = fc.record({
    type: fc.constantFrom('auto' as const, 12 as const, 16 as const, 32 as const),
    sectorSize: fc.constantFrom(512, 4096),
    slack: fc.constantFrom(0, 1, 50_000),
  });

  oracle(
    'fsck.vfat',
    '7z',
    'mcopy',
  )('pass fsck.vfat and come back from 7-Zip and mtools', async () => {
    await fc.assert(
      fc.asyncProperty(fatTreeArbitrary, options, async (tree, chosen) => {
        const image = await imageOf(tree, chosen, 'random');
        const expected = await describeFatTree(tree);
        expect(judge('fsck.vfat', ['-n', image])).toMatchObject({ status: 0, stderr: '' });
        const dir = emptied('random-7z');
        expect(utf8('7z', ['x', '-tFAT', `-o${dir}`, image]).status).toBe(0);
        expect(describeExtracted(dir)).toEqual(expected);
        const other = emptied('random-mtools');
        expect(utf8('mcopy', ['-s', '-m', '-n', '-Q', '-i', image, '::', other]).status).toBe(0);
        expect(describeExtracted(other)).toEqual(expected);
      }),
      { numRuns: runs(60) },
    );
  });
});

test('the free space costs nothing on disk', async () => {
  const path = join(scratch, 'sparse.img');
  const report = await writeImage(
    planFat(SAMPLE, { ...given, size: 600 * MIB }),
    fileTarget(fromText(path), { force: true }),
    quietRun(),
  );
  expect(report.size).toBe(600 * MIB);
  expect(report.written).toBeLessThan(12 * MIB);
});
