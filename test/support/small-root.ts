// A root tree of a few megabytes that has all a live ISO is pressed from: a program, a kernel, GRUB of this machine.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { oraclesRequired } from './oracle.js';

/** Whether this machine has the GRUB files that a small root is made of; where judges are required it has to. */
export const hasGrub = present(['i386-pc/cdboot.img', 'x86_64-efi/kernel.img'].map((name) => `/usr/lib/grub/${name}`));

const isolinuxFiles = [
  ...['isolinux.bin', 'isohdpfx.bin'].map((name) => `/usr/lib/ISOLINUX/${name}`),
  ...['ldlinux.c32', 'libcom32.c32', 'libutil.c32', 'menu.c32', 'mboot.c32'].map(
    (name) => `/usr/lib/syslinux/modules/bios/${name}`,
  ),
];

/** Whether this machine has ISOLINUX, as {@link hasGrub}; small roots have it then. */
export const hasIsolinux = present(isolinuxFiles);

function present(paths: readonly string[]): boolean {
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0 && oraclesRequired) throw new Error(`A small root cannot be made without ${missing}.`);
  return missing.length === 0;
}

/** Of the files of GRUB, the images that are linked already and the installer for disks: most of the bytes, and no medium needs them. */
const NOT_TAKEN: ReadonlySet<string> = new Set(['monolithic', 'grub-bios-setup']);

/** Not a hole, which not every archive keeps. Costs no time, and makes half as much again as the content enough for the tables of the root file system. */
const ZEROS = 8 * 1024 * 1024;

const BUSYBOX = '/bin/busybox';

/** Makes the tree. Everything in it has one time, so that two of them are equal. */
export function makeSmallRoot(path: string, order: 'forwards' | 'backwards' = 'forwards'): string {
  const makers = [
    () => write(path, 'boot/vmlinuz-6.1.0', 'not a kernel\n'),
    () => write(path, 'usr/lib/modules/6.1.0/modules.dep', ''),
    () => write(path, 'etc/machine-id', '0123456789abcdef0123456789abcdef\n'),
    () => write(path, 'etc/hostname', 'small\n'),
    () => write(path, 'image/config.xml', '<image/>\n'),
    () => write(path, 'run/left/over', ''),
    () =>
      write(
        path,
        'var/lib/dpkg/status',
        'Package: small\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n',
      ),
    () => copy(path, process.execPath, 'usr/bin/node-head', 4096),
    () => copyAll(path, '/usr/lib/grub/i386-pc', 'usr/lib/grub/i386-pc'),
    () => copyAll(path, '/usr/lib/grub/x86_64-efi', 'usr/lib/grub/x86_64-efi'),
    () => copyAll(path, '/usr/share/grub/unicode.pf2', 'usr/share/grub/unicode.pf2'),
    ...(hasIsolinux ? isolinuxFiles.map((name) => () => copyAll(path, name, name.slice(1))) : []),
    () => zeros(path, 'usr/share/zeros', ZEROS),
    () => link(path, 'usr/bin', 'bin'),
    () => link(path, 'node-head', 'usr/bin/sh'),
  ];
  if (order === 'backwards') makers.reverse();
  for (const make of makers) make();
  for (const dir of ['tmp', 'proc', 'sys', 'dev', 'var/tmp']) mkdirSync(join(path, dir), { recursive: true });
  execFileSync('find', [path, '-exec', 'touch', '-h', '-d', '@1700000000', '{}', '+']);
  return path;
}

/** Makes a tree that programs can run in: a static busybox under the names given. */
export function makeBusyboxRoot(path: string, programs: readonly string[]): string {
  mkdirSync(join(path, 'bin'), { recursive: true });
  writeFileSync(join(path, 'bin/busybox'), readFileSync(BUSYBOX));
  chmodSync(join(path, 'bin/busybox'), 0o755);
  for (const name of programs) symlinkSync('busybox', join(path, 'bin', name));
  for (const dir of ['etc', 'proc', 'tmp', 'var/tmp', 'usr/lib']) mkdirSync(join(path, dir), { recursive: true });
  writeFileSync(join(path, 'etc/hostname'), 'small\n');
  utimesSync(join(path, 'etc'), 1_700_000_000, 1_700_000_000);
  return path;
}

/** Every entry with all its attributes, change times included: equal before and after means untouched. */
export function listing(path: string): string {
  const format = '%P %i %m %U %G %s %n %T@ %C@ %l\n';
  return execFileSync('find', [path, '-printf', format], { encoding: 'latin1', maxBuffer: 1 << 28 })
    .split('\n')
    .sort()
    .join('\n');
}

function write(root: string, name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

function zeros(root: string, name: string, size: number): void {
  write(root, name, '\0'.repeat(size));
}

function copy(root: string, from: string, name: string, length: number): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), readFileSync(from).subarray(0, length), { mode: 0o755 });
}

function copyAll(root: string, from: string, name: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  cpSync(from, join(root, name), { recursive: true, filter: (path) => !NOT_TAKEN.has(basename(path)) });
}

function link(root: string, target: string, name: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  symlinkSync(target, join(root, name));
}
