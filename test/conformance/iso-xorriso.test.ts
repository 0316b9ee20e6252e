// xorriso as judge: its reports on our disc, the same reports on the disc it makes itself from the same tree, and extraction.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { planDisc } from '../../src/disc/index.js';
import type { ExactContent } from '../../src/io/content.js';
import { quietRun } from '../../src/io/content.js';
import { collect, zeroContent } from '../../src/io/memory.js';
import { scanDirectory } from '../../src/source/index.js';
import { FileTree } from '../../src/tree/file-tree.js';
import {
  BIOS_IMAGE,
  bootCode,
  EPOCH,
  foreignEsp,
  liveOptions,
  mediaTree,
  openContent,
  writeDisc,
} from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';
import { expectedByXorriso, extractDisc } from '../support/xorriso.js';

const scratch = scratchDirectory();
const tables = ['mbr', 'gpt', 'gpt-hybrid'] as const;
const REPORTS = ['-toc', '-pvd_info', '-report_el_torito', 'plain', '-report_system_area', 'plain'];

function report(image: string): string[] {
  const { stdout, stderr, status } = judge('xorriso', ['-indev', image, ...REPORTS]);
  expect(stderr).not.toMatch(/WARNING|SORRY|FAILURE|FATAL/);
  expect(status).toBe(0);
  return (stdout + stderr).split('\n');
}

/** Everything that must be equal: not the drive, free space, or identities that each side derives in its own way. */
function comparable(lines: readonly string[]): string[] {
  return lines.filter(
    (line) => !/^(Drive current|Media (blocks|summary)|xorriso|GPT (disk|partition) GUID)|UPDATE/.test(line),
  );
}

/** The call KIWI makes, on the same tree. */
function pressWithXorriso(tree: string, table: (typeof tables)[number], esp: string, out: string): void {
  const code = join(scratch, 'boot_hybrid.img');
  writeFileSync(code, bootCode);
  const image = (...options: string[]) => options.flatMap((option) => ['-boot_image', ...option.split(' ')]);
  const args = [
    ...[
      '-application_id',
      '0x1a2b3c4d',
      '-publisher',
      'SUSE LINUX GmbH',
      '-preparer_id',
      'KIWI - x',
      '-volid',
      'CDROM',
    ],
    ...['-joliet', 'on', '-padding', '0', '-compliance', 'no_emul_toc', '-outdev', out, '-map', tree, '/'],
    ...image(`grub bin_path=${BIOS_IMAGE}`, `grub grub2_mbr=${code}`, 'grub grub2_boot_info=on'),
    ...image('any partition_offset=16', 'any cat_path=boot/x86_64/boot.catalog', 'any cat_hidden=on'),
    ...image('any boot_info_table=on', 'any platform_id=0x00', 'any emul_type=no_emulation', 'any load_size=2048'),
    ...(table === 'mbr' ? [] : image('any appended_part_as=gpt')),
    ...(table === 'gpt-hybrid' ? image('any mbr_force_bootable=on') : []),
    ...['-append_partition', '2', '0xef', esp],
    ...image('any next', 'any efi_path=--interval:appended_partition_2:all::'),
    ...image('any platform_id=0xef', 'any emul_type=no_emulation'),
  ];
  process.env['SOURCE_DATE_EPOCH'] = String(EPOCH.seconds);
  const { status, stderr } = judge('xorriso', args);
  delete process.env['SOURCE_DATE_EPOCH'];
  expect(status, stderr).toBe(0);
}

describe('the disc of a live ISO', () => {
  let esp: ExactContent;
  oracle(
    'xorriso',
    'mkfs.vfat',
    'mcopy',
  )('is prepared', async () => {
    esp = foreignEsp(scratch);
    // Serial numbers make xorriso restore the hard links of the tree, so that it has the same data to place.
    const plan = planDisc(mediaTree(), { epoch: EPOCH, seed: 's', rockRidge: '1.12' });
    const found = extractDisc(await writeDisc(plan, join(scratch, 'tree.iso')), join(scratch, 'media'));
    expect(found.get('links/second')?.linkedTo).toBe('links/first');
  });

  for (const table of tables) {
    oracle(
      'xorriso',
      'mkfs.vfat',
      'mcopy',
    )(`reports the same as xorriso's own disc: ${table}`, async () => {
      const ours = await writeDisc(planDisc(mediaTree(), liveOptions(table, esp)), join(scratch, `${table}.iso`));
      const theirs = join(scratch, `${table}-reference.iso`);
      pressWithXorriso(join(scratch, 'media'), table, join(scratch, 'esp.img'), theirs);
      expect(comparable(report(ours))).toEqual(
        comparable(report(theirs)).map((line) => line.replace('-reference', '')),
      );
    });
  }

  oracle(
    'xorriso',
    'mkfs.vfat',
    'mcopy',
  )('partition 1 is a volume by itself', async () => {
    const plan = planDisc(mediaTree(openContent(noise(900_000, 8), 5e9)), liveOptions('gpt', esp));
    const disc = await writeDisc(plan, join(scratch, 'whole.iso'));
    const part = join(scratch, 'partition.iso');
    judge('dd', [`if=${disc}`, `of=${part}`, 'bs=32K', 'skip=1']);
    const listing = (image: string) => judge('xorriso', ['-indev', image, '-find', '/', '-exec', 'lsdl']).stdout;
    expect(listing(part)).toBe(listing(disc));
    const differences = judge('xorriso', ['-indev', part, '-check_media', 'use=indev', 'what=tracks', '--']);
    expect(differences.status, differences.stderr).toBe(0);
  });
});

