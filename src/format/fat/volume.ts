// A FAT volume as its boot sector describes it.

/** The facts of a FAT boot sector. */
export interface FatVolume {
  readonly type: 12 | 16 | 32;
  /** The root directory's label, which is the volume's; "" if it has none. */
  readonly label: string;
  /** The label in the boot sector, "" for `NO NAME`. Systems do not change it together with the volume's label. */
  readonly bootLabel: string;
  /** 32 bits. */
  readonly serial: number;
  /** Bytes. */
  readonly size: number;
  readonly sectorSize: number;
  /** Bytes. */
  readonly clusterSize: number;
}

/** Where the areas of a volume are, in bytes. */
export interface FatAreas {
  readonly tableAt: number;
  /** Bytes of one table. */
  readonly tableSize: number;
  /** The fixed root directory of FAT12 and FAT16, or the first cluster of FAT32's. */
  readonly root: { readonly at: number; readonly length: number } | number;
  /** Cluster 2. */
  readonly dataAt: number;
}
