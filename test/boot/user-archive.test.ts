// An ordinary user packs a Debian with mmdebstrap and presses the archive: the root image has what the archive has, and the medium boots.
// With ISOPRESS_BOOT=all.
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { startEntry } from '../support/boot-entries.js';
import { isopress } from '../support/command.js';
import { bootDescription } from '../support/debian-iso.js';
import { expectSameTree } from '../support/live-tree.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { mounted, succeed } from '../support/tools.js';
import { describeDirectory } from '../support/trees.js';
import { asOrdinaryUser, ORDINARY_USER, unpackedArchive, userArchive } from '../support/user-archive.js';

const scratch = scratchDirectory();
const SECONDS = 2400;
const LOGIN_SECONDS = 900;

/** Presses the archive as the user; path of the ISO. */
function press(archive: string): string {
  const [description, target] = [join(scratch, 'description'), join(scratch, 'results')];
  chmodSync(scratch, 0o755);
  for (const directory of [description, target]) mkdirSync(directory);
  chownSync(target, ORDINARY_USER, ORDINARY_USER);
  writeFileSync(join(description, 'config.xml'), bootDescription('overlay', 'firmware="uefi"', 'console=ttyS0,115200'));
  const places = ['--description', description, '--root', archive, '--target-dir', target];
  const env = { HOME: target, TMPDIR: target };
  const pressed = isopress(['build', ...places, '--level', '1', '--quiet'], {
    prefix: asOrdinaryUser([]),
    cwd: target,
    env,
  });
  expect(pressed).toMatchObject({ status: 0, stderr: '' });
  return join(target, 'debian-boot.x86_64-12.0.0.iso');
}

describe.runIf(process.env['ISOPRESS_BOOT'] === 'all')('the archive of an ordinary user', () => {
  kernelOracle(
    ...['mmdebstrap', 'newuidmap', 'setpriv', 'tar', 'getfattr', 'debugfs', 'e2fsck', 'xorriso', 'qemu-system-x86_64'],
  )(
    'boots, with owners, capabilities and devices of the archive',
    async () => {
      const archive = await userArchive();
      const image = press(archive);
      const [squashfs, outer, inner] = ['squashfs.img', 'outer', 'inner'].map((name) => join(scratch, name));
      succeed('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/LiveOS/squashfs.img', squashfs!]);
      mounted(squashfs!, outer!, () => {
        const root = join(outer!, 'LiveOS/rootfs.img');
        succeed('e2fsck', ['-fn', root]);
        const asked = (request: string) => judge('debugfs', ['-R', request, root]).stdout;
        expect(asked('ea_list /usr/bin/ping')).toMatch(/security\.capability \(20\) = 01 00 00 02 00 20 00 00/);
        expect(asked('stat /dev/null')).toMatch(
          /Type: character special .*Mode: +0666[\s\S]*Device major\/minor number: 01:03/,
        );
        expect(asked('stat /etc/shadow')).toMatch(/Mode: +0640[\s\S]*User: +0 +Group: +42 /);
        mounted(root, inner!, () =>
          expectSameTree(
            describeDirectory(unpackedArchive(archive, join(scratch, 'unpacked'))),
            describeDirectory(inner!),
          ),
        );
      });
      const machine = await startEntry({ image, architecture: 'x86_64', firmware: 'uefi', as: 'disk' }, 'default');
      try {
        expect(await machine.waitFor('login:', LOGIN_SECONDS)).toMatch(/Linux version \d/);
      } finally {
        await machine.stop();
      }
    },
    SECONDS * 1000,
  );
});
