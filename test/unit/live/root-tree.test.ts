// Lookups in a root tree, and conclusions from it.
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { bytesSource } from '../../../src/io/memory.js';
import { graphicsMode, isolinuxResolution } from '../../../src/live/boot/graphics-mode.js';
import { findGrubDirectory, grubDirectoryName } from '../../../src/live/boot/grub-data.js';
import { chooseModules } from '../../../src/live/boot/grub-modules.js';
import { type GenerationRules, generations, readDescription } from '../../../src/live/description/index.js';
import { renderProfile } from '../../../src/live/initrd/profile.js';
import { architectureOf, chooseFirmware, machineOf } from '../../../src/live/plan/architecture.js';
import { findKernel } from '../../../src/live/plan/kernel.js';
import { decideRootFileSystem } from '../../../src/live/root-image/root-file-system.js';
import { rootSize } from '../../../src/live/root-image/root-size.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { file, symlink } from '../../../src/tree/node.js';

const text = (content: string) => file(bytesSource(new TextEncoder().encode(content)));
const program = (content = '') => ({ ...text(content), mode: 0o755 });

/** The first 20 bytes of an ELF file for a machine. */
function elf(machine: number, bigEndian = false) {
  const head = new Uint8Array(64);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, bigEndian ? 2 : 1]);
  new DataView(head.buffer).setUint16(18, machine, !bigEndian);
  return file(bytesSource(head));
}

test('the kernel is the first of the sorted modules directories that has one', () => {
  const tree = FileTree.of({
    'usr/lib/modules/5.10/kernel.txt': text(''),
    'usr/lib/modules/6.1/vmlinuz': text('usr'),
    'boot/vmlinuz-6.1': text('boot'),
    'boot/vmlinuz-6.2': text('newer'),
    'usr/lib/modules/6.2/x': text(''),
    lib: symlink(fromText('usr/lib')),
  });
  expect(findKernel(tree)).toMatchObject({ path: 'boot/vmlinuz-6.1', version: '6.1' });
});

test('a kernel that links lead to comes first, if there are modules for it', () => {
  const kernels = {
    'lib/modules/5.3.18-default/x': text(''),
    'lib/modules/5.14.21-default/x': text(''),
    'boot/vmlinuz-5.3.18-default': text('old'),
    'boot/vmlinuz-5.14.21-default': text('new'),
  };
  const followsLinks = true;
  const linked = FileTree.of({ ...kernels, 'boot/vmlinuz': symlink(fromText('vmlinuz-5.3.18-default')) });
  expect(findKernel(linked, { followsLinks })).toMatchObject({ path: 'boot/vmlinuz', version: '5.3.18-default' });
  expect(findKernel(linked).version).toBe('5.14.21-default');
  const astray = FileTree.of({ ...kernels, 'boot/vmlinuz': symlink(fromText('vmlinuz-6.0')) });
  expect(findKernel(astray, { followsLinks }).version).toBe('5.14.21-default');
});

test("the root file system has the size of the generation's rule", () => {
  const half = new Uint8Array(1024 * 1024 + 512 * 1024);
  const root = FileTree.of({ 'etc/half': file(bytesSource(half)), 'proc/much': file(bytesSource(half)) });
  const [oldest, newest] = [generations[0]!, generations.at(-1)!];
  const mebibytes = (rules: GenerationRules, size?: { mebibytes: number; additive: boolean }) =>
    rootSize(root, size && { ...size, place: {} }, rules) / (1024 * 1024);
  // 1.5 MiB and two directories of 4 KiB, times 1.5: whole MiB first, or last.
  expect([mebibytes(newest), mebibytes(oldest)]).toEqual([1, 2]);
  expect(mebibytes(newest, { mebibytes: 100, additive: true })).toBe(101);
  expect(mebibytes(newest, { mebibytes: 100, additive: false })).toBe(100);
});

test('the error of a tree without a kernel names the versions of its modules', () => {
  expect(() => findKernel(FileTree.of({ 'lib/modules/6.1/x': text('') }))).toThrow(/modules for 6\.1, but no kernel/);
  expect(() => findKernel(FileTree.of({ etc: text('') }))).toThrow(/no \/lib\/modules/);
});

test.each([
  [62, false, 'x86_64'],
  [183, false, 'aarch64'],
  [21, true, 'ppc64'],
  [21, false, 'ppc64le'],
])('ELF machine %i is told from the programs', async (machine, bigEndian, name) => {
  const tree = FileTree.of({
    'usr/bin/dash': elf(machine, bigEndian),
    'usr/bin/sh': symlink(fromText('dash')),
    bin: symlink(fromText('usr/bin')),
  });
  expect(await machineOf(tree)).toBe(name);
});

