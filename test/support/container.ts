// The container image of the project, built and run by programs of Debian that need no daemon.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { judge, type Verdict } from './oracle.js';

/** Programs that build it and run it. */
export const CONTAINER_TOOLS = ['mmdebstrap', 'buildah', 'podman', 'runc', 'npm'] as const;
const PROJECT = resolve(import.meta.dirname, '../..');
const BASE = 'localhost/base';
const TAG = 'localhost/isopress';
/** As docs/guides/many-images.md runs it. */
const RESTRICTED = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'];

/**
 * runc takes old control groups, which crun 1.8 refuses. The usual limits of podman are more than a root without CAP_SYS_RESOURCE
 * may set.
 */
const RUNTIME = ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs'];
const LIMITS = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000'];

/** The image in its own storage. */
export interface Container {
  /** Runs the command of the image as any user, without a network. `work` becomes /work. */
  run(work: string, user: string, args: readonly string[], more?: readonly string[]): Verdict;
  /** Removes the storage. */
  remove(): void;
}

/** The root tree of a small Debian 13, as a tarball: the Containerfile adds its packages to it. */
export function makeBase(into: string): void {
  const words = ['--quiet', '--variant=minbase', '--include=ca-certificates'];
  execFileSync('mmdebstrap', [...words, 'trixie', join(into, 'base.tar')], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Builds the image as its Containerfile says, with everything in `directory`. Needs root. */
export function buildContainer(directory: string, base: string): Container {
  const at = (name: string) => join(directory, name);
  const storage = ['--root', at('storage'), '--runroot', at('run'), '--storage-driver', 'vfs'];
  const buildah = (...args: string[]) =>
    execFileSync('buildah', [...storage, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const empty = buildah('from', 'scratch');
  buildah('add', '--quiet', empty, base, '/');
  buildah('commit', '--quiet', empty, BASE);
  buildah('rm', empty);
  const npm = (...args: string[]) =>
    execFileSync('npm', args, { cwd: PROJECT, stdio: ['ignore', 'ignore', 'inherit'] });
  // Not by `npm run packages`, which compiles: other suites run what is compiled.
  const pack = [join(PROJECT, 'scripts/packages.js'), '--partial', '--out', at('packages')];
  execFileSync(process.execPath, pack, { stdio: ['ignore', 'ignore', 'inherit'] });
  mkdirSync(at('context'));
  cpSync(join(PROJECT, 'container'), at('context/container'), { recursive: true });
  const tarballs = execFileSync('find', [at('packages'), '-name', '*.tgz'], { encoding: 'utf8' })
    .trim()
    .split('\n');
  npm('install', '--global', '--no-audit', '--no-fund', '--prefix', at('context/out/container'), ...tarballs);
  const file = ['--file', at('context/container/Containerfile')];
  const ignored = ['--ignorefile', at('context/container/Containerfile.containerignore')];
  const how = ['--isolation', 'chroot', '--pull-never', '--build-arg', `BASE=${BASE}`];
  buildah('build', '--quiet', ...how, ...file, ...ignored, '--tag', TAG, at('context'));
  return {
    run: (work, user, args, more = []) => {
      const where = ['--rm', '--network', 'none', '--user', user, '--volume', `${work}:/work`];
      return judge('podman', [
        ...storage,
        ...RUNTIME,
        'run',
        ...where,
        ...LIMITS,
        ...RESTRICTED,
        ...more,
        TAG,
        ...args,
      ]);
    },
    remove: () => {
      judge('podman', [...storage, 'rmi', '--all', '--force']);
    },
  };
}
