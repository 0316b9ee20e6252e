// Looking into images of other tools, and into images inside of images, by the command.
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { isopress, MAIN } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const made = (tool: string, ...args: string[]) => expect(judge(tool, args).status).toBe(0);

beforeAll(() => {
  mkdirSync(at('tree/etc/alternatives'), { recursive: true });
  writeFileSync(at('tree/etc/os-release'), 'ID=example\n');
  writeFileSync(at('tree/large'), noise(900_001, 1), { mode: 0o4755 });
  symlinkSync('../os-release', at('tree/etc/alternatives/release'));
  symlinkSync('/etc/alternatives', at('tree/alt'));
});

const shown = (...args: string[]) => {
  const { status, stdout, stderr } = isopress(args);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
};

const sameBytes = (address: string, file: string) => {
  const compare = '"$0" "$1" cat "$2" | cmp - "$3" && echo same';
  return judge('bash', ['-c', compare, process.execPath, MAIN, address, file]).stdout;
};

describe('inside of images', () => {
  oracle(
    'xorriso',
    'mksquashfs',
    'mke2fs',
  )('ext4 in squashfs in ISO 9660, all of other writers', () => {
    mkdirSync(at('squash/LiveOS'), { recursive: true });
    mkdirSync(at('media/LiveOS'), { recursive: true });
    writeFileSync(at('squash/LiveOS/rootfs.img'), '');
    truncateSync(at('squash/LiveOS/rootfs.img'), 8 * 2 ** 20);
    made('mke2fs', '-q', '-t', 'ext4', '-d', at('tree'), at('squash/LiveOS/rootfs.img'));
    made('mksquashfs', at('squash'), at('media/LiveOS/squashfs.img'), '-quiet', '-comp', 'zstd', '-no-progress');
    made('xorriso', '-as', 'mkisofs', '-quiet', '-R', '-o', at('live.iso'), at('media'));
    const root = `${at('live.iso')}/LiveOS/squashfs.img/LiveOS/rootfs.img`;
    expect(shown('ls', at('live.iso'))).toBe('LiveOS\n');
    expect(shown('ls', root)).toBe('alt\netc\nlarge\nlost+found\n');
    expect(shown('cat', `${root}/etc/os-release`)).toBe('ID=example\n');
    const marked = `${at('live.iso')}!/LiveOS/squashfs.img!/LiveOS/rootfs.img!/etc/os-release`;
    expect(shown('cat', marked)).toBe('ID=example\n');
    expect(shown('cat', at('live.iso'), 'LiveOS/squashfs.img/LiveOS/rootfs.img/alt/release')).toBe('ID=example\n');
    expect(shown('ls', at('live.iso'), 'LiveOS/squashfs.img/')).toBe('LiveOS/squashfs.img/LiveOS\n');
    expect(JSON.parse(shown('info', '--json', root)).fileSystems).toMatchObject([{ kind: 'ext4' }]);
    expect(shown('cat', root, 'alt/release', '/etc/os-release')).toBe('ID=example\nID=example\n');
    expect(shown('ls', '-l', root, 'large')).toMatch(/^-rwsr-xr-x +1 +\d+ +\d+ +900001 [\d-]{10} [\d:]{8} large\n$/);
    const { entries } = JSON.parse(shown('ls', '--json', '-R', root));
    expect(entries.map(({ path }: { path: string }) => path)).toContain('etc/alternatives/release');
    // Bytes of every layer: the whole of one through another.
    expect(sameBytes(root, at('squash/LiveOS/rootfs.img'))).toBe('same\n');
  });

  oracle(
    'mkfs.vfat',
    'mcopy',
    'sfdisk',
  )('a FAT in a partition', () => {
    writeFileSync(at('esp.img'), '');
    truncateSync(at('esp.img'), 4 * 2 ** 20);
    made('mkfs.vfat', at('esp.img'));
    made('mcopy', '-i', at('esp.img'), at('tree/etc/os-release'), '::/');
    const disk = Buffer.alloc(8 * 2 ** 20);
    disk.set(readFileSync(at('esp.img')), 2 ** 20);
    writeFileSync(at('disk.img'), disk);
    const table = 'label: gpt\nstart=2048, size=8192, type=uefi\n';
    expect(judge('bash', ['-c', 'printf "$0" | sfdisk -q "$1"', table, at('disk.img')]).status).toBe(0);
    for (const partition of ['/#1', '::1', '!#1']) {
      expect(shown('ls', `${at('disk.img')}${partition}`)).toBe('os-release\n');
      expect(shown('cat', `${at('disk.img')}${partition}/os-release`)).toBe('ID=example\n');
    }
    expect(sameBytes(`${at('disk.img')}/#1`, at('esp.img'))).toBe('same\n');
    // The same as a logical partition, and on a disk whose sectors have 4096 bytes.
    const logical = 'label: dos\nstart=100, size=16000, type=5\nstart=2048, size=8192, type=c\n';
    expect(judge('bash', ['-c', 'printf "$0" | sfdisk -q "$1"', logical, at('disk.img')]).status).toBe(0);
    expect(shown('cat', `${at('disk.img')}/#5/os-release`)).toBe('ID=example\n');
    const large = 'g\nn\n1\n256\n1279\nw\n';
    expect(
      judge('bash', ['-c', 'printf "$0" | fdisk -b 4096 -w always -W never "$1"', large, at('disk.img')]).status,
    ).toBe(0);
    expect(shown('cat', `${at('disk.img')}/#1/os-release`)).toBe('ID=example\n');
  });

  oracle(
    'xorriso',
    'mkfs.vfat',
    'mcopy',
  )('boot images of a disc, as long as they are', () => {
    mkdirSync(at('boot/grub'), { recursive: true });
    writeFileSync(at('boot/grub/core.img'), noise(40_000, 2));
    writeFileSync(at('efi.img'), '');
    truncateSync(at('efi.img'), 4 * 2 ** 20);
    made('mkfs.vfat', at('efi.img'));
    made('mcopy', '-i', at('efi.img'), at('tree/etc/os-release'), '::/');
    const bios = ['-b', 'grub/core.img', '-no-emul-boot', '-boot-load-size', '4'];
    const efi = ['-append_partition', '2', '0xef', at('efi.img'), '-e', '--interval:appended_partition_2:all::'];
    const options = [
      ...bios,
      '-eltorito-alt-boot',
      ...efi,
      '-no-emul-boot',
      '-quiet',
      '-o',
      at('boot.iso'),
      at('boot'),
    ];
    made('xorriso', '-as', 'mkisofs', ...options);
    expect(sameBytes(`${at('boot.iso')}/#boot1`, at('boot/grub/core.img'))).toBe('same\n');
    expect(sameBytes(`${at('boot.iso')}/#boot2`, at('efi.img'))).toBe('same\n');
    expect(shown('ls', `${at('boot.iso')}/#boot1`)).toBe('boot1.img\n');
    expect(shown('cat', `${at('boot.iso')}::boot2/os-release`)).toBe('ID=example\n');
    const missing = isopress(['ls', `${at('boot.iso')}/#boot3`]);
    expect([missing.status, missing.stderr]).toEqual([3, expect.stringContaining('[image.no-boot-image]')]);
  });

  oracle()('what leads nowhere is said, with its exit code', () => {
    writeFileSync(at('text'), 'no image '.repeat(1000));
    const failed = (status: number, code: string, ...args: string[]) => {
      const ended = isopress(args);
      expect([ended.status, ended.stderr]).toEqual([status, expect.stringContaining(`[${code}]`)]);
    };
    failed(5, 'image.unknown', 'ls', at('text'));
    failed(3, 'source.enoent', 'ls', at('none'));
    failed(3, 'image.no-partition', 'ls', `${at('text')}!#1`);
    expect(isopress(['squashfs', at('tree'), at('s.img'), '--quiet', '--loss', 'ignore']).status).toBe(0);
    failed(3, 'image.no-entry', 'cat', at('s.img'), 'none');
    failed(3, 'image.not-a-file', 'cat', at('s.img'), 'etc');
    failed(3, 'image.no-layer', 'ls', `${at('s.img')}!/etc!/x`);
    failed(3, 'image.no-entry', 'ls', `${at('s.img')}/etc/x`);
    failed(5, 'image.unknown', 'ls', `${at('s.img')}!/large!/x`);
    failed(5, 'image.unknown', 'ls', `${at('s.img')}/large/x`);
    failed(3, 'source.enoent', 'ls', `${at('none')}/x`);
    failed(3, 'source.not-an-image', 'ls', at('tree'));
  });
});
