// A Debian root tree made by an ordinary user: the requirements on the machine, and the owners in the tree. mmdebstrap sets
// the system up in a user namespace and packs it there; unpacked, every file is the user's own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename } from 'node:path';

const FIRST_ID = 100_000;
const IDS = 65_536;
const SUBORDINATE = ['/etc/subuid', '/etc/subgid'];
/** Settings that keep ordinary users from user namespaces: name, the value that allows them, the one that does not. */
const SETTINGS = [
  ['kernel.unprivileged_userns_clone', '0', '1'],
  ['kernel.apparmor_restrict_unprivileged_userns', '1', '0'],
  ['user.max_user_namespaces', '0', '65536'],
];

/** Commands for root to run first; empty if an ordinary user can make a tree here. @returns {string[]} */
export function missingForUserRoot() {
  const user = userName();
  if (user === undefined) return ['# mmdebstrap takes a user with a name in /etc/passwd.'];
  const lines = [];
  if (!SUBORDINATE.every((path) => hasIds(path, user))) {
    lines.push(
      `echo '${user}:${firstFreeId()}:${IDS}' | sudo tee -a ${SUBORDINATE.join(' ')}  # ids for a user namespace`,
    );
  }
  if (spawnSync('unshare', ['--user', '--map-root-user', 'true']).status !== 0) {
    const refusing = SETTINGS.filter(([name, refuses]) => setting(name ?? '') === refuses);
    lines.push(...refusing.map(([name, , allows]) => `sudo sysctl ${name}=${allows}`));
    if (refusing.length === 0)
      lines.push('# This machine, a container perhaps, refuses user namespaces: run the demo as root.');
  }
  return lines;
}

/**
 * Unpacks the archive as `tree`. Devices are left out: the kernel makes them at boot. The manifest states
 * attributes that an ordinary user's files cannot have: other owners, capabilities, and modes that exclude the user.
 * @param {string} archive @param {string} tree @param {string} manifest
 */
export async function unpackForUser(archive, tree, manifest) {
  mkdirSync(tree);
  const args = ['--extract', '--file', archive, '--directory', tree, '--no-same-owner', '--preserve-permissions'];
  const unpacked =
    spawnSync('tar', [...args, '--exclude=./dev/*'], { stdio: 'inherit' }).status === 0 &&
    spawnSync('chmod', ['--recursive', 'u+r', tree], { stdio: 'inherit' }).status === 0;
  if (unpacked) writeFileSync(manifest, await stated(archive), 'latin1');
  rmSync(archive);
  return unpacked;
}

/** Lines of a manifest for the entries of an archive that differ in a user's tree. @param {string} archive */
async function stated(archive) {
  const { fromText, quietRun, scanTarball, walk } = await import('../dist/index.js');
  const tree = await scanTarball(fromText(archive), { spool: fromText(`${archive}.spool`) }, quietRun());
  const lines = [`# Attributes that an ordinary user's files cannot have, from ${basename(archive)}`];
  for (const { bytes: path, node } of walk(tree)) {
    if (path.startsWith('dev/') || (node.uid === 0 && node.gid === 0 && node.mode & 0o400 && node.xattrs.length === 0))
      continue;
    const mode = node.kind === 'symlink' ? [] : [`mode=${node.mode.toString(8)}`];
    const xattrs = node.xattrs.map(({ name, value }) => `xattr.${name}=0x${Buffer.from(value).toString('hex')}`);
    lines.push(['set', quoted(`/${path}`), `owner=${node.uid}:${node.gid}`, ...mode, ...xattrs].join(' '));
  }
  return `${lines.join('\n')}\n`;
}

/** A word of a manifest. @param {string} text one character per byte */
function quoted(text) {
  return text.replace(/[^\w/.+@:~-]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Undefined for a number that the user database does not know. */
function userName() {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

function hasIds(/** @type {string} */ path, /** @type {string} */ user) {
  return entriesOf(path).some(({ owner, count }) => owner === user && count >= IDS);
}

/** The first id after all allocated ones. */
function firstFreeId() {
  return Math.max(FIRST_ID, ...SUBORDINATE.flatMap(entriesOf).map(({ first, count }) => first + count));
}

function entriesOf(/** @type {string} */ path) {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return lines.flatMap((line) => {
    const [, owner, first, count] = /^([^:#]+):(\d+):(\d+)$/.exec(line) ?? [];
    return owner === undefined ? [] : [{ owner, first: Number(first), count: Number(count) }];
  });
}

/** Value of a setting of the kernel; undefined if there is none. */
function setting(/** @type {string} */ name) {
  const path = `/proc/sys/${name.replaceAll('.', '/')}`;
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}
