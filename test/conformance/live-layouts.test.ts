// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts and templates are what is being tested
// Live ISOs of a small root tree in every layout, judged by xorriso, file and GRUB's reader.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import {
  extracted,
  reported,
  type SmallIso,
  type SomeOptions,
  smallDescription,
  smallIso,
} from '../support/small-iso.js';
import { hasGrub, hasIsolinux } from '../support/small-root.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const MEDIUM = '0x5358326c';

/** A description of an old generation, with these attributes of the type. */
function describeOld(schema: '6.7' | '6.9' | '7.2', type: string, inside = ''): void {
  writeFileSync(
    join(small.description, 'config.xml'),
    `<image schemaversion="${schema}" name="small" displayname="Small">
     <description type="system"><author>a</author><contact>c</contact><specification>s</specification></description>
     <preferences><packagemanager>zypper</packagemanager><version>1.0.0</version>
     <type image="iso" volid="SMALL" flags="overlay" ${type}>${inside}</type></preferences>
     <packages type="image"><package name="dracut-kiwi-live"/></packages></image>`,
  );
}

const press = (options: SomeOptions = {}) => small.press({ compression: { name: 'gzip' }, ...options });

const text = (...path: readonly string[]) => readFileSync(join(...path), 'utf8');

describe.runIf(hasGrub && hasIsolinux)('ISOLINUX', () => {
  oracle('xorriso', 'file')('beside GRUB for EFI, as KIWI 9.11 made hybrid media', async () => {
    describeOld('6.7', 'firmware="efi" hybrid="true"');
    const { image, layout, partitionTable } = await press();
    expect([layout, partitionTable]).toEqual(['isolinux+grub', 'mbr']);
    const lines = reported(image);
    expect(lines).toContain('El Torito img path :   1  /boot/x86_64/loader/isolinux.bin');
    expect(lines).toContain('El Torito img opts :   1  boot-info-table isohybrid-suitable');
    expect(lines).toContainEqual(expect.stringMatching(/^El Torito boot img : +2 +UEFI +y +none .* 30720 /));
    expect(lines).toContainEqual(expect.stringMatching(/^System area summary: MBR isohybrid cyl-align-/));
    expect(lines).toContainEqual(expect.stringMatching(/^MBR partition +: +1 +0x80 +0x17 +64 /));
    expect(lines).toContainEqual(expect.stringMatching(/^MBR partition +: +2 +0x00 +0xef .* 30720$/));
    expect(readFileSync(image).readUInt32LE(440)).toBe(Number(MEDIUM));
    expect(judge('file', [image]).stdout).toMatch(/ISO 9660 CD-ROM filesystem data.*'SMALL' \(bootable\)/);
    const medium = extracted(image);
    expect(text(medium, 'boot/mbrid')).toBe(`${MEDIUM}\n`);
    expect(text(medium, 'boot/grub/grub.cfg')).toContain(`search --file --set=root /boot/${MEDIUM}`);
    // Both menus are there, and all of ISOLINUX's files where it looks for them.
    expect(readdirSync(join(medium, 'isolinux')).sort()).toEqual(
      readdirSync(join(medium, 'boot/x86_64/loader'))
        .filter((name) => name !== 'grub')
        .sort(),
    );
    expect(text(medium, 'isolinux/isolinux.cfg')).toContain('default Small\ntimeout 100\n');
    expect(text(medium, 'isolinux/linux')).toBe('not a kernel\n');
  });

  oracle('xorriso')('alone for BIOS, as KIWI 9.20 made it: no GRUB, no id to search for, one entry', async () => {
    describeOld('7.2', '', '<bootloader name="isolinux" timeout="0"/>');
    const { image, layout, firmware } = await press();
    expect([layout, firmware]).toEqual(['isolinux', 'bios']);
    const lines = reported(image);
    expect(lines.filter((line) => line.startsWith('El Torito boot img'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('MBR partition  '))).toHaveLength(1);
    const medium = extracted(image);
    expect(readdirSync(join(medium, 'boot'))).toEqual(['x86_64']);
    expect(text(medium, 'isolinux/isolinux.cfg')).toContain('timeout 0\n');
    expect(text(image).length).toBeGreaterThan(0);
  });

  oracle('xorriso', 'file')(
    'without hybrid="true" KIWI 9.11 made CDs only; the ESP is a file of the medium',
    async () => {
      describeOld('6.7', 'firmware="efi"');
      const { image, partitionTable } = await press();
      expect(partitionTable).toBe('none');
      const lines = reported(image);
      expect(lines).toContain('El Torito img path :   2  /boot/x86_64/efi');
      expect(lines.filter((line) => /^(MBR|GPT) partition/.test(line))).toEqual([]);
      expect(
        readFileSync(image)
          .subarray(0, 32_768)
          .every((byte) => byte === 0),
      ).toBe(true);
      expect(judge('file', [join(extracted(image), 'boot/x86_64/efi')]).stdout).toMatch(/DOS\/MBR boot sector.*FAT/);
    },
  );

  test('says when a layout asked for leaves out what the description wants', async () => {
    small.describe('firmware="efi"');
    const { notes } = await press({ medium: { layout: 'isolinux' } });
    expect(notes).toContain('The layout isolinux boots BIOS machines only; EFI machines do not boot.');
  });
});

describe.runIf(hasGrub)('a root tree without ISOLINUX', () => {
  test('gets GRUB where the generation would take ISOLINUX, and an error where that was asked for', async () => {
    describeOld('7.2', '');
    const root = join(scratch, 'no-isolinux');
    cpSync(small.root, root, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !/ISOLINUX|syslinux/.test(path),
    });
    const { layout, notes } = await press({ input: { root } });
    expect(layout).toBe('grub');
    expect(notes).toContain('The root tree has no ISOLINUX; GRUB boots BIOS machines instead.');
    await expect(press({ input: { root }, medium: { layout: 'isolinux' } })).rejects.toMatchObject({
      code: 'live.no-isolinux',
    });
  });
});

