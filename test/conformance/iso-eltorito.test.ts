// Boot catalogs with everything they can say, judged by xorriso, isoinfo, 7z and, field by field, by xorriso's own catalog.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { type BootEntryOptions, planDisc } from '../../src/disc/index.js';
import { inspectImage } from '../../src/image/index.js';
import type { Content } from '../../src/io/content.js';
import { openFileSource } from '../../src/io/index.js';
import { bytesSource, zeroContent } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { EPOCH, writeDisc } from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();

/** A hard disk whose only partition is of type 0x0c. */
function hardDisk(): Uint8Array {
  const disk = noise(100 * 512, 3);
  disk.fill(0, 446, 510);
  disk.set([0x80, 1, 1, 0, 0x0c, 1, 1, 1, 1, 0, 0, 0, 99, 0, 0, 0], 446);
  disk.set([0x55, 0xaa], 510);
  return disk;
}

const images: Record<string, Uint8Array> = {
  'boot/no-emulation.img': noise(30_000, 1),
  'boot/floppy-1.2.img': noise(1200 * 1024, 2),
  'boot/floppy-1.44.img': noise(1440 * 1024, 2),
  'boot/floppy-2.88.img': noise(2880 * 1024, 2),
  'boot/hard-disk.img': hardDisk(),
  'boot/powerpc.img': noise(50_000, 4),
  'boot/mac.img': noise(60_000, 4),
  'boot/efi.img': noise(500_000, 4),
};

function tree(): FileTree<Content> {
  const at = { mtime: EPOCH };
  return FileTree.of<Content>(
    Object.fromEntries(Object.entries(images).map(([path, bytes]) => [path, file<Content>(bytesSource(bytes), at)])),
    at,
  );
}

const entries: BootEntryOptions[] = [
  { platform: 'bios', image: 'boot/no-emulation.img', bootInfoTable: true, id: 'FIRST OF ALL', criteria: noise(20, 1) },
  { platform: 'bios', image: 'boot/floppy-1.2.img', emulation: 'floppy', loadSegment: 0x1000 },
  { platform: 'bios', image: 'boot/floppy-1.44.img', emulation: 'floppy', id: 'A SECTION OF TWENTY-EIGHT .' },
  { platform: 'bios', image: 'boot/floppy-2.88.img', emulation: 'floppy', bootable: false },
  { platform: 'bios', image: 'boot/hard-disk.img', emulation: 'hard-disk', loadSectors: 2 },
  { platform: 'powerpc', image: 'boot/powerpc.img', loadSectors: 17 },
  { platform: 'mac', image: 'boot/mac.img', criteria: Uint8Array.of(1, 2, 3) },
  { platform: 'efi', image: 'boot/efi.img' },
];

function report(image: string): string[] {
  const { stdout, stderr } = judge('xorriso', ['-indev', image, '-report_el_torito', 'plain']);
  // Of an image without a name xorriso cannot know the size, and says so.
  expect(stderr.replace(/WARNING : Found hidden El-Torito image/g, '')).not.toMatch(/WARNING|SORRY|FAILURE|FATAL/);
  return stdout.split('\n').filter((line) => line.startsWith('El Torito') && !/catalog|cat path/.test(line));
}

/** The same entries by xorriso. */
function pressWithXorriso(media: string, out: string): void {
  const image = (...options: string[]) => options.flatMap((option) => ['-boot_image', 'any', option]);
  const emulations = { none: 'no_emulation', floppy: 'diskette', 'hard-disk': 'hard_disk' };
  const platforms = { bios: '0x00', powerpc: '0x01', mac: '0x02', efi: '0xef' };
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const args = entries.flatMap((entry, i) => [
    ...image(`bin_path=/${entry.image as string}`, `platform_id=${platforms[entry.platform]}`),
    ...image(`emul_type=${emulations[entry.emulation ?? 'none']}`),
    ...(entry.id === undefined ? [] : image(`id_string=${entry.id}`)),
    ...(entry.criteria === undefined ? [] : image(`sel_crit=${hex(entry.criteria)}`)),
    ...(entry.bootInfoTable ? image('boot_info_table=on') : []),
    ...(i < entries.length - 1 ? image('next') : []),
  ]);
  const { status, stderr } = judge('xorriso', [
    ...['-padding', '0', '-compliance', 'no_emul_toc', '-outdev', out, '-map', media, '/', ...args],
  ]);
  expect(status, stderr).toBe(0);
}

