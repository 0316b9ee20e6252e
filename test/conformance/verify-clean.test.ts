// Media of other tools, and signed programs of Debian: verify has nothing to say about sound ones, and names the signers as sbverify
// does.
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { presentDebianRoot } from '../support/debian-root.js';
import { judge, oracle } from '../support/oracle.js';
import { reported } from '../support/reports.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');

beforeAll(() => {
  mkdirSync(join(tree, 'a/b/c'), { recursive: true });
  writeFileSync(join(tree, 'a/b/c/file'), noise(70_000, 1));
  writeFileSync(join(tree, `a/${'long'.repeat(30)}`), 'x');
  writeFileSync(join(tree, 'boot.img'), noise(5000, 2));
  for (let i = 0; i < 100; i++) writeFileSync(join(tree, `a/b/${i}`), `${i}`);
});

function disk(name: string, mebibytes: number): string {
  const path = join(scratch, name);
  writeFileSync(path, '');
  truncateSync(path, mebibytes * 2 ** 20);
  return path;
}

interface ReportedImage {
  readonly findings: readonly { readonly code: string; readonly severity: string }[];
  readonly layers: readonly unknown[];
  readonly efiPrograms: readonly {
    readonly path: string;
    readonly signers: readonly { readonly issuer: string }[];
    readonly intact?: boolean;
  }[];
}

function verified(path: string, ...options: string[]): ReportedImage {
  const { report } = reported(['verify', path, ...options]);
  return (report['images'] as readonly ReportedImage[])[0]!;
}

const codes = (image: ReportedImage) =>
  image.findings.filter(({ severity }) => severity !== 'note').map(({ code }) => code);

/** Tool, its words, and the size of an empty file that it fills. */
const MAKERS: readonly (readonly [
  tool: string,
  name: string,
  words: (path: string) => string[],
  mebibytes?: number,
])[] = [
  ['genisoimage', 'rock-ridge', (path) => ['-quiet', '-R', '-J', '-o', path, tree]],
  ['genisoimage', 'udf', (path) => ['-quiet', '-R', '-udf', '-o', path, tree]],
  [
    'genisoimage',
    'boot',
    (path) => [
      '-quiet',
      '-R',
      '-b',
      'boot.img',
      '-no-emul-boot',
      '-boot-load-size',
      '4',
      '-boot-info-table',
      '-o',
      path,
      tree,
    ],
  ],
  ['xorriso', 'joliet', (path) => ['-as', 'mkisofs', '-quiet', '-R', '-J', '-o', path, tree]],
  [
    'xorriso',
    'offset',
    (path) => [
      '-as',
      'mkisofs',
      '-quiet',
      '-R',
      '-partition_offset',
      '16',
      '-append_partition',
      '2',
      '0xef',
      join(tree, 'boot.img'),
      '-appended_part_as_gpt',
      '-o',
      path,
      tree,
    ],
  ],
  ['mke2fs', 'ext4', (path) => ['-q', '-t', 'ext4', '-d', tree, path], 32],
  ['mke2fs', 'ext2', (path) => ['-q', '-t', 'ext2', '-b', '1024', '-d', tree, path], 32],
  ['mke2fs', 'ext3', (path) => ['-q', '-t', 'ext3', '-d', tree, path], 32],
  ['mkfs.vfat', 'fat12', (path) => [path], 2],
  ['mkfs.vfat', 'fat32', (path) => ['-F', '32', path], 40],
  ['mkudffs', 'mkudffs', (path) => ['-b', '2048', path], 8],
  ['mksquashfs', 'squashfs', (path) => [tree, path, '-quiet', '-no-progress']],
  ['mkfs.erofs', 'erofs', (path) => ['-zlz4', '--quiet', path, tree]],
  ['sgdisk', 'gpt', (path) => ['-o', '-n', '1:2048:4095', '-t', '1:ef00', path], 8],
];

describe('sound media of other tools', () => {
  for (const [tool, name, words, mebibytes] of MAKERS) {
    oracle(tool)(`${tool}: ${name}`, () => {
      const path = mebibytes === undefined ? join(scratch, name) : disk(name, mebibytes);
      judge(tool, words(path));
      const image = verified(path);
      expect(image.layers.length).toBeGreaterThan(0);
      expect(codes(image)).toEqual([]);
    });
  }
});

describe('signed programs', () => {
  const shim = join(presentDebianRoot() ?? '', 'usr/lib/shim/shimx64.efi.signed');

  oracle(
    'mkfs.vfat',
    'mcopy',
    'mmd',
  )('a shim of Debian: its signers, its digest, and the change of one byte', () => {
    const path = disk('esp', 8);
    judge('mkfs.vfat', [path]);
    judge('mmd', ['-i', path, '::EFI', '::EFI/BOOT']);
    judge('mcopy', ['-i', path, shim, '::EFI/BOOT/BOOTX64.EFI']);
    const changed = new Uint8Array(readFileSync(shim));
    changed[5000]! ^= 1;
    writeFileSync(join(scratch, 'changed.efi'), changed);
    judge('mcopy', ['-i', path, join(scratch, 'changed.efi'), '::EFI/BOOT/CHANGED.EFI']);
    const disc = join(scratch, 'signed.iso');
    judge('xorriso', [
      '-as',
      'mkisofs',
      '-quiet',
      '-R',
      '-append_partition',
      '2',
      '0xef',
      path,
      '-appended_part_as_gpt',
      '-o',
      disc,
      tree,
    ]);
    const image = verified(disc);
    const [own, other] = [...image.efiPrograms].sort((a, b) => a.path.localeCompare(b.path));
    expect(own!.signers.map(({ issuer }) => issuer)).toContain('Microsoft Corporation UEFI CA 2011');
    expect([own!.intact, other!.intact]).toEqual([true, false]);
    expect(codes(image)).toEqual(['efi.changed-after-signing']);
  });
});
