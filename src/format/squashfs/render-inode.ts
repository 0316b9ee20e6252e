// Renders inodes, each in the smallest form that can hold it.

import { bytesOf, deviceNumber, type Struct } from '../../bytes/index.js';
import type { Directory, File, Leaf, Node, Special, Symlink } from '../../tree/index.js';
import { NO_FRAGMENT } from './data-block.js';
import { LISTING_SIZE_BIAS, type ListingMark } from './directory.js';
import type { PlacedData } from './emit-data.js';
import {
  basicDevice,
  basicDirectory,
  basicFile,
  basicPipe,
  directoryIndex,
  EXTENDED,
  extendedDevice,
  extendedDirectory,
  extendedFile,
  extendedPipe,
  InodeType,
  NO_XATTR,
  symlinkInode,
} from './inode.js';
import type { PlannedImage } from './layout.js';
import type { MetadataPlace } from './metadata-block.js';
import { inodeTime } from './plan-inodes.js';

const MAX_U16 = 0xffff;
const MAX_U32 = 0xffff_ffff;

/** A listing as its directory's inode refers to it. */
export interface PlacedListing {
  readonly place: MetadataPlace;
  readonly length: number;
  readonly marks: readonly (ListingMark & { readonly block: number })[];
}

/** Room for an inode and a symbolic link's target; files of many blocks and indexed directories get more. */
const SCRATCH = 8192;

/** Every inode is lent: it is in the renderer's own memory until the next one is asked for. */
export class InodeRenderer {
  readonly #image: PlannedImage;
  readonly #placed: PlacedData;
  #scratch = new Uint8Array(SCRATCH);
  #view = new DataView(this.#scratch.buffer);
  /** The inode lent last: most are as long as the one before. */
  #lent = this.#scratch.subarray(0, 0);

  constructor(image: PlannedImage, placed: PlacedData) {
    this.#image = image;
    this.#placed = placed;
  }

  /** The inode of anything but a directory. */
  leaf(node: Leaf, number: number): Uint8Array {
    const nlink = this.#image.inodes.linkCounts.get(node) ?? 1;
    switch (node.kind) {
      case 'file':
        return this.#file(node, number, nlink);
      case 'symlink':
        return this.#symlink(node, number, nlink);
      default:
        return this.#special(node, number, nlink);
    }
  }

  directory(
    node: Directory,
    number: number,
    parent: number,
    subdirectories: number,
    listing: PlacedListing,
  ): Uint8Array {
    const xattr = this.#xattr(node);
    const size = listing.length + LISTING_SIZE_BIAS;
    const common = {
      directoryBlock: listing.place.block,
      offset: listing.place.offset,
      nlink: subdirectories + 2,
      parent,
      size,
    };
    if (xattr === NO_XATTR && listing.marks.length === 0 && size <= MAX_U16) {
      return this.#render(basicDirectory, { ...this.#head(node, number, false), ...common });
    }
    // The index only saves time, so a listing with more marks than can be counted does without the last ones.
    const marks = listing.marks.slice(0, MAX_U16);
    const inode = { ...this.#head(node, number, true), ...common, indexCount: marks.length, xattr };
    const more = marks.reduce((sum, { name }) => sum + directoryIndex.size + name.length, 0);
    const bytes = this.#render(extendedDirectory, inode, more);
    let end = extendedDirectory.size;
    for (const { at, block, name } of marks) {
      const index = { at, directoryBlock: block, nameLength: name.length - 1 };
      directoryIndex.encodeThrough(index, this.#view, end);
      bytes.set(bytesOf(name), end + directoryIndex.size);
      end += directoryIndex.size + name.length;
    }
    return bytes;
  }

  #file(node: File, number: number, nlink: number): Uint8Array {
    const { data } = this.#image;
    const { size } = node.content;
    const xattr = this.#xattr(node);
    const content = data.contentOf[number - 1]!;
    const at = this.#placed.at[content] ?? 0;
    const sparse = this.#placed.sparse[content] ?? 0;
    const fragment = data.fragments[content] ?? NO_FRAGMENT;
    const fragmentOffset = data.fragmentOffsets[content] ?? 0;
    const blocks = data.blockCounts[content] ?? 0;
    const basic = nlink === 1 && xattr === NO_XATTR && sparse === 0 && at <= MAX_U32 && size <= MAX_U32;
    const inode = Object.assign(this.#head(node, number, !basic), { at, size, fragment, fragmentOffset });
    const bytes = basic
      ? this.#render(basicFile, inode, blocks * 4)
      : this.#render(extendedFile, Object.assign(inode, { sparse, nlink, xattr }), blocks * 4);
    if (blocks > 0) this.#putSizeWords(content, bytes.length - blocks * 4);
    return bytes;
  }

  #putSizeWords(content: number, at: number): void {
    const { firstWords, blockCounts } = this.#image.data;
    const first = firstWords[content]!;
    const count = blockCounts[content]!;
    for (let i = 0; i < count; i++) this.#view.setUint32(at + i * 4, this.#placed.words[first + i]!, true);
  }

  #symlink(node: Symlink, number: number, nlink: number): Uint8Array {
    const xattr = this.#xattr(node);
    const basic = xattr === NO_XATTR;
    const target = bytesOf(node.target);
    const inode = Object.assign(this.#head(node, number, !basic), { nlink, targetLength: target.length });
    const bytes = this.#render(symlinkInode, inode, target.length + (basic ? 0 : 4));
    bytes.set(target, symlinkInode.size);
    if (!basic) this.#view.setUint32(symlinkInode.size + target.length, xattr, true);
    return bytes;
  }

  #special(node: Special, number: number, nlink: number): Uint8Array {
    const xattr = this.#xattr(node);
    const basic = xattr === NO_XATTR;
    const head = Object.assign(this.#head(node, number, !basic), { nlink });
    if (node.kind === 'fifo' || node.kind === 'socket') {
      return basic ? this.#render(basicPipe, head) : this.#render(extendedPipe, Object.assign(head, { xattr }));
    }
    const device = deviceNumber(node.major, node.minor);
    return basic
      ? this.#render(basicDevice, Object.assign(head, { device }))
      : this.#render(extendedDevice, Object.assign(head, { device, xattr }));
  }

  /** A structure at the start of the scratch memory, and `more` bytes after it for its variable part. */
  #render<T>(structure: Struct<T>, value: T, more = 0): Uint8Array {
    const length = structure.size + more;
    if (length > this.#scratch.length) {
      this.#scratch = new Uint8Array(2 * length);
      this.#view = new DataView(this.#scratch.buffer);
    }
    structure.encodeThrough(value, this.#view, 0);
    if (this.#lent.length !== length || this.#lent.buffer !== this.#scratch.buffer) {
      this.#lent = this.#scratch.subarray(0, length);
    }
    return this.#lent;
  }

  /** To be completed by assignment: an object spread per inode turned out to outlive young garbage, 1 kB each. */
  #head(node: Node, number: number, extended: boolean) {
    const { idIndexes } = this.#image;
    return {
      type: InodeType[node.kind] + (extended ? EXTENDED : 0),
      mode: node.mode,
      uid: idIndexes.get(node.uid)!,
      gid: idIndexes.get(node.gid)!,
      mtime: inodeTime(node.mtime.seconds),
      number,
    };
  }

  #xattr(node: Node): number {
    return this.#image.xattrs.setOf.get(node) ?? NO_XATTR;
  }
}
