// One fault planted in a live ISO, one finding: by the byte, in every layer. Without a fault there is none.
import { describe, expect, test } from 'vitest';
import { quietRun } from '../../../src/io/content.js';
import { bytesSource } from '../../../src/io/memory.js';
import { verifyImage } from '../../../src/verify/index.js';
import {
  catalogAt,
  Ext4Bytes,
  Fat12Bytes,
  isoRecord,
  pathTableL,
  pathTableM,
  placeOf,
  view,
} from '../../support/planted-bytes.js';
import { GZIP } from '../../support/squashfs-images.js';
import { GRUB_CFG, type Parts, verifiedIso } from '../../support/verified-iso.js';

const PVD = 16 * 2048;
const run = quietRun();

async function findingsOf(parts: Parts, requireCa?: 2023): Promise<string[]> {
  const report = await verifyImage(bytesSource(await verifiedIso(parts)), { run, requireCa });
  return report.findings.filter(({ severity }) => severity !== 'note').map(({ code }) => code);
}

function flip(image: Uint8Array, at: number, bits = 1): void {
  image[at]! ^= bits;
}

function put(image: Uint8Array, at: number, value: number): void {
  image[at] = value;
}

/** Changes a number of a disc in both byte orders. */
function setBoth(image: Uint8Array, at: number, value: number): void {
  view(image).setUint32(at, value, true);
  view(image).setUint32(at + 4, value);
}

const ext4 = (change: (bytes: Ext4Bytes) => void): Parts => ({ ext4: (image) => change(new Ext4Bytes(image)) });
/** Without checksums, so that only the value is wrong. */
const plain = (change: (bytes: Ext4Bytes) => void): Parts => ({ ...ext4(change), ext4Options: { profile: 'minimal' } });
const esp = (change: (bytes: Fat12Bytes) => void): Parts => ({ esp: (image) => change(new Fat12Bytes(image)) });
const disc = (change: (image: Uint8Array) => unknown, options: Parts['options'] = {}): Parts => ({
  disc: change,
  options,
});
const menu = (text: string): Parts => ({ files: { 'boot/grub/grub.cfg': text } });

