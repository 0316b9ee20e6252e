// Files that are not readable images are named by their kind: samples of the tools that make them.
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/io/memory.js';
import { otherKind } from '../../src/tree/other-kinds.js';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');
const disk = (name: string, mebibytes: number) => {
  const path = join(scratch, name);
  writeFileSync(path, '');
  truncateSync(path, mebibytes * 2 ** 20);
  return path;
};

beforeAll(() => {
  mkdirSync(tree);
  writeFileSync(join(tree, 'file'), noise(5000, 1));
});

/** Tool, its arguments for an empty file, the size of that file in MiB, and the kind that it makes. */
const MAKERS: readonly (readonly [tool: string, words: (path: string) => string[], mebibytes: number, kind: string])[] =
  [
    ['tar', (path) => ['-cf', path, '-C', scratch, 'tree'], 0, 'a tar archive'],
    ['bsdtar', (path) => ['--format=newc', '-cf', path, '-C', scratch, 'tree'], 0, 'a cpio archive'],
    ['bsdtar', (path) => ['--format=odc', '-cf', path, '-C', scratch, 'tree'], 0, 'a cpio archive'],
    ['bsdtar', (path) => ['--format=zip', '-cf', path, '-C', scratch, 'tree'], 0, 'a zip archive'],
    ['bsdtar', (path) => ['--format=7zip', '-cf', path, '-C', scratch, 'tree'], 0, 'a 7z archive'],
    ['bsdtar', (path) => ['--format=ar', '-cf', path, '-C', tree, 'file'], 0, 'an ar archive'],
    ['bsdtar', (path) => ['-z', '-cf', path, '-C', scratch, 'tree'], 0, 'gzip-compressed data'],
    ['bsdtar', (path) => ['-J', '-cf', path, '-C', scratch, 'tree'], 0, 'xz-compressed data'],
    ['bsdtar', (path) => ['--zstd', '-cf', path, '-C', scratch, 'tree'], 0, 'zstd-compressed data'],
    ['bsdtar', (path) => ['--lz4', '-cf', path, '-C', scratch, 'tree'], 0, 'lz4-compressed data'],
    ['bsdtar', (path) => ['-j', '-cf', path, '-C', scratch, 'tree'], 0, 'bzip2-compressed data'],
    ['qemu-img', (path) => ['create', '-f', 'qcow2', path, '8M'], 0, 'a QCOW2 disk image'],
    ['qemu-img', (path) => ['create', '-f', 'vmdk', path, '8M'], 0, 'a VMDK disk image'],
    ['qemu-img', (path) => ['create', '-f', 'vdi', path, '8M'], 0, 'a VDI disk image'],
    ['qemu-img', (path) => ['create', '-f', 'vhdx', path, '8M'], 0, 'a VHDX disk image'],
    ['qemu-img', (path) => ['create', '-f', 'vpc', path, '8M'], 0, 'a VHD disk image'],
    ['mkswap', (path) => [path], 1, 'swap space'],
    ['mkfs.btrfs', (path) => ['-q', path], 128, 'a btrfs file system'],
    ['mkfs.xfs', (path) => ['-q', path], 320, 'an XFS file system'],
    ['mkfs.ntfs', (path) => ['-qF', path], 8, 'an NTFS file system'],
    ['mkfs.exfat', (path) => [path], 8, 'an exFAT file system'],
    ['mkfs.f2fs', (path) => ['-q', path], 64, 'an F2FS file system'],
  ];

describe('files that are not images are named', () => {
  for (const [index, [tool, words, mebibytes, kind]] of MAKERS.entries()) {
    oracle(tool)(`${kind} of ${tool}`, async () => {
      const path = disk(`made-${index}`, mebibytes);
      expect(judge(tool, words(path)).status).toBe(0);
      expect(await otherKind(bytesSource(readFileSync(path)))).toBe(kind);
    });
  }
  oracle('cryptsetup')('a LUKS container of cryptsetup', async () => {
    const path = disk('luks', 32);
    const options = ['luksFormat', '-q', '--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000', path, '-'];
    expect(judge('cryptsetup', options, { input: 'secret' }).status).toBe(0);
    expect(await otherKind(bytesSource(readFileSync(path)))).toBe('a LUKS container');
  });
});

test('noise and zeros are nothing', async () => {
  for (let seed = 0; seed < 50; seed++) expect(await otherKind(bytesSource(noise(70_000, seed)))).toBeUndefined();
  for (const size of [0, 1, 511, 70_000]) expect(await otherKind(bytesSource(new Uint8Array(size)))).toBeUndefined();
});

oracle('bsdtar')('info and ls say what a file is, and end as for anything else that is not an image', () => {
  const path = disk('made.7z', 0);
  judge('bsdtar', ['--format=7zip', '-cf', path, '-C', scratch, 'tree']);
  const info = isopress(['info', path]);
  expect(info).toMatchObject({
    status: 5,
    stdout: expect.stringContaining('  a 7z archive in whole image, which is not read'),
  });
  expect(JSON.parse(isopress(['info', '--json', path]).stdout).notRead).toEqual([
    { kind: 'a 7z archive', where: 'whole image' },
  ]);
  const list = isopress(['ls', path]);
  expect([list.status, list.stderr]).toEqual([5, expect.stringContaining('is a 7z archive, not an image')]);
});

oracle('bsdtar')('an archive that is not read as SOURCE is, after the conversion that the message names', () => {
  const [packed, converted, image] = ['made.7z', 'made.tar', 'made.sqfs'].map((name) => join(scratch, name));
  judge('bsdtar', ['--format=7zip', '-cf', packed!, '-C', scratch, 'tree']);
  const { status, stderr } = isopress(['squashfs', packed!, image!]);
  expect([status, stderr]).toEqual([3, expect.stringContaining('is a 7z archive, not a tar archive.')]);
  const [, words = ''] = /Convert it with bsdtar (.*), and give FILE\.tar\./.exec(stderr) ?? [];
  const places: Readonly<Record<string, string>> = { 'FILE.tar': converted!, '@ARCHIVE': `@${packed}` };
  expect(
    judge(
      'bsdtar',
      words.split(' ').map((word) => places[word] ?? word),
    ).status,
  ).toBe(0);
  expect(isopress(['squashfs', converted!, image!, '--quiet']).status).toBe(0);
  expect(isopress(['ls', image!, 'tree/file'])).toMatchObject({ status: 0, stdout: 'tree/file\n' });
});