describe('extraction', () => {
  for (const rockRidge of ['1.10', '1.12'] as const) {
    oracle('xorriso')(`gives the tree back: Rock Ridge ${rockRidge}`, async () => {
      const tree = mediaTree() as FileTree;
      const disc = await writeDisc(
        planDisc(tree, { epoch: EPOCH, seed: 's', rockRidge }),
        join(scratch, `rr-${rockRidge}.iso`),
      );
      const out = join(scratch, `out-${rockRidge}`);
      const found = extractDisc(disc, out);
      expect(found).toEqual(await expectedByXorriso(tree, rockRidge));
    });
  }

  oracle('xorriso')('compares as equal with the directory that it was made of', async () => {
    const top = join(scratch, 'compared');
    const made = await writeDisc(
      planDisc(mediaTree(), { epoch: EPOCH, seed: 's', rockRidge: '1.12' }),
      join(scratch, 'compared-source.iso'),
    );
    extractDisc(made, top);
    const again = await scanDirectory(fromText(top));
    const disc = await writeDisc(planDisc(again, { epoch: EPOCH, seed: 's' }), join(scratch, 'compared.iso'));
    // Nobody can set the time of the last change of attributes, so the directory's is that of its extraction.
    const differences = () => {
      const { stdout } = judge('xorriso', ['-indev', disc, '-compare_r', top, '/']);
      return stdout.split('\n').filter((line) => line.includes(' : ') && !line.includes('st_ctime'));
    };
    expect(differences()).toEqual([]);
    // The judge sees a difference where there is one.
    writeFileSync(join(top, 'boot/mbrid'), 'another');
    expect(differences().join('\n')).toMatch(/boot\/mbrid.*st_size/);
  });

  oracle('xorriso')('owners of links and the socket, which it does not extract, are listed', async () => {
    const disc = await writeDisc(planDisc(mediaTree(), { epoch: EPOCH, seed: 's' }), join(scratch, 'listed.iso'));
    const { stdout } = judge('xorriso', ['-indev', disc, '-find', '/', '-exec', 'lsdl']);
    expect(stdout).toMatch(/^lrwxrwxrwx +1 12 +345678 +0 Sep 13 {2}2020 '\/links\/up' -> '..\/boot\/mbrid'$/m);
    expect(stdout).toMatch(/^srw------- +1 77 +0 +0 Sep 13 {2}2020 '\/special\/socket'$/m);
  });

  oracle('xorriso')('the patched boot image holds what its table says', async () => {
    const options = { epoch: EPOCH, seed: 's', boot: { bios: { path: BIOS_IMAGE } } };
    const plan = planDisc(mediaTree(), options);
    const image = await collect(plan, quietRun());
    const disc = await writeDisc(plan, join(scratch, 'patched.iso'));
    expect(report(disc).join('\n')).toMatch(/El Torito img opts :\s+1 {2}boot-info-table\n/);
    const block = plan.layout.bootEntries[0]!.block!;
    expect(Buffer.from(image).readUInt32LE(block * 2048 + 12)).toBe(block);
  });
});

describe('UEFI alone', () => {
  oracle('xorriso')('is the default entry with platform 0xef, from a file in the tree', async () => {
    const tree = FileTree.of({ 'boot/efi.img': mediaTree().get('LiveOS/squashfs.img')! });
    const disc = await writeDisc(
      planDisc(tree, { epoch: EPOCH, seed: 's', boot: { efi: { path: 'boot/efi.img' } } }),
      join(scratch, 'efi.iso'),
    );
    expect(report(disc).join('\n')).toMatch(/El Torito boot img : {3}1 {2}UEFI {2}y {3}none {2}0x0000 {2}0x00 {3}1954/);
  });

  oracle('xorriso')('an ESP over 65535 sectors is stated as reaching to the end', async () => {
    const large = zeroContent(33_554_944);
    const options = { epoch: EPOCH, seed: 's', boot: { efi: 'appended-esp' as const }, appendedEsp: large };
    const disc = await writeDisc(planDisc(mediaTree(), options), join(scratch, 'large-esp.iso'));
    expect(report(disc).join('\n')).toMatch(/El Torito boot img : {3}1 {2}UEFI {2}y {3}none {2}0x0000 {2}0x00 {6}0/);
  });
});
