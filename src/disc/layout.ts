// The decisions of a disc as plain data, for reports and for `--plan`. Values that depend on open content are absent.

import type { Loss } from '../tree/index.js';

/** A run of blocks of 2048 bytes. */
export interface AreaLayout {
  readonly name: string;
  /** Absent after open content. */
  readonly block?: number;
  /** Absent for open content itself. */
  readonly blocks?: number;
}

/** A boot entry and the place of its image. */
export interface BootEntryLayout {
  readonly platform: 'bios' | 'powerpc' | 'mac' | 'efi';
  /** The emulated drive; absent without emulation. */
  readonly media?: string;
  readonly id?: string;
  /** Path in the tree, `appended-esp`, or `hidden` for an image that no directory shows. */
  readonly image: string;
  readonly block?: number;
  /** 512-byte sectors stated in the catalog. */
  readonly sectors: number;
}

/** A partition and its place. */
export interface PartitionLayout {
  /** Which table it is in. */
  readonly table: 'mbr' | 'gpt';
  /** From 1. */
  readonly number: number;
  /** MBR type as `0xcd`, or GPT type GUID. */
  readonly type: string;
  readonly name?: string;
  readonly active?: boolean;
  /** 512-byte sectors. */
  readonly start?: number;
  readonly sectors?: number;
}

/** The decisions about a disc: the place of everything in it. */
export interface DiscLayout {
  /** `udf` only without ISO 9660. */
  readonly format: 'iso9660' | 'udf';
  /** Changes whenever the same input and options give other bytes. */
  readonly layoutVersion: number;
  readonly volumeId: string;
  /** The named layout. */
  readonly hybrid?: string;
  readonly extensions: readonly string[];
  /** Bytes; absent with open content. */
  readonly size?: number;
  readonly directories: number;
  readonly areas: readonly AreaLayout[];
  readonly bootEntries: readonly BootEntryLayout[];
  readonly partitions: readonly PartitionLayout[];
  readonly losses: readonly Loss[];
}
