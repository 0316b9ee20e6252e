// Places in images at which tests plant faults, by the specifications of the formats.

export const view = (image: Uint8Array): DataView => new DataView(image.buffer, image.byteOffset, image.byteLength);

/** Byte at which a text begins, from a byte on. Throws if it is not there. */
export function placeOf(image: Uint8Array, text: string, from = 0): number {
  const at = Buffer.from(image.buffer, image.byteOffset, image.byteLength).indexOf(text, from, 'latin1');
  if (at < 0) throw new Error(`There is no ${text}.`);
  return at;
}

/** The record of ISO 9660 with an identifier that begins so. */
export function isoRecord(image: Uint8Array, identifier: string): number {
  for (let at = 18 * 2048; ; at++) {
    at = placeOf(image, identifier, at);
    const record = at - 33;
    if (image[record]! >= 33 + image[at - 1]! && image[at - 1]! >= identifier.length && image[at - 1]! < 40)
      return record;
  }
}

/** Blocks of the boot catalog, and of both path tables. */
export const catalogAt = (image: Uint8Array): number => view(image).getUint32(17 * 2048 + 71, true) * 2048;
export const pathTableL = (image: Uint8Array): number => view(image).getUint32(16 * 2048 + 140, true) * 2048;
export const pathTableM = (image: Uint8Array): number => view(image).getUint32(16 * 2048 + 148) * 2048;

/** An ext4 image of one block size, as tests change it. */
export class Ext4Bytes {
  readonly view: DataView;

  constructor(readonly image: Uint8Array) {
    this.view = view(image);
  }

  get blockSize(): number {
    return 1024 << this.view.getUint32(1024 + 0x18, true);
  }

  /** Byte of the descriptor of a group. */
  descriptor(group = 0): number {
    const size = (this.view.getUint32(1024 + 0x60, true) & 0x80) !== 0 ? this.view.getUint16(1024 + 0xfe, true) : 32;
    return (Math.floor(1024 / this.blockSize) + 1) * this.blockSize + group * size;
  }

  blockBitmap(): number {
    return this.view.getUint32(this.descriptor(), true) * this.blockSize;
  }

  inodeBitmap(): number {
    return this.view.getUint32(this.descriptor() + 4, true) * this.blockSize;
  }

  /** Byte of an inode in the first group. */
  inode(ino: number): number {
    const size = this.view.getUint16(1024 + 0x58, true);
    return this.view.getUint32(this.descriptor() + 8, true) * this.blockSize + (ino - 1) * size;
  }

  /** Byte of the entry of a directory with a name. */
  entry(name: string): number {
    for (let at = 0; ; at++) {
      at = placeOf(this.image, name, at);
      if (this.image[at - 2] === name.length && this.view.getUint32(at - 8, true) < 1000) return at - 8;
    }
  }

  /** Byte of the inode that a name leads to. */
  inodeOf(name: string): number {
    return this.inode(this.view.getUint32(this.entry(name), true));
  }

  /** Byte of the first extent in an inode: its block of the file system is at 8. */
  extent(inode: number): number {
    return inode + 0x28 + 12;
  }

  add(at: number, length: 2 | 4, difference: number): void {
    if (length === 2) this.view.setUint16(at, this.view.getUint16(at, true) + difference, true);
    else this.view.setUint32(at, this.view.getUint32(at, true) + difference, true);
  }
}

/** A FAT12 volume, as tests change it. */
export class Fat12Bytes {
  readonly view: DataView;

  constructor(readonly image: Uint8Array) {
    this.view = view(image);
  }

  get tableAt(): number {
    return this.view.getUint16(14, true) * this.view.getUint16(11, true);
  }

  get tableSize(): number {
    return this.view.getUint16(22, true) * this.view.getUint16(11, true);
  }

  get(cluster: number): number {
    const word = this.view.getUint16(this.tableAt + Math.floor((cluster * 3) / 2), true);
    return cluster % 2 === 0 ? word & 0xfff : word >>> 4;
  }

  /** Sets an entry in both tables. */
  set(cluster: number, value: number): void {
    for (const table of [0, this.tableSize]) {
      const at = this.tableAt + table + Math.floor((cluster * 3) / 2);
      const word = this.view.getUint16(at, true);
      this.view.setUint16(at, cluster % 2 === 0 ? (word & 0xf000) | value : (word & 0xf) | (value << 4), true);
    }
  }

  /** Byte of the short entry with these eleven characters. */
  entry(name: string): number {
    return placeOf(this.image, name);
  }

  cluster(entry: number): number {
    return this.view.getUint16(entry + 26, true);
  }
}