test('a tree without programs and an architecture without media are errors', async () => {
  await expect(machineOf(FileTree.of({ etc: text('') }))).rejects.toThrow(/has no program/);
  expect(() => architectureOf('vax')).toThrow(
    /Live media for vax are not supported; those for x86_64, .*riscv64, .*ppc64le are\./,
  );
  expect(chooseFirmware(architectureOf('x86_64'), undefined)).toBe('bios');
  expect(() => chooseFirmware(architectureOf('x86_64'), 'ofw')).toThrow(/Firmware ofw is not built for x86_64/);
});

test("GRUB's directories are found in the order of the distributions", () => {
  const tree = FileTree.of({
    'usr/lib/grub/i386-pc/boot.img': text('lib'),
    'usr/share/grub2/i386-pc/boot.img': text('share'),
  });
  expect(findGrubDirectory(tree, 'i386-pc')?.path).toBe('usr/share/grub2/i386-pc');
  expect(findGrubDirectory(tree, 'x86_64-efi')).toBeUndefined();
  expect(grubDirectoryName(tree)).toBe('grub');
  expect(grubDirectoryName(FileTree.of({ 'usr/sbin/grub2-install': program() }))).toBe('grub2');
  expect(grubDirectoryName(FileTree.of({ 'usr/sbin/grub2-install': text('') }))).toBe('grub');
});

test('modules that a GRUB lacks are divided by their purpose', () => {
  const choice = chooseModules(
    'x86_64-efi',
    ['multiboot'],
    (module) => !['btrfs', 'linuxefi', 'iso9660'].includes(module),
  );
  expect(choice).toMatchObject({ absent: ['btrfs'], missing: ['iso9660'] });
  expect(choice.modules).toEqual(expect.arrayContaining(['efi_gop', 'multiboot']));
});

test('old mode numbers become sizes', () => {
  expect(['0x317', '0x303', 'auto', '0x999'].map((vga) => graphicsMode(vga))).toEqual([
    '1024x768',
    '800x600',
    'auto',
    'auto',
  ]);
  expect(graphicsMode('0x999', '0x303')).toBe('800x600');
  expect(['0x317', 'auto'].map(isolinuxResolution)).toEqual(['1024 768', '800 600']);
});

test('.profile has sorted, quoted assignments', () => {
  const description = readDescription(
    `<image schemaversion="7.4" name="n" displayname="It's"><preferences><version>1</version>
     <type image="iso" kernelcmdline="quiet splash" hybridpersistent="true"/></preferences></image>`,
    'config.xml',
    { architecture: 'x86_64' },
  );
  const lines = renderProfile(description).trimEnd().split('\n');
  expect(lines).toEqual([...lines].sort());
  expect(lines).toContain(`kiwi_displayname='It'\\''s'`);
  expect(lines).toContain(`kiwi_cmdline='quiet splash'`);
  expect(lines).toContain(`kiwi_hybridpersistent='true'`);
  expect(lines.some((line) => line.startsWith('kiwi_keytable'))).toBe(false);
});

test('the root file system is one that the kernel and the e2fsprogs of the root tree can use', async () => {
  const place = { text: '-b 1024 -O ^has_journal', place: { path: 'config.xml', line: 3 } };
  const tree = (version: string) =>
    FileTree.of({
      'usr/sbin/e2fsck': text(`\x7fELF\0usage\0${version}\0Un`),
      sbin: symlink(fromText('usr/sbin')),
    });
  const library = FileTree.of({ 'usr/lib/x/libext2fs.so.2': text('\0EXT2FS Library version 1.42.11\0') });
  expect(await decideRootFileSystem(tree('1.47.2'), '6.1.0-18-amd64', place)).toEqual({
    options: { profile: 'modern', blockSize: 1024, features: ',^has_journal' },
    profile: 'modern',
    reason: 'Linux 6.1.0-18-amd64, e2fsprogs 1.47.2: can use orphan_file and metadata_csum_seed',
  });
  expect((await decideRootFileSystem(tree('1.46.4-rc1'), '6.4.0', place)).profile).toBe('boot');
  expect((await decideRootFileSystem(library, '6.4.0', place)).profile).toBe('minimal');
  expect((await decideRootFileSystem(FileTree.of({}), '6.4.0', place)).profile).toBe('boot');
  await expect(decideRootFileSystem(tree('1.47.0'), '6.1.0', { ...place, text: '-c' })).rejects.toThrow(
    /fscreateoptions="-c" cannot be followed.*-c of mke2fs/,
  );
});
