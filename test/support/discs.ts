// Discs for tests: a tree with every kind of entry, boot images that need no foreign code, and the options of a live ISO.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ByteString, byteStringOf, fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import type { DiscLayout, DiscOptions } from '../../src/disc/index.js';
import { type Content, type ExactContent, quietRun } from '../../src/io/content.js';
import { fileTarget } from '../../src/io/file-target.js';
import { bytesSource } from '../../src/io/memory.js';
import type { ImagePlan } from '../../src/io/sealed-plan.js';
import { writeImage } from '../../src/io/write-image.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, type Node, special, symlink } from '../../src/tree/node.js';
import { noise } from './trees.js';

export const EPOCH = timestamp(1_700_000_000);
export const BIOS_IMAGE = 'boot/x86_64/loader/eltorito.img';
const at = { mtime: timestamp(1_600_000_000) };

/** Content whose size nobody knows before it ends. */
export function openContent(bytes: Uint8Array, sizeLimit: number): Content {
  return {
    sizeLimit,
    async *pieces() {
      for (let from = 0; from < bytes.length; from += 100_000) yield bytes.subarray(from, from + 100_000);
    },
  };
}

/** Boot code that fills its sector, so that what is patched into it shows. */
export const bootCode = Uint8Array.from({ length: 512 }, (_, i) => (i < 510 ? 0x90 : [0x55, 0xaa][i - 510]!));

/** The media directory of a live ISO in small, with names and entries that are hard to keep. */
export function mediaTree(payload: Content = bytesSource(noise(1_000_000, 7))): FileTree<Content> {
  const shared: Node<Content> = file(bytesSource(noise(5000, 3)), { ...at, mode: 0o640, uid: 1000, gid: 70_000 });
  const text = (value: string) => file<Content>(bytesSource(new TextEncoder().encode(value)), at);
  const nodes: Record<string, Node<Content>> = {
    'LiveOS/squashfs.img': file(payload, at),
    [BIOS_IMAGE]: file<Content>(bytesSource(noise(30_001, 1)), at),
    'boot/grub2/grub.cfg': text('set timeout=10\n'),
    'boot/grub2/i386-pc/normal.mod': file<Content>(bytesSource(noise(70_000, 2)), at),
    'boot/mbrid': text('0x1a2b3c4d\n'),
    'boot/0x1a2b3c4d': text('0x1a2b3c4d\n'),
    'a/b/c/d/e/f/g/h/i/j/k/deep': text('deep'),
    'links/first': shared,
    'links/second': shared,
    'links/up': symlink(fromText('../boot/mbrid'), { ...at, uid: 12, gid: 345_678 }),
    'links/long': symlink(fromText(Array.from({ length: 9 }, (_, i) => `${i}`.repeat(101)).join('/')), at),
    'links/odd': symlink(fromText('/a//b/../c/.'), at),
    'names/UPPER.Txt': text('1'),
    'names/upper.txt': text('2'),
    'names/with blank;*?.tar.gz': text('3'),
    'names/empty': file<Content>(bytesSource(new Uint8Array(0)), { ...at, mode: 0o6755 }),
    [`names/${'n'.repeat(253)}`]: text('4'),
    [`names/${'ü'.repeat(100)}`]: text('5'),
    'special/null': special('character-device', at, 1, 3),
    'special/disk': special('block-device', at, 259, 7),
    'special/pipe': special('fifo', at),
    'special/socket': special('socket', { ...at, uid: 77, mode: 0o600 }),
    'empty-directory': directory<Content>({ ...at, mode: 0o1777 }),
  };
  const named = FileTree.of<Content>(nodes, at);
  const invalid = byteStringOf(Uint8Array.of(0x62, 0xff, 0xfe, 0x63)) as ByteString;
  return new FileTree(directory<Content>(at, [...named.root.entries, [invalid, text('6')]]));
}

/** The options that the live builder uses; the ESP is any image. */
export function liveOptions(table: 'mbr' | 'gpt' | 'gpt-hybrid', esp: ExactContent): DiscOptions {
  return {
    volumeId: 'CDROM',
    publisher: 'SUSE LINUX GmbH',
    preparer: 'KIWI - x',
    applicationId: '0x1a2b3c4d',
    epoch: EPOCH,
    seed: 'test',
    boot: { bios: { path: BIOS_IMAGE, grub2BootInfo: true }, efi: 'appended-esp' },
    mbr: { code: bootCode },
    partitionTable: table,
    appendedEsp: esp,
  };
}

/** A FAT image made by mkfs.vfat and mtools, holding `EFI/BOOT/BOOTX64.EFI`. */
export function foreignEsp(scratch: string): ExactContent {
  const path = join(scratch, 'esp.img');
  const loader = join(scratch, 'bootx64.efi');
  writeFileSync(loader, noise(40_000, 9));
  const steps: [string, string[]][] = [
    ['mkfs.vfat', ['-C', path, '2048']],
    ['mmd', ['-i', path, '::EFI', '::EFI/BOOT']],
    ['mcopy', ['-i', path, loader, '::EFI/BOOT/BOOTX64.EFI']],
  ];
  for (const [tool, args] of steps) {
    const { status, stderr } = spawnSync(tool, args, {
      env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    });
    if (status !== 0) throw new Error(`${tool}: ${stderr}`);
  }
  return bytesSource(new Uint8Array(readFileSync(path)));
}

/** Writes a plan to a file and returns the path. */
export async function writeDisc(plan: ImagePlan<DiscLayout>, path: string): Promise<string> {
  await writeImage(plan, fileTarget(fromText(path), { force: true }), quietRun());
  return path;
}
