// Formats that are known by their first bytes and not read, so that messages can name what a file is instead.

import { SIGNATURE_LENGTH, type StreamFormat, streamFormat } from '../bytes/index.js';
import { bytesAt, type Source } from '../io/index.js';

/** Text at byte `at`, one character for each byte. */
interface Signature {
  readonly name: string;
  readonly at: number;
  readonly text: string;
}

const signature = (name: string, text: string, at = 0): Signature => ({ name, at, text });

/** The size of a page, before whose end swap space has its signature, depends on the machine. */
const PAGE_SIZES = [4096, 8192, 16_384, 65_536];
const SWAP_MARKS = ['SWAPSPACE2', 'SWAP-SPACE'];

/** Of several that fit, the first. */
const SIGNATURES: readonly Signature[] = [
  signature('a Debian package', '!<arch>\ndebian-binary'),
  signature('an ar archive', '!<arch>\n'),
  signature('an RPM package', '\xed\xab\xee\xdb'),
  signature('a zip archive', 'PK\x03\x04'),
  signature('a zip archive', 'PK\x05\x06'),
  signature('a 7z archive', '7z\xbc\xaf\x27\x1c'),
  signature('a RAR archive', 'Rar!\x1a\x07'),
  signature('a cabinet archive', 'MSCF\0\0\0\0'),
  signature('a Windows image', 'MSWIM\0\0\0'),
  ...['070701', '070702', '070707', '\xc7\x71', '\x71\xc7'].map((text) => signature('a cpio archive', text)),
  signature('an ELF program', '\x7fELF'),
  signature('compressed by lzop', '\x89LZO'),
  signature('compressed by lzip', 'LZIP'),
  signature('compressed by compress', '\x1f\x9d'),
  signature('a QCOW2 disk image', 'QFI\xfb'),
  signature('a VMDK disk image', 'KDMV'),
  signature('a VMDK disk image', '# Disk DescriptorFile'),
  signature('a VHDX disk image', 'vhdxfile'),
  signature('a VHD disk image', 'conectix'),
  signature('a VDI disk image', '\x7f\x10\xda\xbe', 64),
  signature('a LUKS container', 'LUKS\xba\xbe'),
  signature('an LVM volume', 'LABELONE', 512),
  signature('an XFS file system', 'XFSB'),
  signature('a btrfs file system', '_BHRfS_M', 65_600),
  signature('an F2FS file system', '\x10\x20\xf5\xf2', 1024),
  signature('an EROFS file system', '\xe2\xe1\xf5\xe0', 1024),
  signature('an NTFS file system', 'NTFS    ', 3),
  signature('an exFAT file system', 'EXFAT   ', 3),
  signature('an APFS container', 'NXSB', 32),
  signature('a JFS file system', 'JFS1', 32_768),
  signature('a ReiserFS file system', 'ReIsEr2Fs', 65_588),
  signature('a cramfs file system', 'Compressed ROMFS', 16),
  signature('a romfs file system', '-rom1fs-'),
  ...PAGE_SIZES.flatMap((size) => SWAP_MARKS.map((text) => signature('swap space', text, size - text.length))),
  signature('a tar archive', 'ustar', 257),
];

/** Alone, or on a disc in addition to ISO 9660. Two bytes are few, so the version is checked too. */
const APPLE: readonly Signature[] = [
  signature('an HFS+ file system', 'H+\0\x04', 1024),
  signature('an HFS+ file system', 'HX\0\x05', 1024),
  signature('an HFS file system', 'BD', 1024),
];
/** Where HFS keeps the first block of its bitmap, which is the third sector. */
const HFS_BITMAP = signature('', '\0\x03', 1024 + 14);

const COMPRESSED: Readonly<Record<Exclude<StreamFormat, 'none'>, string>> = {
  gzip: 'gzip-compressed data',
  bzip2: 'bzip2-compressed data',
  xz: 'xz-compressed data',
  lzma: 'lzma-compressed data',
  zstd: 'zstd-compressed data',
  lz4: 'lz4-compressed data',
  'lz4-legacy': 'lz4-compressed data',
};

/** The kind of a file that cannot be read as an image, with its article: `a zip archive`. Undefined for unknown files. */
export async function otherKind(file: Source): Promise<string | undefined> {
  for (const each of SIGNATURES) if (await has(file, each)) return each.name;
  const head = new Uint8Array(Math.min(SIGNATURE_LENGTH, file.size));
  await file.read(0, head);
  const format = streamFormat(head);
  return format === 'none' ? appleKind(file) : COMPRESSED[format];
}

/** The file system of Apple's systems that begins here, which a disc may have in addition to ISO 9660; undefined for anything else. */
export async function appleKind(file: Source): Promise<string | undefined> {
  for (const each of APPLE) {
    if (!(await has(file, each))) continue;
    if (each.text.length > 2 || (await has(file, HFS_BITMAP))) return each.name;
  }
  return undefined;
}

async function has(file: Source, { at, text }: Signature): Promise<boolean> {
  const bytes = await bytesAt(file, at, text.length);
  return bytes?.every((byte, i) => byte === text.charCodeAt(i)) ?? false;
}
