// A real Debian root tree for boot tests: the one of ISOPRESS_TEST_ROOT, or one made by mmdebstrap once per machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGES = [
  ...['linux-image-amd64', 'systemd', 'systemd-sysv', 'udev', 'dracut', 'dracut-live', 'e2fsprogs', 'kmod'],
  ...['grub-pc-bin', 'grub-efi-amd64-bin', 'grub-efi-amd64-signed', 'shim-signed', 'iproute2'],
];

/** The tree, or the reason why there is none. */
export type DebianRoot = { readonly path: string } | { readonly reason: string };

export function debianRoot(): DebianRoot {
  const given = process.env['ISOPRESS_TEST_ROOT'];
  if (given) return { path: given };
  if (process.getuid?.() !== 0) return { reason: 'making a Debian root tree takes root, or ISOPRESS_TEST_ROOT' };
  const path = join(process.env['ISOPRESS_TEST_CACHE'] ?? join(tmpdir(), 'isopress-cache'), 'debian-root');
  if (existsSync(path)) return { path };
  const part = `${path}.part`;
  mkdirSync(join(path, '..'), { recursive: true });
  rmSync(part, { recursive: true, force: true });
  const args = ['--variant=minbase', `--include=${PACKAGES.join(',')}`, 'bookworm', part];
  const { status, stderr, error } = spawnSync('mmdebstrap', args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) {
    rmSync(part, { recursive: true, force: true });
    return { reason: `mmdebstrap could make no root tree: ${error?.message ?? stderr.slice(-500)}` };
  }
  renameSync(part, path);
  return { path };
}