describe.runIf(hasGrub)('Xen', () => {
  test('is started by both loaders, and must exist', async () => {
    small.describe('firmware="efi"');
    const description = { typeAttributes: { xen_server: 'true' } };
    await expect(press({ description })).rejects.toMatchObject({ code: 'live.no-hypervisor' });
    const root = join(scratch, 'xen-root');
    cpSync(small.root, root, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(root, 'boot/xen.gz'), 'hypervisor\n');
    const layout = hasIsolinux ? 'isolinux+grub' : 'grub';
    const medium = extracted(
      (await press({ input: { root }, description, medium: { layout, partitionTable: 'mbr' } })).image,
    );
    expect(text(medium, 'boot/x86_64/loader/xen.gz')).toBe('hypervisor\n');
    expect(text(medium, 'boot/grub/grub.cfg')).toMatch(/\$multiboot \(\$root\)\/boot\/x86_64\/loader\/xen\.gz dummy/);
    if (hasIsolinux) expect(text(medium, 'isolinux/isolinux.cfg')).toContain('append xen.gz --- linux ');
    const { status, stderr } = judge('grub-script-check', [join(medium, 'boot/grub/grub.cfg')]);
    expect(status, stderr).toBe(0);
  });
});

describe.runIf(hasGrub)('what a root tree brings', () => {
  oracle('xorriso')('theme, background, fonts and memory test are on the medium and in the menu', async () => {
    const root = join(scratch, 'themed');
    cpSync(small.root, root, { recursive: true, verbatimSymlinks: true });
    const write = (path: string, content: string) => {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), content);
    };
    write('usr/share/grub/themes/oak/theme.txt', 'theme\n');
    write('usr/share/grub/themes/oak/background.png', 'theirs\n');
    write('boot/grub/themes/oak/background.png', 'own\n');
    write('boot/efi/EFI/oak/fonts/other.pf2', 'font\n');
    write('boot/memtest86+.bin', 'memtest\n');
    const themed = smallDescription('firmware="efi"')
      .replace('</version>', '</version><bootloader-theme>oak</bootloader-theme>')
      .replace('output_console="serial"', 'output_console="gfxterm serial"');
    writeFileSync(join(small.description, 'config.xml'), themed);
    const medium = extracted((await press({ input: { root } })).image);
    const menu = text(medium, 'boot/grub/grub.cfg');
    expect(menu).toContain('set theme=($root)/boot/grub/themes/oak/theme.txt');
    expect(menu).toContain('set font=($root)/boot/x86_64/loader/grub/fonts/unicode.pf2');
    expect(text(medium, 'boot/grub/themes/oak/background.png')).toBe('own\n');
    const font = readFileSync('/usr/share/grub/unicode.pf2');
    for (const path of ['boot/x86_64/loader/grub/fonts', 'EFI/oak/fonts']) {
      expect(readFileSync(join(medium, path, 'unicode.pf2')).equals(font)).toBe(true);
    }
    expect(text(medium, 'EFI/oak/fonts/other.pf2')).toBe('font\n');
    expect(text(medium, 'boot/x86_64/loader/memtest')).toBe('memtest\n');
    writeFileSync(join(small.description, 'config.xml'), themed.replace('>oak<', '>elm<'));
    const { image, notes } = await press({ input: { root } });
    expect(notes).toContain('GRUB theme elm is not in the root tree; the menu is plain text.');
    expect(text(extracted(image), 'boot/grub/grub.cfg')).toContain('terminal_output console\n');
  });
});

