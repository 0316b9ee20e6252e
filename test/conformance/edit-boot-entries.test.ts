// isopress edit on discs with every kind of boot entry: several, emulated floppies and hard disks, odd load sizes, hidden images. xorriso
// finds the entries and tables as they were, and the images of the entries have the same bytes.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { type InstallerFiles, installerFiles } from '../support/published-discs.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';
import { noise } from '../support/trees.js';
import { structureOf } from '../support/xorriso.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
let files: InstallerFiles;

/** A disk image whose only partition ends before it: emulation takes its type from there. */
function diskImage(): Uint8Array {
  const bytes = noise(512 * 63 * 4, 11);
  bytes.fill(0, 446, 510);
  bytes.set([0x80, 1, 1, 0, 0x06, 3, 63, 0, 1, 0, 0, 0, 251, 0, 0, 0], 446);
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}

beforeAll(() => {
  files = installerFiles(scratch);
  writeFileSync(join(files.tree, 'boot/floppy.img'), noise(1_474_560, 7));
  writeFileSync(join(files.tree, 'boot/large.img'), noise(2_949_120, 8));
  writeFileSync(join(files.tree, 'boot/disk.img'), diskImage());
  writeFileSync(join(files.tree, 'boot/odd.img'), noise(5_001, 9));
  mkdirSync(at('many/pool'), { recursive: true });
  for (let i = 0; i < 100; i++) writeFileSync(at(`many/pool/added ${i} with a long name.deb`), `added ${i}\n`);
  symlinkSync('t'.repeat(900), at('many/pool/link'));
});

const NO_EMULATION = ['-no-emul-boot', '-boot-load-size', '4'];
const EFI = ['-eltorito-alt-boot', '-e', 'boot/grub/efi.img', '-no-emul-boot'];
const DISCS: Readonly<Record<string, readonly string[]>> = {
  'a floppy of 1.44 MB': ['genisoimage', '-b', 'boot/floppy.img', '-c', 'boot/boot.cat'],
  'a floppy of 2.88 MB and EFI': ['genisoimage', '-b', 'boot/large.img', '-c', 'boot/boot.cat', ...EFI],
  'a hard disk': ['genisoimage', '-b', 'boot/disk.img', '-hard-disk-boot', '-c', 'boot/boot.cat'],
  'an odd load size': ['xorriso', '-b', 'boot/odd.img', '-c', 'boot/boot.cat', '-no-emul-boot', '-boot-load-size', '7'],
  'all of an image that is no multiple': ['xorriso', '-b', 'boot/odd.img', '-no-emul-boot', '-boot-load-size', 'full'],
  'boot info tables of two entries': [
    ...['xorriso', '-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat', ...NO_EMULATION, '-boot-info-table'],
    ...['-eltorito-alt-boot', '-b', 'boot/odd.img', ...NO_EMULATION, '-boot-info-table', ...EFI],
  ],
  'two systems for EFI': [
    ...['xorriso', '-b', 'boot/grub/eltorito.img', '-c', 'boot/boot.cat', ...NO_EMULATION, ...EFI],
    ...['-eltorito-alt-boot', '-e', 'boot/odd.img', '-no-emul-boot'],
  ],
  'EFI alone': ['xorriso', '-e', 'boot/grub/efi.img', '-no-emul-boot', '-c', 'boot/boot.cat'],
  'identifiers and criteria': [
    ...['xorriso', '-b', 'boot/grub/eltorito.img', '-c', 'boot/boot.cat', ...NO_EMULATION],
    ...['-eltorito-id', 'MAKER', '-eltorito-selcrit', '01020304', ...EFI],
  ],
  'an entry that does not boot': [
    ...['genisoimage', '-b', 'boot/grub/eltorito.img', '-c', 'boot/boot.cat', '-no-boot', ...NO_EMULATION],
  ],
  'a hidden catalog and a hidden image': [
    ...['xorriso', '-b', 'boot/grub/eltorito.img', '-c', 'boot/boot.cat', ...NO_EMULATION, ...EFI],
    ...['-hide', 'boot.cat', '-hide', 'eltorito.img', '-hide-joliet', 'boot.cat', '-hide-joliet', 'eltorito.img'],
  ],
};

function press([tool, ...options]: readonly string[], image: string): void {
  const words = ['-quiet', '-R', '-J', '-joliet-long', '-V', 'OLD', '-o', image, ...options, files.tree];
  if (tool === 'genisoimage') succeed('genisoimage', words);
  else succeed('xorriso', ['-as', 'mkisofs', ...words]);
}

