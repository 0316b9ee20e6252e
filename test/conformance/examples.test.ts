// The programs in examples/, each run as a process on input of other tools, and its output judged by other tools.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const examples = resolve(import.meta.dirname, '../../examples');
const scratch = scratchDirectory();
const efi = Buffer.from(`MZ an EFI program${'.'.repeat(2 << 20)}`);
const source = join(scratch, 'source');

function example(name: string, ...args: string[]) {
  const options = { cwd: scratch, encoding: 'utf8', env: { ...process.env, TMPDIR: scratch } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(examples, name), ...args], options);
  return { status, stdout, stderr };
}

/** A judge that has to be content; what it prints. */
function judged(tool: string, ...args: string[]): string {
  const { status, stdout, stderr } = judge(tool, args, { cwd: scratch });
  expect(`${status} ${status === 0 ? '' : stderr}`).toBe('0 ');
  return stdout;
}

const DONE = { status: 0, stderr: '' };

beforeAll(() => {
  mkdirSync(join(source, 'etc'), { recursive: true });
  writeFileSync(join(source, 'etc/os-release'), 'NAME=Example\n');
  writeFileSync(join(source, 'größe.txt'), 'x'.repeat(300_000));
  writeFileSync(join(source, 'build.log'), 'left out');
  symlinkSync('os-release', join(source, 'etc/link'));
});

describe('images of a directory', () => {
  oracle('unsquashfs')('pack-squashfs', () => {
    expect(example('pack-squashfs.js', source, 'packed.img')).toMatchObject(DONE);
    judged('unsquashfs', '-no-xattrs', '-d', 'unpacked', 'packed.img');
    expect(readdirSync(join(scratch, 'unpacked')).toSorted()).toEqual(['etc', 'größe.txt']);
    expect(readFileSync(join(scratch, 'unpacked/größe.txt'))).toEqual(readFileSync(join(source, 'größe.txt')));
  });

  oracle(
    'xorriso',
    'unsquashfs',
    'e2fsck',
    'debugfs',
  )('nest-images, and read-nested from its image', () => {
    expect(example('nest-images.js', source, 'nested.iso')).toMatchObject(DONE);
    judged('xorriso', '-osirrox', 'on', '-indev', 'nested.iso', '-extract', '/LiveOS/squashfs.img', 'inner.img');
    judged('unsquashfs', '-no-xattrs', '-d', 'inner', 'inner.img');
    judged('e2fsck', '-fn', 'inner/LiveOS/rootfs.img');
    expect(judged('debugfs', '-R', 'cat /etc/os-release', 'inner/LiveOS/rootfs.img')).toBe('NAME=Example\n');

    const address = 'nested.iso!/LiveOS/squashfs.img!/LiveOS/rootfs.img!/etc/link';
    expect(example('read-nested.js', address)).toMatchObject({ ...DONE, stdout: 'NAME=Example\n' });
  });

  oracle('sha256sum')('reproducible', () => {
    const { stdout, ...end } = example('reproducible.js', source, 'twice.img');
    expect(end).toEqual(DONE);
    const [digest] = judged('sha256sum', 'twice.img').split(' ');
    expect(stdout).toBe(`${digest}\n${digest}\n`);
  });
});

oracle(
  'tar',
  'e2fsck',
  'debugfs',
)('tar-to-ext4', () => {
  judged('tar', '--owner=:7', '--group=:8', '-czf', 'source.tar.gz', '-C', source, '.');
  expect(example('tar-to-ext4.js', 'source.tar.gz', 'tar.img')).toMatchObject(DONE);
  judged('e2fsck', '-fn', 'tar.img');
  expect(judged('debugfs', '-R', 'cat /etc/os-release', 'tar.img')).toBe('NAME=Example\n');
  expect(judged('debugfs', '-R', 'stat /etc/link', 'tar.img')).toMatch(/User: +7 +Group: +8/);
  expect(readdirSync(scratch).filter((name) => name.startsWith('tar-to-ext4-'))).toEqual([]);
});

oracle('xorriso')('list-iso', () => {
  judged('xorriso', '-as', 'mkisofs', '-quiet', '-R', '-V', 'OTHERS', '-o', 'others.iso', source);
  const { stdout, ...end } = example('list-iso.js', 'others.iso');
  expect(end).toEqual(DONE);
  expect(stdout).toMatch(/^volume OTHERS\n/);
  expect(stdout).toMatch(/^file \d+ \d+:\d+ 13 \/etc\/os-release$/m);
  expect(stdout).toMatch(/^file \d+ \d+:\d+ 300000 \/größe\.txt$/m);
  expect(stdout).toMatch(/^symlink .* \/etc\/link$/m);
});

describe('a bootable disc', () => {
  let made: ReturnType<typeof example>;

  beforeAll(() => {
    writeFileSync(join(scratch, 'bios.img'), new Uint8Array(2048).fill(0x90));
    // Large enough for checkisomd5 (findings/checkisomd5-small-images).
    writeFileSync(join(scratch, 'boot.efi'), efi);
    made = example('bootable-disc.js', 'bios.img', 'boot.efi', 'bootable.iso');
    expect(made).toMatchObject(DONE);
  });

  oracle('xorriso', 'mtype')('bootable-disc', () => {
    const report = judged('xorriso', '-indev', 'bootable.iso', '-report_el_torito', 'plain');
    expect(report).toMatch(/^El Torito boot img : +1 +BIOS +y +none/m);
    expect(report).toMatch(/^El Torito boot img : +2 +UEFI +y +none/m);
    const at = 512 * Number(/^gpt 2: .* sectors from (\d+)$/m.exec(made.stdout)?.[1]);
    expect(judged('mtype', '-i', `bootable.iso@@${at}`, '::EFI/BOOT/BOOTX64.EFI')).toBe(efi.toString('latin1'));
  });

  oracle('checkisomd5')('verify-media', () => {
    judged('checkisomd5', 'bootable.iso');
    const { stdout, ...end } = example('verify-media.js', 'bootable.iso');
    expect(end).toEqual(DONE);
    expect(stdout).toMatch(/^style rh\niso md5: ok\n/);

    const damaged = readFileSync(join(scratch, 'bootable.iso'));
    damaged[damaged.length >> 1]! ^= 1;
    writeFileSync(join(scratch, 'damaged.iso'), damaged);
    expect(judge('checkisomd5', ['damaged.iso'], { cwd: scratch }).status).toBe(1);
    expect(example('verify-media.js', 'damaged.iso').status).toBe(1);
  });
});

test('every example is run here', () => {
  const here = readFileSync(import.meta.filename, 'utf8');
  const programs = readdirSync(examples).filter((name) => name.endsWith('.js'));
  expect(programs.filter((name) => !here.includes(`example('${name}'`))).toEqual([]);
});