const PLANTED: readonly (readonly [what: string, code: string, parts: Parts])[] = [
  ['another big-endian size of the volume', 'iso.both-endian', disc((image) => view(image).setUint32(PVD + 84, 5))],
  [
    'another place in the little-endian path table',
    'iso.path-table-mismatch',
    disc((image) => view(image).setUint32(pathTableL(image) + 12, 7, true)),
  ],
  [
    'another parent in the big-endian path table',
    'iso.path-table-mismatch',
    disc((image) => view(image).setUint16(pathTableM(image) + 16, 9)),
  ],
  [
    'no end of the descriptors',
    'iso.no-terminator',
    disc((image) => image.fill(7, placeOf(image, '\xffCD001'), placeOf(image, '\xffCD001') + 1)),
  ],
  [
    'a file outside the image',
    'iso.extent-outside',
    disc((image) => setBoth(image, isoRecord(image, 'EXTRA') + 2, 900_000)),
  ],
  [
    'a file that begins inside another one',
    'iso.extents-overlap',
    disc((image) =>
      setBoth(image, isoRecord(image, 'EXTRA') + 2, view(image).getUint32(isoRecord(image, 'SQUASHFS') + 2, true) + 1),
    ),
  ],
  [
    'a directory that is not its own first record',
    'iso.directory-links',
    disc((image) => setBoth(image, view(image).getUint32(isoRecord(image, 'GRUB') + 2, true) * 2048 + 2, 3)),
  ],
  [
    'a record that is longer than its block',
    'iso.directory-record',
    disc((image) => put(image, isoRecord(image, 'LOOPBACK') + 32, 200)),
  ],
  [
    'Joliet that shows another file',
    'iso.joliet-differs',
    disc((image) => setBoth(image, isoRecord(image, '\0e\0x\0t\0r\0a') + 10, 30), { joliet: true }),
  ],
  ['a volume that is smaller than its files', 'iso.volume-size', disc((image) => setBoth(image, PVD + 80, 200))],
  ['a wrong checksum of the boot catalog', 'eltorito.catalog', disc((image) => flip(image, catalogAt(image) + 28))],
  ['a default boot entry without its mark', 'eltorito.catalog', disc((image) => flip(image, catalogAt(image) + 32))],
  ['a boot section without its mark', 'eltorito.catalog', disc((image) => flip(image, catalogAt(image) + 64, 0x55))],
  [
    'a boot image outside the disc',
    'eltorito.entry-outside',
    disc((image) => view(image).setUint32(catalogAt(image) + 32 + 8, 900_000, true)),
  ],
  [
    'no sectors to load',
    'eltorito.load-size',
    disc((image) => view(image).setUint16(catalogAt(image) + 32 + 6, 0, true)),
  ],
  [
    'a changed boot image',
    'eltorito.boot-info-table',
    disc((image) => flip(image, view(image).getUint32(catalogAt(image) + 40, true) * 2048 + 9000)),
  ],
  [
    'boot code with another address',
    'mbr.boot-code-address',
    disc((image) => view(image).setUint32(0x1b0, 4321, true)),
  ],
  ['a wrong checksum in the GPT', 'gpt.primary', disc((image) => flip(image, 512 + 16))],
  ['a wrong checksum in the copy of the GPT', 'gpt.backup', disc((image) => flip(image, image.length - 512 + 16))],
  ['no copy of the GPT', 'gpt.no-backup', disc((image) => image.fill(0, image.length - 512))],
  ['no GPT', 'gpt.no-header', disc((image) => image.fill(0, 512, 1024))],
  [
    'an MBR partition after the end',
    'mbr.partition-outside',
    disc((image) => view(image).setUint32(446 + 16 + 12, 0x7000_0000, true), { partitionTable: 'mbr' }),
  ],
  ['another second sequence of UDF', 'udf.sequences-differ', disc((image) => changeReserve(image), { udf: '1.02' })],
  [
    'a damaged descriptor of UDF',
    'udf.descriptor',
    disc((image) => flip(image, view(image).getUint32(256 * 2048 + 24 + 4 - 8, true) * 2048 + 100), {
      udf: '1.02',
    }),
  ],

  [
    'FAT tables that differ',
    'fat.tables-differ',
    esp(({ image, tableAt, tableSize }) => flip(image, tableAt + tableSize + 40)),
  ],
  ['a chain that leaves the volume', 'fat.chain', esp((fat) => fat.set(fat.cluster(fat.entry('BOOTX64 EFI')), 0xfe0))],
  [
    'two chains that meet',
    'fat.cross-linked',
    esp((fat) => fat.set(fat.cluster(fat.entry('GRUB    CFG')), fat.cluster(fat.entry('BOOTX64 EFI')))),
  ],
  ['clusters of no file', 'fat.lost-clusters', esp((fat) => fat.set(200, 0xfff))],
  [
    'a file that is longer than its chain',
    'fat.size',
    esp((fat) => fat.view.setUint32(fat.entry('GRUB    CFG') + 28, 100_000, true)),
  ],

  ['a wrong checksum of the superblock', 'ext4.superblock', ext4(({ image }) => flip(image, 1024 + 0x78))],
  ['a wrong checksum of a group', 'ext4.group-descriptor', ext4((fs) => fs.add(fs.descriptor() + 0x0c, 2, 1))],
  ['a wrong checksum of an inode', 'ext4.inode-checksum', ext4((fs) => fs.add(fs.inodeOf('os-release') + 0x02, 2, 1))],
  [
    'a wrong checksum of a directory',
    'ext4.directory-checksum',
    ext4((fs) => flip(fs.image, fs.entry('os-release') + 9)),
  ],
  ['a wrong checksum of a bitmap', 'ext4.bitmap-checksum', ext4((fs) => flip(fs.image, fs.blockBitmap() + 200))],
  ['blocks that are marked as free', 'ext4.block-bitmap', plain((fs) => put(fs.image, fs.blockBitmap() + 2, 0))],
  ['an inode that is marked as free', 'ext4.inode-bitmap', plain((fs) => flip(fs.image, fs.inodeBitmap() + 1, 8))],
  ['a wrong count of free inodes', 'ext4.free-counts', plain((fs) => fs.add(1024 + 0x10, 4, 1))],
  ['a wrong count of links', 'ext4.link-count', plain((fs) => fs.add(fs.inodeOf('first') + 0x1a, 2, 1))],
  [
    'blocks outside the file system',
    'ext4.block-outside',
    plain((fs) => fs.add(fs.extent(fs.inodeOf('large')) + 8, 4, 900_000)),
  ],
  [
    'blocks of another file',
    'ext4.blocks-shared',
    plain((fs) =>
      fs.view.setUint32(
        fs.extent(fs.inodeOf('os-release')) + 8,
        fs.view.getUint32(fs.extent(fs.inodeOf('large')) + 8, true),
        true,
      ),
    ),
  ],
  ['a damaged tree of extents', 'ext4.extent-tree', plain((fs) => fs.add(fs.inodeOf('large') + 0x28, 2, 1))],
  [
    'an entry that leads to an unused inode',
    'ext4.directory',
    plain((fs) => fs.view.setUint32(fs.entry('os-release'), 900, true)),
  ],
  ['a directory with another parent', 'ext4.directory', plain((fs) => fs.view.setUint32(fs.entry('..'), 0, true))],
  [
    'a copy of the superblock of another file system',
    'ext4.backup-superblock',
    {
      ext4Options: { size: 12 * 2 ** 20, blockSize: 1024, profile: 'minimal' },
      ext4: (image) => flip(image, 1024 * (1 + 8192) + 0x68),
    },
  ],
  [
    'a journal without its head',
    'ext4.journal',
    { ext4Options: { size: 16 * 2 ** 20, profile: 'boot', features: '^metadata_csum' }, ext4: zeroJournal },
  ],

  ['a squashfs whose root is elsewhere', 'image.damaged', { squashfs: (image) => flip(image, 33, 4) }],
  [
    'a damaged block of squashfs',
    'file.unreadable',
    { compression: GZIP, squashfs: (image) => image.fill(0xff, 200, 300) },
  ],
  ['a squashfs without its magic', 'boot.live-image-unknown', { squashfs: (image) => image.fill(0, 0, 4) }],

  ['a menu for another label', 'boot.label-mismatch', menu(GRUB_CFG.replace('CDLABEL=LIVE', 'CDLABEL=OTHER'))],
  [
    'a label with escapes for GRUB',
    'boot.label-escape',
    menu(GRUB_CFG.replace('root=live:CDLABEL=LIVE', 'archisolabel=L\\x49VE root=live:CDLABEL=LIVE')),
  ],
  [
    'a menu for another label on one line',
    'boot.label-mismatch',
    menu(`if true; then linux /boot/linux root=live:CDLABEL=OTHER; fi\n${GRUB_CFG}`),
  ],
  [
    'a search for another label',
    'boot.label-mismatch',
    menu(GRUB_CFG.replace(/^search.*/, 'search --no-floppy --label OTHER --set=root')),
  ],
  ['a menu without its kernel', 'boot.kernel-missing', menu(GRUB_CFG.replace('boot/linux', 'boot/vmlinuz'))],
  ['a menu without its initrd', 'boot.initrd-missing', menu(GRUB_CFG.replace('boot/initrd', 'boot/initrd.img'))],
  ['a search for a missing file', 'boot.search-file-missing', menu(GRUB_CFG.replace('0x1a2b3c4d', '0x00000000'))],
  [
    'a menu for another root image',
    'boot.live-image-missing',
    menu(GRUB_CFG.replace('rd.live.image', 'rd.live.dir=Other')),
  ],
  ['a kernel that is text', 'boot.kernel-kind', { files: { 'boot/linux': 'text\n'.repeat(200) } }],
  ['an initrd that is text', 'boot.initrd-kind', { files: { 'boot/initrd': 'text\n'.repeat(200) } }],
  ['a system partition without a loader', 'boot.no-loader', { espFiles: { 'EFI/BOOT/BOOTX64.EFI': undefined } }],
  ['a loader that is text', 'efi.no-program', { espFiles: { 'EFI/BOOT/BOOTX64.EFI': 'text' } }],
];

