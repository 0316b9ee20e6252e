// The Debian root tree that an ordinary user packs with mmdebstrap, made once per machine.
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemPackages, WITHOUT_PACKAGE_INITRD } from '../../scripts/debian-root.js';
import { oncePerMachine } from './once.js';
import { judge, type Verdict } from './oracle.js';
import { succeed } from './tools.js';

/** Owns nothing but its own files. */
export const ORDINARY_USER = 4321;
const NAME = 'isopress-builder';
/** The ids of its namespaces; beyond those that distributions give away. */
const SUBORDINATE = `${NAME}:1900000000:65536\n`;

/** ping has a capability. */
const PACKAGES = [...systemPackages(), 'iputils-ping'];
const RECIPE = [
  ...['--quiet', '--mode=unshare', '--variant=minbase', '--format=tar', ...WITHOUT_PACKAGE_INITRD],
  `--include=${PACKAGES.join(',')}`,
];
const FROM = ['bookworm', 'http://deb.debian.org/debian'] as const;

/** The words of a call that runs a program as the user. */
export function asOrdinaryUser(words: readonly string[]): string[] {
  return ['setpriv', '--reuid', `${ORDINARY_USER}`, '--regid', `${ORDINARY_USER}`, '--clear-groups', ...words];
}

/** Path of the tar archive. Takes root, who becomes the user. */
export async function userArchive(): Promise<string> {
  const key = createHash('sha256')
    .update([...RECIPE, ...FROM].join('\n'))
    .digest('hex')
    .slice(0, 8);
  const directory = await oncePerMachine(`user-archive-${key}`, pack);
  return join(directory, 'root.tar');
}

function pack(into: string): void {
  const home = join(into, 'home');
  mkdirSync(home);
  chownSync(home, ORDINARY_USER, ORDINARY_USER);
  for (const path of [into, home]) chmodSync(path, 0o755);
  const [suite, mirror] = FROM;
  const made = join(home, 'root.tar');
  const { status, stderr } = withUser(into, ['mmdebstrap', ...RECIPE, suite, made, mirror], home);
  if (status !== 0) throw new Error(`mmdebstrap could pack no root tree: ${stderr.slice(-500)}`);
  renameSync(made, join(into, 'root.tar'));
}

/** Runs words as the user, who exists only in a mount namespace: mmdebstrap takes one with a name and subordinate ids. */
function withUser(directory: string, words: readonly string[], home: string): Verdict {
  const added = {
    passwd: `${NAME}:x:${ORDINARY_USER}:${ORDINARY_USER}::${home}:/bin/sh\n`,
    group: `${NAME}:x:${ORDINARY_USER}:\n`,
    subuid: SUBORDINATE,
    subgid: SUBORDINATE,
  };
  const binds = Object.entries(added).map(([name, line]) => {
    const copy = join(directory, name);
    writeFileSync(copy, readFileSync(`/etc/${name}`, 'utf8') + line);
    return `mount --bind '${copy}' /etc/${name}`;
  });
  const script = [...binds, `cd '${home}'`, 'exec "$@"'].join(' && ');
  const environment = ['env', `HOME=${home}`, `TMPDIR=${home}`];
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...environment];
  return judge('unshare', [...args, ...asOrdinaryUser(words)]);
}

/** The archive as root unpacks it with GNU tar. */
export function unpackedArchive(archive: string, into: string): string {
  mkdirSync(into);
  const kept = ['--xattrs', '--xattrs-include=*', '--same-owner', '--preserve-permissions', '--numeric-owner'];
  succeed('tar', ['--extract', '--file', archive, '--directory', into, ...kept]);
  return into;
}
