// Live ISOs of a small root tree, by independent judges: boot structures, media tree, root image, results, reproducibility.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quietRun, type Run } from '../../src/io/content.js';
import { planLiveIso } from '../../src/live/index.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, type SomeOptions, smallDescription, smallIso } from '../support/small-iso.js';
import { hasGrub, listing, makeSmallRoot } from '../support/small-root.js';

const scratch = scratchDirectory();
const {
  description,
  root,
  initrd,
  describe: describeImage,
  press,
  directory,
} = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const base = 'small.x86_64-1.0.0';
const parts = () => ({ input: { root }, description: { directory: description }, initrd: { file: initrd } });

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe.runIf(hasGrub)('GRUB for BIOS and EFI', () => {
  oracle('xorriso')('with an MBR: what xorriso reports is what it would have made itself', async () => {
    describeImage('firmware="efi" efiparttable="msdos"');
    const { image } = await press();
    const { stdout } = judge('xorriso', [
      '-indev',
      image,
      '-report_el_torito',
      'plain',
      '-report_system_area',
      'plain',
    ]);
    const lines = stdout.split('\n');
    expect(lines).toContainEqual(
      expect.stringMatching(/^El Torito boot img :\s+1 {2}BIOS {2}y {3}none {2}0x0000 {2}0x00 {6}4/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^El Torito boot img :\s+2 {2}UEFI {2}y {3}none {2}0x0000 {2}0x00 {2}40960/),
    );
    expect(lines).toContain('El Torito img path :   1  /boot/x86_64/loader/eltorito.img');
    expect(lines).toContain('El Torito img opts :   1  boot-info-table grub2-boot-info');
    expect(lines).toContain('System area summary: MBR grub2-mbr cyl-align-off');
    expect(lines).toContain('Partition offset   : 16');
    expect(lines).toContainEqual(expect.stringMatching(/^MBR partition {6}: {3}1 {3}0x80 {2}0xcd {11}64 /));
    expect(lines).toContainEqual(expect.stringMatching(/^MBR partition {6}: {3}2 {3}0x00 {2}0xef .* 40960$/));
  });

  oracle('sgdisk', 'xorriso')('with a GPT, which is the default of new descriptions', async () => {
    describeImage('firmware="efi"');
    const { image, partitionTable } = await press();
    expect(partitionTable).toBe('gpt');
    expect(judge('sgdisk', ['-v', image]).stdout).toContain('No problems found');
    const { stdout } = judge('sgdisk', ['-p', image]);
    expect(stdout).toMatch(/^ {3}1 +64 .* 0700 +ISO9660$/m);
    expect(stdout).toMatch(/^ {3}2 .* 20\.0 MiB +EF00 +Appended2$/m);
  });

  oracle('xorriso', 'mcopy')('the medium holds what was asked for, owned by root, readable by all', async () => {
    describeImage('firmware="efi"');
    const { image, mediumId } = await press({ description: { typeAttributes: { mediacheck: 'true' } } });
    const out = join(scratch, 'medium');
    judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/', out]);
    const text = (path: string) => readFileSync(join(out, path), 'latin1');
    expect(mediumId).toBe('0x5358326c');
    expect([text('boot/mbrid'), text(`boot/${mediumId}`)]).toEqual([`${mediumId}\n`, `${mediumId}\n`]);
    expect(text('boot/x86_64/loader/linux')).toBe('not a kernel\n');
    expect(sha256(join(out, 'boot/x86_64/loader/initrd'))).toBe(sha256(initrd));
    expect(text('boot/grub/grub.cfg')).toContain(`search --file --set=root /boot/${mediumId}`);
    expect(text('boot/grub/grub.cfg')).toContain("menuentry 'Mediacheck'");
    expect(readdirSync(join(out, 'boot/grub')).sort()).toEqual([
      ...['earlyboot.cfg', 'grub.cfg', 'i386-pc', 'loopback.cfg', 'x86_64-efi'],
    ]);
    expect(readdirSync(join(out, 'EFI/BOOT')).sort()).toEqual(['bootx64.efi', 'earlyboot.cfg']);
    const listed = judge('xorriso', ['-indev', image, '-find', '/', '-exec', 'lsdl']).stdout.trimEnd().split('\n');
    expect(listed.filter((line) => !/^[d-]r[w-][x-]r-[x-]r-[x-] +\d+ 0 +0 /.test(line))).toEqual([]);
    const start = espStart(image);
    const efi = judge('mcopy', [
      '-s',
      '-i',
      `${image}@@${start}`,
      '::EFI/BOOT/bootx64.efi',
      join(scratch, 'bootx64.efi'),
    ]);
    expect(efi.status, efi.stderr).toBe(0);
    expect(sha256(join(scratch, 'bootx64.efi'))).toBe(sha256(join(out, 'EFI/BOOT/bootx64.efi')));
  });

  oracle(
    'xorriso',
    'unsquashfs',
    'e2fsck',
    'debugfs',
  )('the root image is clean and holds the tree, less what never belongs there', async () => {
    describeImage('firmware="efi"');
    const { image, rootFileSystemSize } = await press();
    const out = join(scratch, 'image');
    judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/LiveOS/squashfs.img', `${out}.squashfs`]);
    judge('unsquashfs', ['-d', out, `${out}.squashfs`]);
    const inner = join(out, 'LiveOS/rootfs.img');
    expect(statSync(inner).size).toBe(rootFileSystemSize);
    const { status, stdout } = judge('e2fsck', ['-fn', inner]);
    expect(status, stdout).toBe(0);
    const cat = (path: string) => judge('debugfs', ['-R', `cat ${path}`, inner]).stdout;
    const ls = (path: string) => judge('debugfs', ['-R', `ls -p ${path}`, inner]).stdout;
    expect(cat('/etc/hostname')).toBe('small\n');
    expect(cat('/etc/machine-id')).toBe('');
    expect(cat('/.profile')).toContain("kiwi_iname='small'\n");
    expect(ls('/')).not.toMatch(/\/image\//);
    expect(ls('/run')).not.toMatch(/\/left\//);
    expect(ls('/run')).toContain('/../');
  });

  oracle('xorriso', 'unsquashfs')('filesystem="squashfs" makes the root image the tree itself', async () => {
    describeImage('firmware="efi"');
    const { image, rootFileSystemSize } = await press({ description: { typeAttributes: { filesystem: 'squashfs' } } });
    expect(rootFileSystemSize).toBeUndefined();
    const packed = join(scratch, 'direct.squashfs');
    judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/LiveOS/squashfs.img', packed]);
    const { stdout } = judge('unsquashfs', ['-cat', packed, 'etc/hostname']);
    expect(stdout).toBe('small\n');
    expect(judge('unsquashfs', ['-l', packed]).stdout).toMatch(/^squashfs-root\/proc$/m);
    const worded = await press({
      description: {
        typeAttributes: { filesystem: 'squashfs', fscreateoptions: '-b 64K -no-exports -Xcompression-level 3' },
      },
    });
    judge('xorriso', [
      '-osirrox',
      'on',
      '-indev',
      worded.image,
      '-extract',
      '/LiveOS/squashfs.img',
      `${packed}.worded`,
    ]);
    const { stdout: facts } = judge('unsquashfs', ['-s', `${packed}.worded`]);
    expect(facts).toContain('Block size 65536');
    expect(facts).toContain('Filesystem is not exportable via NFS');
  });

  oracle('xorriso')('for BIOS alone there is neither an EFI entry nor an ESP', async () => {
    describeImage('firmware="bios"');
    const { image } = await press();
    const { stdout } = judge('xorriso', [
      '-indev',
      image,
      '-report_el_torito',
      'plain',
      '-report_system_area',
      'plain',
    ]);
    expect(stdout).toContain('BIOS');
    expect(stdout).not.toMatch(/UEFI|0xef/);
  });

  test('firmware "uefi" takes shim and GRUB from the tree, and puts the configuration where they look', async () => {
    const signed = join(scratch, 'signed-root');
    cpSync(root, signed, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    const put = (path: string, text: string) => {
      mkdirSync(join(signed, path, '..'), { recursive: true });
      writeFileSync(join(signed, path), text);
    };
    put('usr/lib/shim/shimx64.efi.signed', 'shim');
    put('usr/lib/shim/mmx64.efi', 'manager');
    put('usr/lib/shim/mmx64.efi.signed', 'signed manager');
    put('usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed', 'code\0/EFI/debian\0code');
    describeImage('firmware="uefi"');
    const { image } = await press({ input: { root: signed } });
    const listed = judge('xorriso', ['-indev', image, '-find', '/EFI', '-type', 'f']).stdout.replaceAll("'", '');
    expect(listed.trimEnd().split('\n').sort()).toEqual([
      ...[
        '/EFI/BOOT/bootx64.efi',
        '/EFI/BOOT/grub.cfg',
        '/EFI/BOOT/grubx64.efi',
        '/EFI/BOOT/mmx64.efi',
        '/EFI/debian/grub.cfg',
      ],
    ]);
    const out = join(scratch, 'mm');
    judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/EFI/BOOT/mmx64.efi', out]);
    expect(readFileSync(out, 'latin1')).toBe('signed manager');
  });
});

describe.runIf(hasGrub)('a build', () => {
  oracle('checkisomd5')('with a tag in the style of isomd5sum is passed by it', async () => {
    describeImage('firmware="efi" mediacheck="true"');
    const { image, sha256: digest } = await press({ configuration: { mediaTagStyle: 'rh' } });
    expect(judge('checkisomd5', [image]).status).toBe(0);
    expect(digest).toBe(sha256(image));
  });

  test('gives the same bytes from another copy, with other jobs, at another place', async () => {
    const copy = makeSmallRoot(join(scratch, 'copy'), 'backwards');
    describeImage('firmware="efi"');
    const one = await press({}, quietRun(1));
    const two = await press({ input: { root: copy } }, quietRun(3));
    expect(sha256(two.image)).toBe(sha256(one.image));
  });

  test('changes nothing in the root tree and leaves nothing but its results', async () => {
    describeImage('firmware="efi"');
    const before = listing(root);
    const { image, results, steps } = await press({ medium: { mediaCheck: 'suse' } });
    expect(listing(root)).toBe(before);
    expect(readdirSync(join(image, '..')).sort()).toEqual([
      'isopress.result.json',
      `${base}.iso`,
      `${base}.packages`,
      `${base}.verified`,
    ]);
    expect(JSON.parse(readFileSync(join(image, '../isopress.result.json'), 'utf8'))).toEqual(results);
    expect(readFileSync(join(image, `../${base}.packages`), 'utf8')).toBe('small|None|1|None|all|None|None\n');
    // The initrd and the results are made at the same time as the image, and end independently.
    const names = steps.map((step) => step.name);
    expect(names.slice(0, 2)).toEqual(['scan', 'boot files']);
    expect(names.toSorted()).toEqual(['boot files', 'image', 'initrd', 'plan', 'results', 'scan']);
  });

  test('that fails or is aborted leaves the target directory as it was', async () => {
    describeImage('firmware="efi" efifatimagesize="1"');
    const targetDirectory = directory();
    await expect(press({ targetDirectory })).rejects.toMatchObject({ code: 'live.esp-full' });
    describeImage('firmware="efi"');
    const abort = new AbortController();
    const run: Run = {
      jobs: 2,
      signal: abort.signal,
      report: ({ done }) => done > 1_000_000 && abort.abort(new Error('enough')),
    };
    await expect(press({ targetDirectory }, run)).rejects.toThrow('enough');
    expect(readdirSync(targetDirectory)).toEqual([]);
  });

  test('does not replace an ISO unless forced', async () => {
    describeImage('firmware="efi"');
    const { image } = await press();
    const targetDirectory = join(image, '..');
    await expect(press({ targetDirectory })).rejects.toMatchObject({ code: 'target.exists' });
    await expect(press({ targetDirectory, force: true })).resolves.toMatchObject({ image });
    const blocked = directory();
    mkdirSync(join(blocked, `${base}.packages`));
    const pressing = press({ targetDirectory: blocked });
    await expect(pressing).rejects.toMatchObject({ code: 'target.directory' });
    expect(readdirSync(blocked)).toEqual([`${base}.packages`]);
  });

  test('can be planned without being written', async () => {
    describeImage('firmware="efi"');
    const targetDirectory = directory();
    mkdirSync(join(targetDirectory, `.${base}.work-aaaaaa`));
    const { layout, report } = await planLiveIso({ ...parts(), targetDirectory }, quietRun());
    expect(report).toMatchObject({ volumeId: 'SMALL', firmware: 'efi' });
    expect(layout.losses).toEqual([]);
    // The scratch of a build that goes on meanwhile.
    expect(readdirSync(targetDirectory)).toEqual([`.${base}.work-aaaaaa`]);
  });

  test('without a compression in the description takes xz with the filter of the architecture', async () => {
    const text = smallDescription('firmware="efi"').replace('squashfscompression="gzip"', '');
    writeFileSync(join(description, 'config.xml'), text);
    const compression = async (settings: SomeOptions['compression'] = {}) => {
      const options = { ...parts(), targetDirectory: directory(), compression: settings };
      return (await planLiveIso(options, quietRun())).report.compression;
    };
    const usual = { extreme: false, dictionarySize: undefined, filters: ['x86'] };
    expect(await compression()).toMatchObject({ name: 'xz', level: 6, xz: usual });
    expect(await compression({ bcj: [], level: 9, extreme: true, dictionarySize: 524_288 })).toMatchObject({
      level: 9,
      xz: { extreme: true, dictionarySize: 524_288, filters: [] },
    });
    expect(await compression({ name: 'zstd' })).not.toHaveProperty('xz');
  });

  test.each<[string, SomeOptions, string]>([
    ['no root', { input: { root: '/nonexistent' } }, 'source.enoent'],
    ['no target directory', { targetDirectory: '/nonexistent/such' }, 'target.enoent'],
    ['no initrd', { initrd: { file: '/nonexistent' } }, 'source.enoent'],
    ['no description', { description: { directory: scratch } }, 'description.not-found'],
    ['an architecture without media', { input: { architecture: 's390x' } }, 'live.architecture'],
    ['a GPT for ISOLINUX', { medium: { layout: 'isolinux', partitionTable: 'gpt' } }, 'live.layout-table'],
    [
      'ISOLINUX where there is no BIOS',
      { medium: { layout: 'isolinux' }, input: { architecture: 'aarch64' } },
      'live.isolinux-platform',
    ],
    ['no GRUB for the architecture', { input: { architecture: 'riscv64' } }, 'live.no-grub'],
    ['a compression that no engine has', { compression: { name: 'nosuch' as never } }, 'live.compression'],
    [
      'an engine that has another compression',
      { compression: { name: 'xz' }, engine: 'zlib' },
      'compress.engine-codec',
    ],
    [
      'a digest that the style of tags has not',
      { medium: { mediaCheck: 'rh', mediaDigest: 'sha256' } },
      'checkmedia.style',
    ],
    ['an image over the limit', { configuration: { largestImage: 1_000_000 } }, 'live.too-large'],
    ['a root without signed images', { description: { typeAttributes: { firmware: 'uefi' } } }, 'live.no-signed-grub'],
  ])('ends with its own error: %s', async (_, options, code) => {
    describeImage('firmware="efi"');
    await expect(press(options)).rejects.toMatchObject({ code });
  });
});

/** Byte where the second partition of the GPT starts. */
function espStart(image: string): number {
  const { stdout } = judge('sgdisk', ['-i', '2', image]);
  return Number(/First sector: (\d+)/.exec(stdout)![1]) * 512;
}
