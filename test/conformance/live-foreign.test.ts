// Live ISOs of root trees for other machines, made on this one: Debian for 32-bit PCs and for ARM. Their programs are not run; the
// boot structures are judged by xorriso, partition tools and mtools, and the menu comes up in a machine of that kind.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { quietRun } from '../../src/io/content.js';
import { type BuildReport, buildLiveIso } from '../../src/live/index.js';
import { openSysroot } from '../../src/live/initrd/sysroot.js';
import { scanDirectory } from '../../src/source/index.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { judge, oracle, oraclesRequired } from '../support/oracle.js';
import { bootUntil, missingForBoot } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const MENU_SECONDS = 280;

interface Machine {
  readonly debian: 'i386' | 'arm64';
  readonly machine: string;
  readonly type: string;
}
const I386: Machine = { debian: 'i386', machine: 'ix86', type: 'firmware="bios"' };
const ARM64: Machine = { debian: 'arm64', machine: 'aarch64', type: 'firmware="uefi"' };

const described = (type: string, machine: string) => `<image schemaversion="8.0" name="foreign" displayname="Foreign">
  <description type="system"><author>a</author><contact>c</contact><specification>s</specification></description>
  <preferences><version>1.0.0</version><packagemanager>apt</packagemanager>
  <type image="iso" flags="dmsquash" volid="FOREIGN" squashfscompression="lz4" kernelcmdline="machine=${machine}" ${type}>
  <bootloader name="grub2" timeout="60" output_console="serial console" input_console="serial console"/></type></preferences>
  <packages type="image"><package name="kernel"/></packages></image>`;

const pressed = new Map<string, Promise<BuildReport>>();

/** Each is pressed once. The initrd does not matter for the menu. */
function press({ debian, machine, type }: Machine): Promise<BuildReport> | undefined {
  const root = presentDebianRoot(debian, 'files');
  if (root === undefined) {
    if (oraclesRequired) throw new Error(`there is no Debian root tree for ${debian}; \`npm test\` makes one as root`);
    return undefined;
  }
  const known = pressed.get(machine) ?? pressFrom(root, machine, type);
  pressed.set(machine, known);
  return known;
}

async function pressFrom(root: string, machine: string, type: string): Promise<BuildReport> {
  const [description, targetDirectory] = [join(scratch, machine), join(scratch, `${machine}-out`)];
  for (const directory of [description, targetDirectory]) mkdirSync(directory);
  writeFileSync(join(description, 'config.xml'), described(type, machine));
  const initrd = join(scratch, `${machine}-initrd`);
  writeFileSync(initrd, 'not an initrd\n');
  const options = { input: { root }, description: { directory: description }, initrd: { file: initrd } };
  return buildLiveIso({ ...options, targetDirectory }, quietRun(2));
}

function reported(image: string): string[] {
  const args = ['-indev', image, '-report_el_torito', 'plain', '-report_system_area', 'plain'];
  return succeed('xorriso', args)
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').trim());
}

/** The ESP, taken out by mtools; what is in EFI/BOOT. */
function espFiles(image: string, to: string): string {
  const { partitiontable } = JSON.parse(succeed('sfdisk', ['--json', image]));
  const esp = partitiontable.partitions.find(({ type }: { type: string }) => /^(ef|C12A7328-)/.test(type));
  mkdirSync(to);
  succeed('mcopy', ['-n', '-s', '-i', `${image}@@${esp.start * 512}`, '::EFI', to]);
  return join(to, 'EFI/BOOT');
}

