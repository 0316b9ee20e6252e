// The Debian root trees of tests: made by mmdebstrap once per machine and list of packages, and kept.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SUITE = 'bookworm';
/** Only the release itself: its packages change with a point release, not between two runs. */
const MIRROR = 'http://deb.debian.org/debian';

/** A bootable system, dracut with both live modules, and the programs of their media checks and persistence. */
const SYSTEM = [
  ...['systemd', 'systemd-sysv', 'udev', 'dbus', 'kmod', 'iproute2', 'e2fsprogs', 'fdisk'],
  ...['dracut', 'dracut-live', 'kiwi-dracut-live', 'isomd5sum'],
];
/** The kernel and the boot loaders. */
const BOOT = {
  amd64: [
    ...['linux-image-amd64', 'grub-pc-bin', 'grub-efi-amd64-bin', 'grub-efi-amd64-signed', 'shim-signed'],
    ...['isolinux', 'syslinux-common'],
  ],
  i386: ['linux-image-686-pae', 'grub-pc-bin', 'isolinux', 'syslinux-common'],
  arm64: ['linux-image-arm64', 'grub-efi-arm64-bin', 'grub-efi-arm64-signed', 'shim-signed'],
};

/** A system that asks for its configuration when it starts. */
const CLOUD = ['cloud-init'];

const DIVERSION = '--quiet --local --rename --divert /usr/bin/dracut.diverted';
/**
 * Options of mmdebstrap. A live medium does not use the packages' initrd, which takes a minute, under emulation many:
 * while packages are set up, dracut is a link to `true`.
 */
export const WITHOUT_PACKAGE_INITRD = [
  `--essential-hook=chroot "$1" dpkg-divert ${DIVERSION} --add /usr/bin/dracut && ln -s true "$1/usr/bin/dracut"`,
  `--customize-hook=rm "$1/usr/bin/dracut" && chroot "$1" dpkg-divert ${DIVERSION} --remove /usr/bin/dracut`,
  '--customize-hook=rm -f "$1"/initrd.img "$1"/initrd.img.old',
];

/** Files added to a system: a media check, and a mark in a persistent medium. */
const ADDITIONS = fileURLToPath(new URL('../fixtures/debian-root/', import.meta.url));

const KEPT_CHARACTERS = 500;
const BINFMT = '/proc/sys/fs/binfmt_misc';

/** Packages of a system. @type {typeof import('./debian-root.js').systemPackages} */
export function systemPackages(architecture = 'amd64') {
  return [...SYSTEM, ...BOOT[architecture]];
}

/** Directory of fixtures that tests make once per machine. */
export function testCache() {
  return process.env['ISOPRESS_TEST_CACHE'] ?? join(tmpdir(), 'isopress-cache');
}

/** The existing tree, or undefined. @type {typeof import('./debian-root.js').presentDebianRoot} */
export function presentDebianRoot(architecture = 'amd64', kind = 'system') {
  const given = process.env['ISOPRESS_TEST_ROOT'];
  if (given && architecture === 'amd64' && kind === 'system') return given;
  const path = cachedPath(architecture, kind);
  return existsSync(path) ? path : undefined;
}

/** The tree, made if it is missing; or the reason why there is none. @type {typeof import('./debian-root.js').makeDebianRoot} */
export async function makeDebianRoot(architecture = 'amd64', kind = 'system') {
  const present = presentDebianRoot(architecture, kind);
  if (present) return { path: present };
  if (process.getuid?.() !== 0) return { reason: 'making a Debian root tree takes root, or ISOPRESS_TEST_ROOT' };
  if (kind === 'system' && architecture === 'arm64') emulate('aarch64');
  const path = cachedPath(architecture, kind);
  const part = `${path}.${process.pid}.part`;
  mkdirSync(join(path, '..'), { recursive: true });
  const args = ['--quiet', ...recipe(architecture, kind), SUITE, part, MIRROR];
  const failure = await failureOf('mmdebstrap', args);
  if (failure !== undefined) {
    rmSync(part, { recursive: true, force: true });
    return { reason: `mmdebstrap could make no root tree for ${architecture}: ${failure}` };
  }
  if (kind !== 'files') cpSync(ADDITIONS, part, { recursive: true, verbatimSymlinks: true });
  publish(part, path);
  return { path };
}

/** Gives a tree its name, unless another process has made the same one meanwhile. */
function publish(/** @type {string} */ part, /** @type {string} */ path) {
  try {
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
  }
}

/**
 * Undefined if the program succeeded, otherwise the end of its messages.
 * @param {string} program @param {readonly string[]} args @returns {Promise<string | undefined>}
 */
function failureOf(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said = `${said}${text}`.slice(-KEPT_CHARACTERS);
    });
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (status) => resolve(status === 0 ? undefined : said));
  });
}

/**
 * Arguments of mmdebstrap.
 * @param {keyof typeof BOOT} architecture @param {import('./debian-root.js').DebianRootKind} kind
 */
function recipe(architecture, kind) {
  const target = `--architectures=${architecture}`;
  // A tree without a shell is not complete.
  if (kind === 'files') return ['--variant=extract', target, `--include=${['bash', ...BOOT[architecture]].join(',')}`];
  const packages = [...systemPackages(architecture), ...(kind === 'cloud-init' ? CLOUD : [])];
  return ['--variant=minbase', target, ...WITHOUT_PACKAGE_INITRD, `--include=${packages.join(',')}`];
}

/**
 * A tree is identified by its recipe, so that one made of another list is not used for it.
 * @param {keyof typeof BOOT} architecture @param {import('./debian-root.js').DebianRootKind} kind
 */
function cachedPath(architecture, kind) {
  const made = [SUITE, MIRROR, ...recipe(architecture, kind), ...(kind === 'files' ? [] : additions())];
  const digest = createHash('sha256').update(made.join('\n')).digest('hex');
  return join(testCache(), `debian-${architecture}-${digest.slice(0, 8)}`);
}

/** The files added to a system, as text. */
function additions() {
  const paths = readdirSync(ADDITIONS, { recursive: true, encoding: 'utf8' }).sort();
  return paths.map((path) => {
    const isFile = lstatSync(join(ADDITIONS, path)).isFile();
    return isFile ? `${path}\n${readFileSync(join(ADDITIONS, path), 'utf8')}` : path;
  });
}

/** Makes the kernel run programs of another architecture with QEMU, as installing its package does if systemd runs. */
function emulate(/** @type {string} */ machine) {
  if (existsSync(join(BINFMT, `qemu-${machine}`))) return;
  if (!existsSync(join(BINFMT, 'register'))) spawnSync('mount', ['-t', 'binfmt_misc', 'binfmt_misc', BINFMT]);
  spawnSync('update-binfmts', ['--enable', `qemu-${machine}`]);
}
