// A Debian ISO pressed where next to nothing is allowed: an ordinary user without capabilities, no user namespaces, no
// loop devices, a /dev with five entries. Judges: the kernel that refuses, lsinitrd, xorriso.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAIN } from '../support/command.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const debian = presentDebianRoot();
const ofDebian = debian === undefined ? () => test.skip : kernelOracle;
const USER = '4321';

// In a chroot the kernel refuses user namespaces to everyone (user_namespaces(7)).
const CONFINE = `
set -eu
view=$1 user=$2
shift 2
mount --rbind / "$view"
mount -t tmpfs -o mode=0755 dev "$view/dev"
for device in null zero full random urandom; do
  : >"$view/dev/$device"
  mount --bind "/dev/$device" "$view/dev/$device"
done
exec chroot "$view" setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs --bounding-set=-all \\
  --inh-caps=-all env HOME=/nonexistent "$@"
`;

function confined(...command: string[]) {
  const view = join(scratch, 'view');
  mkdirSync(view, { recursive: true });
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', CONFINE, 'sh', view, USER, ...command];
  return spawnSync('unshare', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
}

/** The Debian tree as this user would have made it: all of it the user's own. */
function ownTree(): string {
  const tree = join(scratch, 'root');
  if (readdirSync(scratch).includes('root')) return tree;
  spawnSync('cp', ['-a', '--reflink=auto', debian!, tree]);
  spawnSync('chown', ['-R', '-h', `${USER}:${USER}`, tree]);
  spawnSync('chmod', ['755', scratch]);
  // Files without any permission are closed to all but root, their owner included.
  spawnSync('find', [tree, '-type', 'f', '!', '-perm', '-400', '-exec', 'chmod', 'u+r', '{}', '+']);
  return tree;
}

function press(target: string, ...more: string[]) {
  const directory = join(scratch, target);
  mkdirSync(directory);
  spawnSync('chown', [`${USER}:${USER}`, directory]);
  const description = join(import.meta.dirname, '../../fixtures/debian-live');
  const attributes = { flags: 'dmsquash', squashfscompression: 'zstd' };
  const set = Object.entries(attributes).flatMap(([name, value]) => ['--set-type-attr', `${name}=${value}`]);
  const args = [
    '--description',
    description,
    '--root',
    ownTree(),
    '--target-dir',
    directory,
    '--owner',
    'root',
    ...set,
  ];
  const ended = confined(
    process.execPath,
    MAIN,
    'build',
    ...args,
    '--progress',
    'none',
    '--level',
    '1',
    '--json',
    ...more,
  );
  return { directory, ...ended };
}

ofDebian(
  'unshare',
  'setpriv',
  'chroot',
)('the confinement is one: no namespaces, no mounts, no devices', () => {
  expect(confined('id', '-u').stdout).toBe(`${USER}\n`);
  expect(confined('unshare', '--user', 'true').status).not.toBe(0);
  expect(confined('mount', '-t', 'tmpfs', 'x', '/mnt').status).not.toBe(0);
  expect(confined('ls', '/dev').stdout.trimEnd().split('\n')).toEqual(['full', 'null', 'random', 'urandom', 'zero']);
});

ofDebian(
  'unshare',
  'setpriv',
  'chroot',
  'xorriso',
)('with a ready initrd the ISO is pressed', () => {
  const initrd = join(scratch, 'initrd');
  writeFileSync(initrd, 'not an initrd\n');
  const { status, stdout, stderr, directory } = press('given', '--initrd', initrd);
  expect(status, stderr).toBe(0);
  const { image } = JSON.parse(stdout) as { image: string };
  const report = judge('xorriso', ['-indev', image, '-report_el_torito', 'plain']).stdout;
  expect(report).toMatch(/BIOS[\s\S]*UEFI/);
  expect(readdirSync(directory)).toHaveLength(4);
});

ofDebian(
  'unshare',
  'setpriv',
  'chroot',
  'dracut',
  'lsinitrd',
  'xorriso',
)('without one the dracut of this machine makes it from outside, and the report says so', () => {
  const { status, stdout, stderr } = press('made');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain("This machine's dracut makes the initrd on the root tree.");
  const { image, initrd } = JSON.parse(stdout) as { image: string; initrd: { madeBy: string } };
  expect(initrd.madeBy).toBe('sysroot');
  const file = join(scratch, 'made.initrd');
  judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/boot/x86_64/loader/initrd', file]);
  const listed = judge('lsinitrd', [file]).stdout;
  for (const name of ['usr/sbin/dmsquash-live-root', 'usr/lib/x86_64-linux-gnu/libc.so.6', 'fs/squashfs/squashfs.ko']) {
    expect(listed).toContain(name);
  }
  // The shell for which kiwi-live's scripts are written.
  expect(listed).toMatch(/bin\/sh -> (\/usr\/bin\/)?bash$/m);
  // Everything is root's, whoever ran dracut.
  expect(listed.split('\n').filter((line) => /^[-dl]r\S+ +\d+ (?!root +root)/.test(line))).toEqual([]);
});
