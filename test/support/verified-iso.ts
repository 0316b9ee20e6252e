// A small live ISO with everything that `verify` looks at: menus, kernel, initrd, an EFI system partition, and a root image in a
// squashfs. Each part can be changed before it is put into the next one.

import { fromText } from '../../src/bytes/text.js';
import type { DiscOptions } from '../../src/disc/index.js';
import { planDisc } from '../../src/disc/index.js';
import { type Ext4Options, planExt4 } from '../../src/format/ext4/index.js';
import { planFat } from '../../src/format/fat/index.js';
import { planSquashfs, type SquashfsOptions } from '../../src/format/squashfs/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file, type Node, symlink } from '../../src/tree/node.js';
import { EPOCH } from './discs.js';
import { STORED } from './squashfs-images.js';
import { noise } from './trees.js';

export const LABEL = 'LIVE';
const run = quietRun();
const text = (value: string) => file(bytesSource(new TextEncoder().encode(value)), { mtime: EPOCH });
const bytes = (value: Uint8Array) => file(bytesSource(value), { mtime: EPOCH });
const usual = { epoch: EPOCH, seed: 'test' };

/** Changes bytes in place, or gives others. */
export type Change = (image: Uint8Array) => unknown;

/** Changes of the parts, from the inside out. */
export interface Parts {
  readonly ext4?: Change;
  readonly ext4Options?: Partial<Ext4Options>;
  readonly squashfs?: Change;
  readonly compression?: SquashfsOptions['compression'];
  readonly esp?: Change;
  /** Files of the EFI system partition; undefined removes one. */
  readonly espFiles?: Readonly<Record<string, string | Uint8Array | undefined>>;
  /** Files of the disc; undefined removes one. */
  readonly files?: Readonly<Record<string, string | Uint8Array | undefined>>;
  readonly options?: Partial<DiscOptions>;
  readonly disc?: Change;
}

function padded(length: number, parts: Readonly<Record<number, string>>): Uint8Array {
  const whole = noise(length, 3);
  for (const [at, value] of Object.entries(parts)) whole.set(new TextEncoder().encode(value), Number(at));
  return whole;
}

/** A kernel for PCs, as far as its head says. */
export const kernel = (): Uint8Array => padded(20_000, { 514: 'HdrS' });
/** The head of a cpio archive. */
export const initrd = (): Uint8Array => padded(9_000, { 0: '070701' });
/** A boot image of GRUB, as far as its texts say. */
export const grubImage = (): Uint8Array => padded(30_000, { 300: 'cdrom read fails' });

/** An EFI program without signature and without sections. */
export function efiProgram(): Uint8Array {
  const program = noise(4_096, 4);
  const view = new DataView(program.buffer);
  program.fill(0, 0, 512);
  program.set([0x4d, 0x5a]);
  view.setUint32(0x3c, 0x80, true);
  view.setUint32(0x80, 0x4550, true);
  view.setUint16(0x84, 0x8664, true);
  view.setUint16(0x98, 0x20b, true);
  view.setUint32(0x98 + 32, 4096, true);
  view.setUint16(0x98 + 68, 10, true);
  return program;
}

export const GRUB_CFG = `search --file --set=root /boot/0x1a2b3c4d
menuentry 'Live' {
  linux ($root)/boot/linux root=live:CDLABEL=${LABEL} rd.live.image quiet
  initrd ($root)/boot/initrd
}
`;

/** The files of the root image. */
export function rootTree(): FileTree {
  const shared = bytes(noise(9000, 1));
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`many/file-${i}`, text(`${i}`)]));
  return FileTree.of({
    'etc/os-release': text('NAME=Test\n'),
    'usr/lib/large': bytes(noise(300_000, 2)),
    'usr/lib/first': shared,
    'usr/lib/second': shared,
    'usr/bin/link': symlink(fromText('../lib/large'), { mtime: EPOCH }),
    ...many,
  });
}

function changed(image: Uint8Array, change: Change | undefined): Uint8Array {
  const own = Uint8Array.from(image);
  const given = change?.(own);
  return given instanceof Uint8Array ? given : own;
}

function nodesOf(files: Readonly<Record<string, string | Uint8Array | undefined>>): Record<string, Node> {
  const present = Object.entries(files).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    present.map(([path, value]) => [path, typeof value === 'string' ? text(value) : bytes(value!)]),
  );
}

export async function rootImage({ ext4, ext4Options }: Parts = {}): Promise<Uint8Array> {
  return changed(await collect(planExt4(rootTree(), { ...usual, size: 8 * 2 ** 20, ...ext4Options }), run), ext4);
}

export async function espImage({ esp, espFiles }: Parts = {}): Promise<Uint8Array> {
  const files = { 'EFI/BOOT/BOOTX64.EFI': efiProgram(), 'EFI/BOOT/grub.cfg': GRUB_CFG, ...espFiles };
  return changed(await collect(planFat(FileTree.of(nodesOf(files)), { ...usual, size: 2 ** 20 }), run), esp);
}

/** The whole disc, in memory. */
export async function verifiedIso(parts: Parts = {}): Promise<Uint8Array> {
  const live = planSquashfs(FileTree.of({ 'LiveOS/rootfs.img': bytes(await rootImage(parts)) }), {
    compression: parts.compression ?? STORED,
    epoch: EPOCH,
  });
  const files = {
    'LiveOS/squashfs.img': changed(await collect(live, run), parts.squashfs),
    'boot/linux': kernel(),
    'boot/initrd': initrd(),
    'boot/0x1a2b3c4d': '',
    'extra.bin': noise(5000, 6),
    'boot/grub/grub.cfg': GRUB_CFG,
    'boot/grub/loopback.cfg': GRUB_CFG.replace(/^search.*\n/, ''),
    'boot/grub/eltorito.img': grubImage(),
    ...parts.files,
  };
  const code = padded(512, { 384: 'GRUB ' });
  code.set([0x55, 0xaa], 510);
  const disc = planDisc(FileTree.of(nodesOf(files)), {
    ...usual,
    volumeId: LABEL,
    boot: {
      bios: { path: 'boot/grub/eltorito.img', bootInfoTable: true, grub2BootInfo: true },
      efi: 'appended-esp',
    },
    mbr: { code },
    partitionTable: 'gpt',
    appendedEsp: bytesSource(await espImage(parts)),
    ...parts.options,
  });
  return changed(await collect(disc, run), parts.disc);
}