describe('ARM, 64 bits', () => {
  oracle('xorriso', 'sfdisk')('xorriso reports a medium for EFI alone', async ({ skip }) => {
    const report = await press(ARM64);
    if (!report) return skip('there is no root tree');
    expect(report.architecture).toBe('aarch64');
    const lines = reported(report.image);
    expect(lines).toContainEqual(expect.stringMatching(/^El Torito boot img : 1 UEFI y none 0x0000 0x00 40960 \d+$/));
    expect(lines.filter((line) => line.startsWith('El Torito boot img'))).toHaveLength(1);
    expect(lines).toContain('Partition offset : 16');
    expect(judge('sgdisk', ['-v', report.image]).stdout).toContain('No problems found');
  });

  oracle('mcopy', 'sfdisk')('the ESP has the signed loaders of the distribution', async ({ skip }) => {
    const report = await press(ARM64);
    if (!report) return skip('there is no root tree');
    const root = presentDebianRoot('arm64', 'files')!;
    const boot = espFiles(report.image, join(scratch, 'arm-esp'));
    const same = [
      ['bootaa64.efi', 'usr/lib/shim/shimaa64.efi.signed'],
      ['grubaa64.efi', 'usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed'],
      ['mmaa64.efi', 'usr/lib/shim/mmaa64.efi.signed'],
    ] as const;
    for (const [name, source] of same) {
      expect(readFileSync(join(boot, name)).equals(readFileSync(join(root, source))), name).toBe(true);
    }
    expect(existsSync(join(boot, 'grub.cfg'))).toBe(true);
  });

  for (const as of ['cd', 'disk'] as const) {
    const needs = missingForBoot('uefi', 'aarch64').length > 0 ? ['AAVMF'] : [];
    oracle('qemu-system-aarch64', ...needs)(`the menu comes up as ${as}`, async ({ skip }) => {
      const report = await press(ARM64);
      if (!report) return skip('there is no root tree');
      const machine = { image: report.image, architecture: 'aarch64', firmware: 'uefi', as, memory: 1024 } as const;
      expect((await bootUntil(machine, 'Boot from Hard Disk', MENU_SECONDS)).log).toContain('Failsafe -- Foreign');
    });
  }
});

describe('PC, 32 bits', () => {
  oracle('xorriso', 'sfdisk')('xorriso reports a medium for the BIOS', async ({ skip }) => {
    const report = await press(I386);
    if (!report) return skip('there is no root tree');
    expect(report.architecture).toBe('ix86');
    const lines = reported(report.image);
    expect(lines).toContainEqual(expect.stringMatching(/^El Torito boot img : 1 BIOS y none 0x0000 0x00 4 \d+$/));
    expect(lines).toContain('El Torito img opts : 1 boot-info-table grub2-boot-info');
    expect(lines).toContain('System area summary: MBR grub2-mbr cyl-align-off');
    expect(lines).toContainEqual(expect.stringMatching(/^MBR partition : 1 0x80 0xcd 64 \d+$/));
    const found = succeed('xorriso', ['-indev', report.image, '-find', '/boot/ix86/loader', '-type', 'f']);
    expect(found.replaceAll("'", '').trim().split('\n').sort()).toEqual(
      expect.arrayContaining(['/boot/ix86/loader/initrd', '/boot/ix86/loader/linux']),
    );
  });

  for (const as of ['cd', 'disk'] as const) {
    oracle('qemu-system-x86_64')(`the menu comes up as ${as}`, async ({ skip }) => {
      const report = await press(I386);
      if (!report) return skip('there is no root tree');
      const machine = { image: report.image, as, memory: 512 } as const;
      expect((await bootUntil(machine, 'Boot from Hard Disk', MENU_SECONDS)).log).toContain('Failsafe -- Foreign');
    });
  }
});

describe('an unknown machine', () => {
  oracle('dracut')('has no initrd made from outside: nothing here runs its loader', async () => {
    const [rootDirectory, workDirectory] = [join(scratch, 'unknown'), join(scratch, 'unknown-work')];
    const libraries = join(rootDirectory, 'usr/lib/odd-linux-gnu');
    mkdirSync(libraries, { recursive: true });
    // An ELF header of a machine that there is not.
    const header = Buffer.from('7f454c46020101000000000000000000020039050100', 'hex');
    writeFileSync(join(libraries, 'ld-linux-odd.so.1'), header, { mode: 0o755 });
    const root = await scanDirectory(fromText(rootDirectory));
    const opened = openSysroot(
      { root, rootDirectory, machine: 'odd', workDirectory, profile: '', epoch: 0 },
      quietRun(),
    );
    await expect(opened).rejects.toMatchObject({
      code: 'live.foreign-loader',
      message: expect.stringContaining('usr/lib/odd-linux-gnu/ld-linux-odd.so.1'),
      hint: expect.stringContaining('qemu-user-static'),
    });
  });
});
