// erofs-utils of several versions: Debian's own, and newer ones out of newer Debian releases, run by their own loader.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { oncePerMachine } from './once.js';
import { judge, type Verdict } from './oracle.js';

/** The programs of one version. */
export interface ErofsUtils {
  /** `installed`, or the Debian release. */
  readonly name: string;
  run(tool: 'mkfs.erofs' | 'fsck.erofs' | 'dump.erofs', args: readonly string[]): Verdict;
}

const MIRROR = 'http://deb.debian.org/debian';

/** The version that is installed. Debian 12 has 1.5, which knows lz4 alone. */
export const INSTALLED: ErofsUtils = { name: 'installed', run: judge };

/**
 * The version of a newer Debian release, unpacked once per machine; undefined if it cannot be had. `trixie` has 1.8.6 with
 * every compression.
 */
export async function erofsUtilsOf(release: string): Promise<ErofsUtils | undefined> {
  const wanted = ['--variant=extract', '--include=erofs-utils,libc6', '--mode=auto'];
  // Release files of unstable are of yesterday on some mirrors.
  const apt = ['--aptopt=Acquire::Check-Valid-Until "false"'];
  try {
    const root = await oncePerMachine(`erofs-utils-${release}`, (into) => {
      const made = spawnSync('mmdebstrap', [...wanted, ...apt, release, into, MIRROR], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      if (made.status !== 0) throw new Error(`mmdebstrap: ${made.stderr ?? made.error}`);
    });
    const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
    const loader = join(libraries, 'ld-linux-x86-64.so.2');
    return {
      name: release,
      run: (tool, args) => judge(loader, ['--library-path', libraries, join(root, 'usr/bin', tool), ...args]),
    };
  } catch {
    return undefined;
  }
}

/** The newest version that tests ask for. `ISOPRESS_EROFS_UTILS=sid` takes that of another release. */
export const NEWER_RELEASE = process.env['ISOPRESS_EROFS_UTILS'] ?? 'trixie';