describe('boot catalogs', () => {
  oracle('xorriso')('of eight entries say what xorriso writes of the same', async () => {
    const disc = await writeDisc(
      planDisc(tree(), { epoch: EPOCH, seed: 's', joliet: false, boot: { entries } }),
      join(scratch, 'ours.iso'),
    );
    const media = join(scratch, 'media');
    const plain = await writeDisc(planDisc(tree(), { epoch: EPOCH, seed: 's' }), join(scratch, 'plain.iso'));
    judge('xorriso', ['-osirrox', 'on', '-indev', plain, '-extract', '/', media]);
    const theirs = join(scratch, 'theirs.iso');
    pressWithXorriso(media, theirs);
    const ours = report(disc);
    // xorriso can neither choose a segment, load sizes of emulated drives, nor mark an entry as not bootable.
    const comparable = (lines: string[]) =>
      lines.map((line) => line.replace(/^(El Torito boot img : +\d+ +\S+) +[yn] +(\S+) +\S+ +(\S+) .*/, '$1 $2 $3'));
    expect(comparable(ours)).toEqual(comparable(report(theirs)));
    const boot = ours.filter((line) => line.startsWith('El Torito boot img'));
    expect(boot.map((line) => line.split(/ +/).slice(5, 11).join(' '))).toEqual([
      '1 BIOS y none 0x0000 0x00',
      '2 BIOS y fd1.2 0x1000 0x00',
      '3 BIOS y fd1.4 0x0000 0x00',
      '4 BIOS n fd2.8 0x0000 0x00',
      '5 BIOS y hd 0x0000 0x0c',
      '6 PPC y none 0x0000 0x00',
      '7 Mac y none 0x0000 0x00',
      '8 UEFI y none 0x0000 0x00',
    ]);
  });

  oracle('isoinfo', '7z')('are read by isoinfo and 7z', async () => {
    const options = { epoch: EPOCH, seed: 's', boot: { entries } };
    const disc = await writeDisc(planDisc(tree(), options), join(scratch, 'read.iso'));
    const shown = judge('isoinfo', ['-d', '-i', disc]).stdout;
    expect(shown).toContain('Eltorito defaultboot header');
    expect(shown).toMatch(/Boot media 0 \(No Emulation Boot\)[\s\S]*Nsect 4/);
    const listed = judge('7z', ['l', '-ba', '-tiso', disc]);
    expect(listed.status).toBe(0);
    expect(listed.stdout).toContain('[BOOT]/1-Boot-NoEmul.img');
    expect(listed.stdout).toMatch(/1228800 +\[BOOT\]\/2-Boot-1.2M.img/);
    expect(listed.stdout).toMatch(/1474560 +\[BOOT\]\/3-Boot-1.44M.img/);
  });

  oracle('xorriso', 'isoinfo')('point at images that no directory shows', async () => {
    const hidden = noise(70_000, 8);
    const boot = {
      entries: [
        { platform: 'bios' as const, image: bytesSource(hidden), bootInfoTable: true },
        { platform: 'efi' as const, image: bytesSource(noise(90_000, 9)) },
      ],
    };
    const plan = planDisc(tree(), { epoch: EPOCH, seed: 's', boot });
    const disc = await writeDisc(plan, join(scratch, 'hidden.iso'));
    const [bios, efi] = report(disc).filter((line) => line.startsWith('El Torito boot img'));
    expect(report(disc).join('\n')).not.toContain('img path');
    const at = Number(bios!.split(/ +/).at(-1));
    const source = await openFileSource(fromText(disc));
    const found = new Uint8Array(hidden.length);
    await source.read(at * 2048, found);
    await source.close();
    expect(Buffer.compare(found.subarray(64), hidden.subarray(64))).toBe(0);
    expect(new DataView(found.buffer).getUint32(12, true)).toBe(at);
    expect(efi).toMatch(/UEFI +y +none +0x0000 +0x00 +176 /);
    expect(judge('isoinfo', ['-f', '-R', '-i', disc]).stdout.split('\n')).toHaveLength(Object.keys(images).length + 2);
  });

  oracle('xorriso')('state 0 sectors of an image that has more than the field holds', async () => {
    const boot = { entries: [{ platform: 'efi' as const, image: zeroContent(65_536 * 512) }] };
    const disc = await writeDisc(planDisc(tree(), { epoch: EPOCH, seed: 's', boot }), join(scratch, 'large.iso'));
    expect(report(disc)[1]).toMatch(/UEFI +y +none +0x0000 +0x00 +0 /);
  });

  oracle('xorriso')('are told by info', async () => {
    writeFileSync(join(scratch, 'x'), '');
    const options = { epoch: EPOCH, seed: 's', boot: { entries } };
    const disc = await writeDisc(planDisc(tree(), options), join(scratch, 'info.iso'));
    const source = await openFileSource(fromText(disc));
    const { bootEntries } = await inspectImage(source);
    await source.close();
    expect(bootEntries.map(({ platform, emulation }) => `${platform} ${emulation}`)).toEqual(
      entries.map(({ platform, emulation = 'none' }) => `${platform} ${emulation}`),
    );
    expect(bootEntries[0]).toMatchObject({ id: 'FIRST OF ALL', criteria: Buffer.from(noise(20, 1)).toString('hex') });
    expect(bootEntries[6]).toMatchObject({ platform: 'mac', criteria: '010203' });
  });
});
