// Options of a disc: the only place of their defaults and of the rules between them.

import type { ByteString, Timestamp } from '../bytes/index.js';
import { type IsoOptions, type ResolvedIsoOptions, resolveIso } from '../format/iso9660/index.js';
import { MBR_TYPE } from '../format/mbr/index.js';
import type { UdfRevision } from '../format/udf/index.js';
import { deriveUuid, type ExactContent } from '../io/index.js';
import { checkBootCode } from './boot-code.js';
import { type BootOptions, checkRange, conflict, type ResolvedBootEntry, resolveBootEntries } from './boot-options.js';
import {
  checkLayout,
  type LayoutName,
  NAMED_LAYOUTS,
  type NamedLayout,
  type PartitionTable,
  type PayloadEnd,
} from './named-layouts.js';

/** The trees that show the files of a disc. */
export type TreeName = 'iso' | 'joliet' | 'udf';

export interface HideRule {
  /** Pattern as in excludes. */
  readonly pattern: ByteString;
  readonly from: readonly TreeName[];
}

export interface WeightRule {
  readonly pattern: ByteString;
  readonly weight: number;
}

export interface DiscOptions extends IsoOptions {
  /** Identities of disk and partitions derive from it. */
  readonly seed: string;
  /** The trees of ISO 9660. Default true; without them the disc is UDF alone and boots nowhere. */
  readonly iso9660?: boolean;
  /** UDF in addition to ISO 9660, sharing its file data, in this revision. Default: none. */
  readonly udf?: UdfRevision;
  /**
   * Symbolic links, devices, pipes and sockets in UDF. 7-Zip (26.02) refuses a UDF volume that has one, and Windows shows none, while
   * ISO 9660 next to it has them all. Default: only without ISO 9660.
   */
  readonly udfSpecialFiles?: boolean;
  /**
   * Write UDF only if the data of all files take more bytes than this. With open content that shows when they have been
   * written: space for UDF is reserved if it may be needed. Default: for every size.
   */
  readonly udfAbove?: number;
  /** Entries that some trees do not show; their data stay on the disc. */
  readonly hide?: readonly HideRule[];
  /** Files by weight: the heaviest come first on the disc, those that no rule names weigh 0. The first rule that matches counts. */
  readonly sort?: readonly WeightRule[];
  readonly boot?: BootOptions;
  /** A named layout sets what the options below leave open, and refuses what does not belong to it. Default: none. */
  readonly layout?: LayoutName;
  readonly mbr?: {
    /** Boot code of up to 512 bytes, such as `boot_hybrid.img` or `isohdpfx.bin`; the first 440 count. */
    readonly code: Uint8Array;
    /** Write the address of the BIOS image to byte 0x1b0 for GRUB. Default: as `grub2BootInfo`; a named layout decides. */
    readonly patchGrub2?: boolean;
  };
  /** Default `mbr` with boot code or an appended partition, otherwise `none`. */
  readonly partitionTable?: PartitionTable;
  /** Start of partition 1 in blocks of 2048 bytes: with 16 it has its own descriptors. Default 16 with a partition table. */
  readonly partitionOffset?: 0 | 16;
  /**
   * FAT image of an EFI system partition, placed after the payload as partition 2. Default: with a partition table, the first
   * EFI boot image; one in the tree is then stored there and shown by the directories.
   */
  readonly appendedEsp?: ExactContent;
  /** 32 bits at byte 440 of the MBR. Default 0; in the layout `isolinux` derived from the seed. */
  readonly diskSignature?: number;
  /** Zero blocks of 2048 bytes after the last file. Default 0. */
  readonly padBlocks?: number;
  /** A block for a signature over the media-check tags, which can be filled later. Default false. */
  readonly signatureBlock?: boolean;
}

export interface ResolvedDiscOptions {
  readonly iso: ResolvedIsoOptions;
  readonly iso9660: boolean;
  readonly udf: UdfRevision | undefined;
  readonly udfSpecialFiles: boolean;
  /** Bytes of file data above which there is UDF; undefined: there is. */
  readonly udfAbove: number | undefined;
  readonly epoch: Timestamp;
  readonly hide: readonly HideRule[];
  readonly sort: readonly WeightRule[];
  /** Asked for where an identity is derived: the default takes a walk through the whole tree. */
  readonly seed: () => string;
  readonly catalogPath: string | undefined;
  /** Default entry first. */
  readonly bootEntries: readonly ResolvedBootEntry[];
  /** The image that the MBR's boot code starts. */
  readonly bios: ResolvedBootEntry | undefined;
  readonly mbrCode: Uint8Array;
  readonly layout: LayoutName | undefined;
  /** Whose address of the BIOS image the MBR holds. */
  readonly bootCode: NamedLayout['bootCode'];
  /** MBR type of partition 1. */
  readonly payloadType: number;
  readonly payloadEnd: PayloadEnd;
  readonly partitionTable: PartitionTable;
  readonly partitionOffset: 0 | 16;
  readonly appendedEsp: ExactContent | undefined;
  /** Whether the appended ESP is an EFI boot image of the tree, which its directories show too. */
  readonly espInTree: boolean;
  readonly diskSignature: number;
  readonly padBlocks: number;
  readonly signatureBlock: boolean;
}

