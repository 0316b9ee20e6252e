// FAT boot sector with its BIOS parameter block: first 512 bytes of the volume and, on FAT32, of its backup at sector 6.
// Microsoft FAT specification (fatgen103) "Boot Sector and BPB"; ECMA-107 §9.

import { bytes, fromText, paddedText, reserved, struct, u8, u16le, u32le } from '../../bytes/index.js';

/** Sector of the FAT32 backup of the boot sector; the FSInfo copy follows it. Fixed by the specification. */
export const BACKUP_BOOT_SECTOR = 6;
/** Media descriptor of everything that is not a floppy; FAT[0] repeats it. */
export const MEDIA_FIXED = 0xf8;

const common = {
  jump: bytes(0, 3),
  oemName: paddedText(3, 8),
  sectorSize: u16le(11),
  sectorsPerCluster: u8(13),
  reservedSectors: u16le(14),
  fats: u8(16),
  /** Entries of the fixed root directory; 0 on FAT32. */
  rootEntries: u16le(17),
  /** 0 when the count needs 32 bits. */
  sectors16: u16le(19),
  media: u8(21),
  /** 0 on FAT32. */
  fatSectors16: u16le(22),
  sectorsPerTrack: u16le(24),
  heads: u16le(26),
  hiddenSectors: u32le(28),
  sectors32: u32le(32),
} as const;

export const bootSector16 = struct('FAT12/16 boot sector', 512, {
  ...common,
  drive: u8(36),
  reserved1: reserved(37, 1),
  extendedSignature: u8(38),
  serial: u32le(39),
  label: paddedText(43, 11),
  typeText: paddedText(54, 8),
  code: bytes(62, 448),
  signature: u16le(510),
});

export const bootSector32 = struct('FAT32 boot sector', 512, {
  ...common,
  fatSectors32: u32le(36),
  /** 0: both FATs are kept equal. */
  mirroring: u16le(40),
  version: u16le(42),
  rootCluster: u32le(44),
  fsInfoSector: u16le(48),
  backupSector: u16le(50),
  reserved1: reserved(52, 12),
  drive: u8(64),
  reserved2: reserved(65, 1),
  extendedSignature: u8(66),
  serial: u32le(67),
  label: paddedText(71, 11),
  typeText: paddedText(82, 8),
  code: bytes(90, 420),
  signature: u16le(510),
});

/** The fields of a boot sector; units are sectors unless named otherwise. */
export interface VolumeParameters {
  readonly type: 12 | 16 | 32;
  readonly sectorSize: number;
  readonly sectorsPerCluster: number;
  readonly reservedSectors: number;
  readonly rootEntries: number;
  readonly sectors: number;
  readonly fatSectors: number;
  readonly hiddenSectors: number;
  readonly serial: number;
  /** At most 11 characters; "" writes the specification's `NO NAME`. */
  readonly label: string;
  /** Default 2. */
  readonly tables?: 1 | 2;
  /** Default {@link MEDIA_FIXED}. */
  readonly media?: number;
  /** Default 0x80. */
  readonly drive?: number;
  /** Default by the number of sectors. */
  readonly heads?: number | undefined;
  readonly sectorsPerTrack?: number | undefined;
}

/** The 512 bytes of the boot sector. A larger sector is zero after them. */
export function renderBootSector(volume: VolumeParameters): Uint8Array {
  const large = volume.type === 32;
  const wide = large || volume.sectors > 0xffff;
  const shared = {
    // A short jump over the parameter block, and a nop that readers require.
    jump: Uint8Array.of(0xeb, large ? 0x58 : 0x3c, 0x90),
    oemName: fromText('ISOPRESS'),
    sectorSize: volume.sectorSize,
    sectorsPerCluster: volume.sectorsPerCluster,
    reservedSectors: volume.reservedSectors,
    fats: volume.tables ?? 2,
    rootEntries: volume.rootEntries,
    sectors16: wide ? 0 : volume.sectors,
    media: volume.media ?? MEDIA_FIXED,
    fatSectors16: large ? 0 : volume.fatSectors,
    ...diskGeometry(volume),
    hiddenSectors: volume.hiddenSectors,
    sectors32: wide ? volume.sectors : 0,
    drive: volume.drive ?? 0x80,
    extendedSignature: 0x29,
    serial: volume.serial,
    label: fromText(volume.label === '' ? 'NO NAME' : volume.label),
    typeText: fromText(`FAT${volume.type}`),
    signature: 0xaa55,
  };
  if (!large) return bootSector16.encode({ ...shared, code: bootCode(448) });
  return bootSector32.encode({
    ...shared,
    fatSectors32: volume.fatSectors,
    mirroring: 0,
    version: 0,
    rootCluster: 2,
    fsInfoSector: 1,
    backupSector: BACKUP_BOOT_SECTOR,
    code: bootCode(420),
  });
}

/** Heads and sectors per track as the hybrid MBR counts them up to 1024 cylinders, beyond that the LBA convention. */
function diskGeometry({ sectors, heads, sectorsPerTrack }: VolumeParameters) {
  const isSmall = sectors <= 1024 * 64 * 32;
  return { sectorsPerTrack: sectorsPerTrack ?? (isSmall ? 32 : 63), heads: heads ?? (isSmall ? 64 : 255) };
}

const MESSAGE = 'This volume holds no boot loader.\r\n';

/** Real-mode code, independent of where it is loaded: prints one line through the BIOS and halts. */
function bootCode(room: number): Uint8Array {
  const code = [
    ...[0x0e, 0x1f], // push cs; pop ds
    ...[0xfc], // cld
    ...[0xe8, 0x00, 0x00], // call the next instruction: its address goes on the stack
    ...[0x5e], // pop si
    ...[0x83, 0xc6, 0x15], // add si, 21: from that address to the message
    ...[0xac], // next: lodsb
    ...[0x84, 0xc0], // test al, al
    ...[0x74, 0x09], // jz halt
    ...[0xb4, 0x0e], // mov ah, 0x0e: teletype output
    ...[0xbb, 0x07, 0x00], // mov bx, 7: page 0, grey
    ...[0xcd, 0x10], // int 0x10
    ...[0xeb, 0xf2], // jmp next
    ...[0xf4], // halt: hlt
    ...[0xeb, 0xfd], // jmp halt
    ...Array.from(MESSAGE, (c) => c.charCodeAt(0)),
    0,
  ];
  const bytes = new Uint8Array(room);
  bytes.set(code);
  return bytes;
}
