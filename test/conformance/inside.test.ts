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
    const root = `${at('live.iso')}!/LiveOS/squashfs.img!/LiveOS/rootfs.img`;
    expect(shown('ls', at('live.iso'))).toBe('LiveOS\n');
    expect(shown('ls', root)).toBe('alt\netc\nlarge\nlost+found\n');
    expect(shown('cat', `${root}!/etc/os-release`)).toBe('ID=example\n');
    expect(shown('cat', root, 'alt/release', '/etc/os-release')).toBe('ID=example\nID=example\n');
    expect(shown('ls', '-l', root, 'large')).toMatch(/^-rwsr-xr-x +\d+ +\d+ +900001 [\d-]{10} [\d:]{8} large\n$/);
    const { entries } = JSON.parse(shown('ls', '--json', '-R', root));
    expect(entries.map(({ path }: { path: string }) => path)).toContain('etc/alternatives/release');
    // Bytes of every layer: the whole of one through another.
    const { stdout } = judge('bash', [
      '-c',
      '"$0" "$1" cat "$2" | cmp - "$3" && echo same',
      process.execPath,
      MAIN,
      root,
      at('squash/LiveOS/rootfs.img'),
    ]);
    expect(stdout).toBe('same\n');
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
    expect(shown('ls', `${at('disk.img')}!#1`)).toBe('os-release\n');
    expect(shown('cat', `${at('disk.img')}!#1!/os-release`)).toBe('ID=example\n');
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
    failed(5, 'image.unknown', 'ls', `${at('s.img')}!/large!/x`);
  });
});