/** Fills in defaults. Throws {@link InvalidInputError} for values that do not go together. */
export function resolveDisc(options: DiscOptions): ResolvedDiscOptions {
  const { boot = {}, mbr, appendedEsp, padBlocks = 0, layout } = options;
  if (layout) checkLayout(layout, options);
  if (mbr) checkBootCode(mbr.code);
  const named = layout && NAMED_LAYOUTS[layout];
  const partitionTable = options.partitionTable ?? named?.tables[0] ?? (mbr || appendedEsp ? 'mbr' : 'none');
  const partitionOffset = options.partitionOffset ?? named?.partitionOffset ?? (partitionTable === 'none' ? 0 : 16);
  const bootEntries = resolveBootEntries(boot, { grub2BootInfo: layout === 'grub', hasEsp: appendedEsp !== undefined });
  const bios = boot.bios && bootEntries[0];
  const resolved: ResolvedDiscOptions = {
    iso: resolveIso(options),
    iso9660: options.iso9660 ?? true,
    udf: options.udf,
    udfSpecialFiles: options.udfSpecialFiles ?? options.iso9660 === false,
    udfAbove: options.udf && options.udfAbove,
    epoch: options.epoch,
    hide: options.hide ?? [],
    sort: options.sort ?? [],
    seed: () => options.seed,
    catalogPath: (boot.catalogHidden ?? true) ? undefined : (boot.catalogPath ?? 'boot.catalog'),
    bootEntries,
    bios,
    mbrCode: mbr?.code ?? new Uint8Array(0),
    layout,
    bootCode: bootCodeOf(options, named, bios?.grub2BootInfo ?? false),
    payloadType: named?.payloadType ?? (partitionOffset > 0 ? MBR_TYPE.isoData : MBR_TYPE.linux),
    payloadEnd: named?.payloadEnd ?? 'block',
    partitionTable,
    partitionOffset,
    appendedEsp,
    espInTree: false,
    diskSignature: options.diskSignature ?? (named?.derivedSignature ? derivedSignature(options.seed) : 0),
    padBlocks,
    signatureBlock: options.signatureBlock ?? false,
  };
  check(resolved);
  return resolved;
}

function bootCodeOf(
  { mbr, boot }: DiscOptions,
  named: NamedLayout | undefined,
  grub2BootInfo: boolean,
): NamedLayout['bootCode'] {
  if (!mbr) return 'none';
  if (named) return boot?.bios ? named.bootCode : 'none';
  return (mbr.patchGrub2 ?? grub2BootInfo) ? 'grub' : 'none';
}

/** It distinguishes disks; 0 means that there is none. */
function derivedSignature(seed: string): number {
  return Number.parseInt(deriveUuid(seed, 'mbr disk signature').slice(0, 8), 16) || 1;
}

function check(options: ResolvedDiscOptions): void {
  const { appendedEsp, bootCode, bios, diskSignature, padBlocks } = options;
  if (!options.iso9660) checkUdfAlone(options);
  if (appendedEsp?.size === 0) throw conflict('The appended EFI system partition is empty.', 'Give a FAT image.');
  if (options.catalogPath !== undefined && options.bootEntries.length === 0) {
    throw conflict('The boot catalog has no boot image to list.', 'Name a boot image, or leave the catalog out.');
  }
  if (bootCode !== 'none' && !bios) {
    throw conflict('The MBR code is to load a BIOS boot image, but none is named.', 'Name the BIOS boot image.');
  }
  checkRange('The disk signature', diskSignature, 0, 0xffff_ffff);
  checkRange('The number of padding blocks', padBlocks, 0, 0xffff_ffff);
}

function checkUdfAlone({ udf, udfAbove, bootEntries, partitionTable }: ResolvedDiscOptions): void {
  if (!udf || udfAbove !== undefined)
    throw conflict('Without ISO 9660 and without UDF the disc has no files.', 'Choose a revision of UDF.');
  if (bootEntries.length > 0 || partitionTable !== 'none') {
    throw conflict(
      'Boot entries and partitions belong to ISO 9660, which is left out.',
      'Write UDF in addition to ISO 9660.',
    );
  }
}
