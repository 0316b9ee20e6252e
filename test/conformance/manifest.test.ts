// Manifests × every writer: what a line states is in the image, as the tools of each format read it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory } from '../support/trees.js';

const dir = scratchDirectory();
const tree = join(dir, 'tree');
const list = join(dir, 'lists/manifest');
const at = (name: string) => join(dir, name);

beforeAll(() => {
  mkdirSync(join(tree, 'etc'), { recursive: true });
  mkdirSync(at('lists'));
  writeFileSync(join(tree, 'etc/hostname'), 'old\n');
  writeFileSync(join(tree, 'etc/shadow-'), 'secret');
  writeFileSync(at('lists/tool'), 'a tool\n');
  writeFileSync(
    list,
    [
      'file /etc/hostname text="press\\n" mode=600 mtime=1600000000',
      'file /usr/bin/tool from=tool mode=755 owner=7:8 mtime=1600000001 xattr.user.note=kept',
      'remove etc/shadow-',
    ].join('\n'),
  );
  writeFileSync(
    at('lists/devices'),
    [
      'char /dev/null device=1:3 mode=666 mtime=5',
      'block dev/vda device=254:70000 owner=0:6 mtime=6',
      'fifo run/pipe mode=600',
      'symlink usr/bin/vi target=tool',
      'link usr/bin/view to=usr/bin/tool',
      'set / mode=750',
    ].join('\n'),
  );
});

function write(format: string, image: string, ...more: string[]): void {
  const args = [format, tree, image, '--manifest', list, ...more, '--force', '--quiet', '--epoch', '1700000000'];
  expect(isopress(args)).toMatchObject({ status: 0 });
}

const DEVICES = () => ['--manifest', at('lists/devices')];

for (const format of ['ext4', 'squashfs', 'erofs'] as const) {
  kernelOracle(
    'mount',
    'umount',
    'getfattr',
  )(`${format}: the kernel sees every entry`, () => {
    write(format, at('image'), ...DEVICES());
    mkdirSync(at(`mnt-${format}`));
    expect(judge('mount', ['-t', format, '-o', 'loop,ro', at('image'), at(`mnt-${format}`)])).toMatchObject({
      status: 0,
    });
    try {
      const found = describeDirectory(at(`mnt-${format}`));
      expect(found.get('')).toMatchObject({ mode: 0o750 });
      expect(found.get('etc/hostname')).toMatchObject({ size: 6, mode: 0o600, mtime: { seconds: 1_600_000_000 } });
      expect(found.get('usr/bin/tool')).toMatchObject({
        size: 7,
        mode: 0o755,
        uid: 7,
        gid: 8,
        linkedTo: 'usr/bin/tool',
      });
      expect(found.get('usr/bin/tool')?.xattrs).toEqual(['user.note=6b657074']);
      expect(found.get('usr/bin/view')).toMatchObject({ linkedTo: 'usr/bin/tool' });
      expect(found.get('usr/bin/vi')).toMatchObject({
        kind: 'symlink',
        target: 'tool',
        mtime: { seconds: 1_700_000_000 },
      });
      expect(found.get('dev/null')).toMatchObject({ kind: 'character-device', device: [1, 3], mode: 0o666 });
      expect(found.get('dev/vda')).toMatchObject({ kind: 'block-device', device: [254, 70_000], gid: 6 });
      expect(found.get('run/pipe')).toMatchObject({ kind: 'fifo', mode: 0o600 });
      expect(found.has('etc/shadow-')).toBe(false);
    } finally {
      expect(judge('umount', [at(`mnt-${format}`)])).toMatchObject({ status: 0 });
    }
  });
}

oracle('xorriso')('iso: xorriso sees every entry', () => {
  write('iso', at('image.iso'), ...DEVICES());
  const { stdout } = judge('xorriso', ['-indev', at('image.iso'), '-find', '/', '-exec', 'lsdl']);
  expect(stdout).toMatch(/^-rw------- .* 6 .*'\/etc\/hostname'$/m);
  expect(stdout).toMatch(/^-rwxr-xr-x +\d+ 7 +8 +7 .*'\/usr\/bin\/tool'$/m);
  expect(stdout).toMatch(/^crw-rw-rw- .* 1,3 .*'\/dev\/null'$/m);
  expect(stdout).toMatch(/^lrwxrwxrwx .*'\/usr\/bin\/vi' -> 'tool'$/m);
  expect(stdout).not.toContain('shadow-');
});

oracle('mtype', 'mdir')('fat: mtools sees the files', () => {
  write('fat', at('image.fat'));
  expect(judge('mtype', ['-i', at('image.fat'), '::etc/hostname']).stdout).toBe('press\n');
  expect(judge('mtype', ['-i', at('image.fat'), '::usr/bin/tool']).stdout).toBe(
    readFileSync(at('lists/tool'), 'latin1'),
  );
  expect(judge('mdir', ['-i', at('image.fat'), '-b', '::etc']).stdout).not.toContain('shadow');
});

test('a line that is wrong ends the command with its place and exit code 3, and nothing is written', () => {
  writeFileSync(at('lists/wrong'), 'dir /srv\n\nchar /dev/null device=one\n');
  const ended = isopress(['squashfs', tree, at('never'), '--manifest', at('lists/wrong')]);
  expect(ended).toMatchObject({ status: 3 });
  expect(ended.stderr).toContain(`${at('lists/wrong')}:3:16: "one" is not a device number. [tree.manifest-device]`);
  writeFileSync(at('lists/wrong'), 'file /x from=nowhere');
  expect(isopress(['ext4', tree, at('never'), '--manifest', at('lists/wrong')])).toMatchObject({ status: 3 });
  expect(isopress(['ext4', tree, at('never'), '--manifest', at('lists/none')])).toMatchObject({ status: 3 });
  expect(judge('ls', [at('never')])).toMatchObject({ status: 2 });
});
