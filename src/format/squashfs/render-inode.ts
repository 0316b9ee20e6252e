// Renders inodes, each in the smallest form that can hold it.

import { bytesOf } from '../../bytes/index.js';
import type { Directory, File, Node, Special, Symlink } from '../../tree/index.js';
import { NO_FRAGMENT } from './data-block.js';
import { LISTING_SIZE_BIAS, type ListingMark } from './directory.js';
import type { PlacedData } from './emit-data.js';
import {
  basicDevice,
  basicDirectory,
  basicFile,
  basicPipe,
  deviceNumber,
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
import { inodeTime, type Leaf } from './plan-inodes.js';

const MAX_U16 = 0xffff;
const MAX_U32 = 0xffff_ffff;

/** A listing as its directory's inode refers to it. */
export interface PlacedListing {
  readonly place: MetadataPlace;
  readonly length: number;
  readonly marks: readonly (ListingMark & { readonly block: number })[];
}

export class InodeRenderer {
  readonly #image: PlannedImage;
  readonly #placed: PlacedData;

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
      return basicDirectory.encode({ ...this.#head(node, number, false), ...common });
    }
    // The index only saves time, so a listing with more marks than can be counted does without the last ones.
    const marks = listing.marks.slice(0, MAX_U16);
    const inode = { ...this.#head(node, number, true), ...common, indexCount: marks.length, xattr };
    return joined([extendedDirectory.encode(inode), ...marks.map(renderIndex)]);
  }

  #file(node: File, number: number, nlink: number): Uint8Array {
    const { data } = this.#image;
    const { size } = node.content;
    const xattr = this.#xattr(node);
    const index = data.indexes.get(node.content);
    const at = index === undefined ? 0 : this.#placed.at[index]!;
    const sparse = index === undefined ? 0 : this.#placed.sparse[index]!;
    const fragment = index === undefined ? NO_FRAGMENT : data.fragments[index]!;
    const fragmentOffset = index === undefined ? 0 : data.fragmentOffsets[index]!;
    const basic = nlink === 1 && xattr === NO_XATTR && sparse === 0 && at <= MAX_U32 && size <= MAX_U32;
    const common = { ...this.#head(node, number, !basic), at, size, fragment, fragmentOffset };
    const inode = basic ? basicFile.encode(common) : extendedFile.encode({ ...common, sparse, nlink, xattr });
    return index === undefined || data.blockCounts[index] === 0 ? inode : joined([inode, this.#sizeWords(index)]);
  }

  #sizeWords(content: number): Uint8Array {
    const { firstWords, blockCounts } = this.#image.data;
    const first = firstWords[content]!;
    const count = blockCounts[content]!;
    const bytes = new Uint8Array(count * 4);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) view.setUint32(i * 4, this.#placed.words[first + i]!, true);
    return bytes;
  }

  #symlink(node: Symlink, number: number, nlink: number): Uint8Array {
    const xattr = this.#xattr(node);
    const basic = xattr === NO_XATTR;
    const target = bytesOf(node.target);
    const inode = symlinkInode.encode({ ...this.#head(node, number, !basic), nlink, targetLength: target.length });
    return joined(
      basic ? [inode, target] : [inode, target, Uint8Array.of(xattr, xattr >>> 8, xattr >>> 16, xattr >>> 24)],
    );
  }

  #special(node: Special, number: number, nlink: number): Uint8Array {
    const xattr = this.#xattr(node);
    const basic = xattr === NO_XATTR;
    const head = { ...this.#head(node, number, !basic), nlink };
    if (node.kind === 'fifo' || node.kind === 'socket') {
      return basic ? basicPipe.encode(head) : extendedPipe.encode({ ...head, xattr });
    }
    const device = deviceNumber(node.major, node.minor);
    return basic ? basicDevice.encode({ ...head, device }) : extendedDevice.encode({ ...head, device, xattr });
  }

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

function renderIndex({ at, block, name }: PlacedListing['marks'][number]): Uint8Array {
  return joined([directoryIndex.encode({ at, directoryBlock: block, nameLength: name.length - 1 }), bytesOf(name)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