describe.runIf(hasGrub)('other architectures', () => {
  for (const [machine, platform, loader] of [
    ['aarch64', 'arm64-efi', 'bootaa64.efi'],
    ['riscv64', 'riscv64-efi', 'bootriscv64.efi'],
    ['loongarch64', 'loongarch64-efi', 'bootloongarch64.efi'],
    ['armv7l', 'arm-efi', 'bootarm.efi'],
  ] as const) {
    oracle(
      'xorriso',
      'sgdisk',
      'grub-fstest',
    )(`${machine} boots by EFI alone`, async () => {
      const root = foreignRoot(machine, `usr/lib/grub/${platform}`, 'grub.efi');
      writeFileSync(join(small.description, 'config.xml'), smallDescription(''));
      const { image, firmware, partitionTable } = await press({ input: { root, architecture: machine } });
      expect([firmware, partitionTable]).toEqual(['efi', 'gpt']);
      const lines = reported(image);
      const entries = lines.filter((line) => line.startsWith('El Torito boot img'));
      expect(entries).toEqual([expect.stringMatching(/ 1 +UEFI +y /)]);
      expect(judge('sgdisk', ['-v', image]).stdout).toContain('No problems found');
      const listed = judge('grub-fstest', ['-r', 'loop0,gpt2', image, '--', 'ls', '/EFI/BOOT/']).stdout;
      expect(listed.toLowerCase().split(/\s+/)).toEqual(expect.arrayContaining([loader, 'grub.cfg']));
      expect(readdirSync(join(extracted(image), 'boot'))).toContain(machine);
    });
  }

  oracle('xorriso')('ppc64le boots by Open Firmware', async () => {
    const root = foreignRoot('ppc64le', 'usr/lib/grub/powerpc-ieee1275', 'grub.elf');
    writeFileSync(join(small.description, 'config.xml'), smallDescription('').replace('"Small"', '"Small &amp; Co"'));
    const { image } = await press({ input: { root, architecture: 'ppc64le' } });
    const lines = reported(image);
    expect(lines).toContainEqual(expect.stringMatching(/^System area summary: MBR CHRP/));
    expect(lines).toContainEqual(expect.stringMatching(/^MBR partition +: +1 +0x80 +0x96 +0 /));
    const medium = extracted(image);
    expect(text(medium, 'ppc/bootinfo.txt')).toBe(
      '<chrp-boot>\n<description>Small &amp; Co</description>\n<os-name>Small &amp; Co</os-name>\n' +
        '<boot-script>boot &device;:1,\\boot\\grub\\powerpc-ieee1275\\grub.elf</boot-script>\n</chrp-boot>\n',
    );
    expect(text(medium, 'boot/grub/powerpc-ieee1275/grub.cfg')).toContain(`/boot/${MEDIUM}`);
    expect(text(medium, 'boot/grub/powerpc-ieee1275/grub.elf')).toBe('grub.elf\n');
  });
});

/** The small root with a ready-made boot image of another architecture, and nothing of x86. */
function foreignRoot(machine: string, directory: string, image: string): string {
  const root = join(scratch, `root-${machine}`);
  cpSync(small.root, root, { recursive: true, verbatimSymlinks: true, filter: (path) => !/usr\/lib\/grub/.test(path) });
  mkdirSync(join(root, directory), { recursive: true });
  writeFileSync(join(root, directory, image), `${image}\n`);
  return root;
}