/** Lines of xorriso about boot images and what is at their blocks. */
function entriesOf(image: string): readonly unknown[] {
  const report = judge('xorriso', ['-indev', image, '-report_el_torito', 'plain']).stdout;
  const bytes = readFileSync(image);
  return [...report.matchAll(/^El Torito boot img : +(\d+) +(.*?) +(\d+)$/gm)].map(([, index, facts, block]) => {
    const start = Number(block) * 2048;
    // A boot info table has the place of the image.
    return [
      index,
      facts,
      bytes.subarray(start, start + 8).toString('hex'),
      bytes.subarray(start + 64, start + 2048).toString('hex'),
    ];
  });
}

describe('boot entries after an edit are those from before', () => {
  for (const [name, options] of Object.entries(DISCS)) {
    oracle(
      'xorriso',
      'genisoimage',
      'mkfs.vfat',
      'mcopy',
    )(name, () => {
      const [image, edited] = [at('disc.iso'), at('edited.iso')];
      succeed('rm', ['-f', image, edited]);
      press(options, image);
      for (const changes of [
        ['--kernel-args', '+a=1', '--volume-id', 'NEW'],
        ['--add', 'many'],
        ['--add', 'many', '--remove', '/deep'],
      ]) {
        const words = ['edit', image, edited, '--force', '--quiet', '--loss', 'ignore', '--resettable', ...changes];
        expect(isopress(words, { cwd: scratch }), changes.join(' ')).toMatchObject({ status: 0, stderr: '' });
        const isLabel = (line: string) => line.startsWith('-V ');
        expect(structureOf(edited).filter((line) => !isLabel(line))).toEqual(
          structureOf(image).filter((line) => !isLabel(line)),
        );
        expect(entriesOf(edited)).toEqual(entriesOf(image));
        expect(entriesOf(edited).length).toBeGreaterThan(0);
        expect(isopress(['edit', edited, 'back.iso', '--force', '--quiet', '--reset'], { cwd: scratch }).status).toBe(
          0,
        );
        expect(readFileSync(at('back.iso')).equals(readFileSync(image))).toBe(true);
      }
    });
  }
});

/** The table in the image of the first entry, with the checksum that its size asks for. */
function bootInfoOf(image: string) {
  const [, block] = /^El Torito boot img : +1 .*? (\d+)$/m.exec(
    judge('xorriso', ['-indev', image, '-report_el_torito', 'plain']).stdout,
  )!;
  const bytes = readFileSync(image).subarray(Number(block) * 2048);
  const [descriptor, own, size, checksum] = [8, 12, 16, 20].map((offset) => bytes.readUInt32LE(offset));
  let sum = 0;
  for (let offset = 64; offset < size!; offset += 4) sum = (sum + bytes.readUInt32LE(offset)) >>> 0;
  return { descriptor, isOwn: own === Number(block), size, isChecksum: sum === checksum };
}

describe('the boot info table names the new place of an image', () => {
  const hidden = ['-hide', 'isolinux.bin', '-hide-joliet', 'isolinux.bin'];
  const table = ['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat', ...NO_EMULATION, '-boot-info-table'];
  for (const [name, options] of Object.entries({ 'that files show': [], 'that no directory shows': hidden })) {
    oracle('xorriso', 'genisoimage')(name, () => {
      const [image, edited] = [at('table.iso'), at('table.edited.iso')];
      press(['genisoimage', ...table, ...options], image);
      const words = ['edit', image, edited, '--force', '--quiet', '--add', 'many'];
      expect(isopress(words, { cwd: scratch })).toMatchObject({ status: 0, stderr: '' });
      expect(bootInfoOf(edited)).toEqual(bootInfoOf(image));
      expect(bootInfoOf(edited)).toEqual({ descriptor: 16, isOwn: true, size: 24_576, isChecksum: true });
    });
  }
});

oracle('xorriso')(
  'partitions and the end of a disc stay at whole cylinders, also of those that have other neighbours',
  () => {
    const [image, edited] = [at('cylinders.iso'), at('cylinders.edited.iso')];
    const table = ['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat', ...NO_EMULATION, '-boot-info-table'];
    const appended = ['-append_partition', '2', '0xef', files.esp, '-append_partition', '3', '0x83', files.code];
    press(['xorriso', '-isohybrid-mbr', files.code, '-partition_cyl_align', 'all', ...table, ...appended], image);
    const words = ['edit', image, edited, '--force', '--quiet', '--loss', 'ignore', '--add', 'many'];
    expect(isopress(words, { cwd: scratch })).toMatchObject({ status: 0, stderr: '' });
    const summaries = [image, edited].map((disc) => {
      const { stdout } = judge('xorriso', ['-indev', disc, '-report_system_area', 'plain']);
      return stdout.match(/^System area (?:options|summary): .*$/gm);
    });
    expect(summaries[0]!.join()).toContain('cyl-align-all');
    expect(summaries[1]).toEqual(summaries[0]);
  },
);