/** Changes a text in the second sequence, with its checksum. */
function changeReserve(image: Uint8Array): void {
  const block = view(image).getUint32(256 * 2048 + 28, true);
  const at = block * 2048;
  const length = view(image).getUint16(at + 10, true);
  image[at + 16 + 8]! ^= 1;
  view(image).setUint16(at + 8, crcCcitt(image.subarray(at + 16, at + 16 + length)), true);
  image[at + 4] = 0;
  image[at + 4] = image.subarray(at, at + 16).reduce((sum, byte) => sum + byte, 0) & 0xff;
}

/** CRC of ECMA-167, 7.2.6. */
function crcCcitt(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) !== 0 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

function zeroJournal(image: Uint8Array): void {
  const fs = new Ext4Bytes(image);
  const at = fs.view.getUint32(fs.extent(fs.inode(8)) + 8, true) * fs.blockSize;
  image.fill(0, at, at + 16);
}

describe('faults planted in a live ISO', () => {
  test('none in a sound one', async () => {
    for (const options of [{}, { joliet: true }, { udf: '1.02' as const }, { partitionTable: 'mbr' as const }]) {
      expect(await findingsOf({ options })).toEqual([]);
    }
  });

  test.each(PLANTED)('%s: %s', async (_, code, parts) => {
    expect([...new Set(await findingsOf(parts))]).toEqual([code]);
  });

  test('a cut image', async () => {
    const codes = await findingsOf({
      disc: (image) => image.slice(0, image.length - 600_000),
      options: { partitionTable: 'none' } as never,
    });
    expect(codes).toContain('iso.truncated');
  });

  const installed = `menuentry 'Installed system' {
  set root='hd0,msdos1'
  linux /vmlinuz root=LABEL=SYSTEM
  initrd /initrd.img
}
menuentry 'By device' {
  linux (hd0,gpt2)/vmlinuz root=LABEL=SYSTEM
  initrd (hd0,gpt2)/initrd.img
}
`;
  test('none where a menu also starts what is on a hard disk', async () => {
    expect(await findingsOf(menu(installed + GRUB_CFG))).toEqual([]);
  });
  test('a missing kernel in a menu under any name, as an edit changes it', async () => {
    const files = {
      'boot/grub/grub.cfg': GRUB_CFG,
      'boot/grub/custom.cfg': 'menuentry "x" {\n  linux /boot/missing\n}\n',
    };
    expect(await findingsOf({ files })).toEqual(['boot.kernel-missing']);
  });

  test.each([
    ['after the entry that does', `${installed}linux ($root)/boot/missing\n`],
    [
      'where a search replaces the device',
      GRUB_CFG.replace(/^search.*/, "set root='hd0,msdos1'\n$&").replace('boot/linux', 'no'),
    ],
    ['on an optical drive', 'set root=(cd0)\nlinux /missing\n'],
  ])('but a missing kernel %s', async (_, text) => {
    expect(await findingsOf(menu(text))).toEqual(['boot.kernel-missing']);
  });

  test('there are more than forty', () => {
    expect(PLANTED.length).toBeGreaterThan(50);
  });
});
