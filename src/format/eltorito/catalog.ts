// Boot catalog (El Torito 1.0 §2.1–2.4; UEFI 2.11 §13.3.2): 32-byte entries that say what to load for which platform.

import { bytes, paddedText, reserved, struct, u8, u16le, u32le, type Value } from '../../bytes/index.js';
import { InternalError } from '../../errors.js';
import { MEDIA_CODES, type Media } from './emulation.js';

/** Bytes of the catalog as written: one block, because old firmware reads no more. */
export const CATALOG_SIZE = 2048;
const ENTRY = 32;
const BOOTABLE = 0x88;
/** The first byte of a section header. */
export const MORE_SECTIONS = 0x90;
export const LAST_SECTION = 0x91;
const MAX_LOAD_SECTORS = 0xffff;

/** The firmware that a boot entry is for. */
export type Platform = 'bios' | 'powerpc' | 'mac' | 'efi';
export const PLATFORM_IDS: Readonly<Record<Platform, number>> = { bios: 0x00, powerpc: 0x01, mac: 0x02, efi: 0xef };

/** Most images in a catalog of one block: all but the first need a header too. */
export const MAX_BOOT_IMAGES = 32;
/** Characters that the validation entry and a section header have for an id. */
export const FIRST_ID_LENGTH = 24;
export const SECTION_ID_LENGTH = 28;
/** Bytes of selection criteria: a type and 19 that the vendor gives a meaning. */
export const CRITERIA_LENGTH = 20;

export const validationEntry = struct('El Torito validation entry', ENTRY, {
  header: u8(0),
  platform: u8(1),
  reserved2: reserved(2, 2),
  id: paddedText(4, 24, 0),
  checksum: u16le(28),
  key55: u8(30),
  keyAa: u8(31),
});
export type ValidationEntry = Value<typeof validationEntry>;

/** Initial entry and section entries alike. */
export const bootEntry = struct('El Torito boot entry', ENTRY, {
  bootable: u8(0),
  /** One of {@link MEDIA_CODES} in the low four bits. */
  media: u8(1),
  loadSegment: u16le(2),
  systemType: u8(4),
  reserved5: reserved(5, 1),
  /** 512-byte sectors to load. */
  sectors: u16le(6),
  block: u32le(8),
  selection: bytes(12, 20),
});

export const sectionHeader = struct('El Torito section header', ENTRY, {
  /** {@link MORE_SECTIONS} or {@link LAST_SECTION}. */
  header: u8(0),
  platform: u8(1),
  entries: u16le(2),
  id: paddedText(4, 28, 0),
});
export type SectionHeader = Value<typeof sectionHeader>;

/** One boot image as the catalog lists it. */
export interface BootImage {
  readonly platform: Platform;
  /** 2048-byte block of the medium. */
  readonly block: number;
  /** 512-byte sectors for the firmware to load: see {@link loadSectors}. */
  readonly sectors: number;
  /** Default true. */
  readonly bootable?: boolean;
  /** Default `none`. */
  readonly media?: Media;
  /** Real-mode segment to load to; 0 is the usual 0x7c0. Default 0. */
  readonly loadSegment?: number;
  /** Type of the partition of an emulated hard disk. Default 0. */
  readonly systemType?: number;
  /** Of the first image it is in the validation entry, of any other in its section header. */
  readonly id?: string;
  /** Up to {@link CRITERIA_LENGTH} bytes by which firmware may choose among section entries. */
  readonly criteria?: Uint8Array;
}

/**
 * The load size to state for an image of `size` bytes. The field has 16 bits; for a larger image 0 is stated, which UEFI
 * takes as "up to the end of the medium". A number cut to 16 bits would make firmware read a part of the file system.
 */
export function loadSectors(size: number): number {
  const sectors = Math.ceil(size / 512);
  return sectors > MAX_LOAD_SECTORS ? 0 : sectors;
}

/** The whole catalog: the first image is the default one, every other gets a separate section. */
export function renderCatalog(images: readonly BootImage[]): Uint8Array {
  const [first, ...others] = images;
  if (!first || images.length > MAX_BOOT_IMAGES) {
    throw new InternalError('internal.boot-catalog', `A boot catalog cannot hold ${images.length} images.`);
  }
  const catalog = new Uint8Array(CATALOG_SIZE);
  catalog.set(renderValidation(first), 0);
  catalog.set(renderEntry(first), ENTRY);
  for (const [i, image] of others.entries()) {
    const header = {
      header: i < others.length - 1 ? MORE_SECTIONS : LAST_SECTION,
      platform: PLATFORM_IDS[image.platform],
      entries: 1,
      id: (image.id ?? '') as SectionHeader['id'],
    };
    sectionHeader.encodeInto(header, catalog, ENTRY * (2 + 2 * i));
    catalog.set(renderEntry(image), ENTRY * (3 + 2 * i));
  }
  return catalog;
}

function renderEntry(image: BootImage): Uint8Array {
  const { block, sectors, bootable = true, media = 'none', loadSegment = 0, systemType = 0, criteria } = image;
  const selection = new Uint8Array(CRITERIA_LENGTH);
  if (criteria) selection.set(criteria);
  return bootEntry.encode({
    bootable: bootable ? BOOTABLE : 0,
    media: MEDIA_CODES[media],
    loadSegment,
    systemType,
    sectors,
    block,
    selection,
  });
}

function renderValidation({ platform, id = '' }: BootImage): Uint8Array {
  const entry = {
    header: 1,
    platform: PLATFORM_IDS[platform],
    id: id as ValidationEntry['id'],
    checksum: 0,
    key55: 0x55,
    keyAa: 0xaa,
  };
  const sum = wordSum(validationEntry.encode(entry));
  return validationEntry.encode({ ...entry, checksum: -sum & 0xffff });
}

/** Sum of the little-endian 16-bit words, modulo 2^16; 0 over a valid validation entry. */
export function wordSum(entry: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < entry.length; at += 2) sum = (sum + entry[at]! + entry[at + 1]! * 256) & 0xffff;
  return sum;
}
