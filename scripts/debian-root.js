// The Debian root tree that tests boot and judge: the one of ISOPRESS_TEST_ROOT, or one made by mmdebstrap once per machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SUITE = 'bookworm';
const PACKAGES = [
  ...['linux-image-amd64', 'systemd', 'systemd-sysv', 'udev', 'dracut', 'dracut-live', 'e2fsprogs', 'kmod'],
  ...['grub-pc-bin', 'grub-efi-amd64-bin', 'grub-efi-amd64-signed', 'shim-signed', 'iproute2'],
];

/** Where a tree made for the tests is kept. */
function cachedPath() {
  return join(process.env['ISOPRESS_TEST_CACHE'] ?? join(tmpdir(), 'isopress-cache'), 'debian-root');
}

/** The tree there is, or undefined. */
export function presentDebianRoot() {
  const given = process.env['ISOPRESS_TEST_ROOT'];
  if (given) return given;
  return existsSync(cachedPath()) ? cachedPath() : undefined;
}

/** The tree, made if there is none; or the reason why there is none. */
export function makeDebianRoot() {
  const present = presentDebianRoot();
  if (present) return { path: present };
  if (process.getuid?.() !== 0) return { reason: 'making a Debian root tree takes root, or ISOPRESS_TEST_ROOT' };
  const path = cachedPath();
  const part = `${path}.${process.pid}.part`;
  mkdirSync(join(path, '..'), { recursive: true });
  const args = ['--quiet', '--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, part];
  const { status, stderr, error } = spawnSync('mmdebstrap', args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) {
    rmSync(part, { recursive: true, force: true });
    return { reason: `mmdebstrap could make no root tree: ${error?.message ?? stderr.slice(-500)}` };
  }
  renameSync(part, path);
  return { path };
}
