// All inodes in use: their checksums, their blocks, their extended attributes; what directories and counts are held against.

import { InvalidImageError } from '../../../errors.js';
import { kindOfMode } from '../../../tree/index.js';
import { inodeSeed } from '../checksum.js';
import { EXTENT_MAGIC } from '../extent.js';
import { readInInode, readXattrBlock } from '../found-xattr.js';
import { INODE_UNINIT } from '../group-descriptor.js';
import {
  BLOCK_FIELD_SIZE,
  decodeInode,
  EXTENTS_FLAG,
  INLINE_FLAG,
  type Inode,
  isInodeSealed,
  RESIZE_INODE,
  ROOT_INODE,
  SMALL_INODE,
  XATTR_VALUE_FLAG,
} from '../inode.js';
import type { BlockUse } from './block-use.js';
import { blocksOfFile } from './file-blocks.js';
import type { CheckedImage } from './image.js';
import { checkSectors, checkSize } from './inode-size.js';
import { type CheckedInode, foundDirectory, InodeUse, type Kind, TYPE_SHIFT } from './inode-use.js';

/** Inodes are read in chunks of this many bytes. */
const CHUNK = 256 * 1024;
const BAD_BLOCKS_INODE = 1;
/** Kinds whose inodes may have blocks. */
const WITH_BLOCKS: readonly Kind[] = ['file', 'directory', 'symlink'];

export async function scanInodes(checked: CheckedImage, use: BlockUse): Promise<InodeUse> {
  const scan = new InodeScan(checked, use);
  for (let group = 0; group < checked.groups; group++) await scan.group(group);
  return scan.found;
}

class InodeScan {
  readonly found: InodeUse;
  readonly #checked: CheckedImage;
  readonly #use: BlockUse;
  readonly #xattrBlocks = new Set<number>();

  constructor(checked: CheckedImage, use: BlockUse) {
    this.#checked = checked;
    this.#use = use;
    this.found = new InodeUse(checked.inodes);
  }

  async group(group: number): Promise<void> {
    const { inodeSize, inodesPerGroup, blockSize, descriptors, hasDescriptorSums } = this.#checked;
    const { inodeTable, flags, unusedInodes, isSealed } = descriptors[group]!;
    // A group whose descriptor is damaged has been reported, and its table may be anywhere.
    if (!isSealed || (hasDescriptorSums && (flags & INODE_UNINIT) !== 0)) return;
    const used = hasDescriptorSums ? Math.max(0, inodesPerGroup - unusedInodes) : inodesPerGroup;
    const tableAt = inodeTable * blockSize;
    for (let from = 0; from < used * inodeSize; from += CHUNK) {
      const bytes = await this.#checked.bytes(tableAt + from, Math.min(CHUNK, used * inodeSize - from));
      if (!bytes)
        return this.#checked.structuralFault(
          'truncated',
          `The inodes of group ${group} are outside the image.`,
          tableAt,
        );
      for (let at = 0; at < bytes.length; at += inodeSize) {
        const raw = bytes.subarray(at, at + inodeSize);
        const ino = group * inodesPerGroup + (from + at) / inodeSize + 1;
        await this.#inode(ino, raw, tableAt + from + at);
      }
    }
  }

  async #inode(ino: number, bytes: Uint8Array, at: number): Promise<void> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const links = view.getUint16(0x1a, true);
    const isReserved = ino < this.#checked.firstInode && ino !== ROOT_INODE;
    if (links === 0 && !(isReserved && this.#isSpecial(ino, view))) {
      if (ino === ROOT_INODE) this.#checked.structuralFault('inode', 'The root directory is not an inode in use.', at);
      return;
    }
    const fields = decodeInode(bytes);
    const extraSize = this.#checked.inodeSize > SMALL_INODE ? fields.extraSize : 0;
    const kind = kindOfMode(fields.mode);
    this.found.links[ino] = links;
    this.found.types[ino] = fields.mode >>> TYPE_SHIFT;
    const { report } = this.#checked;
    const seed = inodeSeed(this.#checked.seed, ino, fields.generation);
    if (this.#checked.seed !== undefined && !isInodeSealed(bytes, fields, seed!)) {
      this.#checked.structuralFault('inode-checksum', `The checksum of inode ${ino} is wrong.`, at);
      return;
    }
    if (SMALL_INODE + extraSize > this.#checked.inodeSize || extraSize % 4 !== 0) {
      this.#checked.structuralFault('inode', `Inode ${ino} has ${extraSize} extra bytes.`, at);
      return;
    }
    if (kind === undefined && !isReserved) {
      this.#checked.structuralFault('inode', `Inode ${ino} is of no known kind.`, at);
      return;
    }
    if (fields.dtime !== 0 && links > 0 && !isReserved)
      report('inode', `Inode ${ino} is in use, and has a time of deletion.`, at);
    if (ino === ROOT_INODE && kind !== 'directory')
      this.#checked.structuralFault('inode', 'The root is not a directory.', at);
    if ((fields.flags & XATTR_VALUE_FLAG) !== 0) this.found.values.add(ino);
    await this.#contents({ ino, fields, bytes, extraSize, seed, at }, isReserved ? 'file' : kind!);
  }

  /** Whether a reserved inode without links has blocks: those that are bad, and others that are not in use. */
  #isSpecial(ino: number, view: DataView): boolean {
    return ino === BAD_BLOCKS_INODE && view.getUint32(0x1c, true) !== 0;
  }

  async #contents(owner: CheckedInode, kind: Kind): Promise<void> {
    const { ino, fields } = owner;
    await this.#xattrs(owner);
    if (!WITH_BLOCKS.includes(kind) || (kind === 'symlink' && isInInode(fields)))
      return checkSectors(this.#checked, owner, 0);
    if ((fields.flags & INLINE_FLAG) !== 0) {
      if (kind === 'directory') this.found.directories.push(foundDirectory(owner, []));
      return;
    }
    if (ino === RESIZE_INODE) return this.#resize(fields);
    const before = this.#checked.structural;
    const { runs, tree } = await blocksOfFile(this.#checked, owner);
    if (ino === this.#checked.superblock.journalInode) this.found.journalBlock = runs[0]?.block;
    const isBad = ino === BAD_BLOCKS_INODE;
    for (const { block, length } of [...runs, ...tree.map((block) => ({ block, length: 1 }))]) {
      const shared = this.#use.claim(block, length);
      if (shared === undefined || isBad) continue;
      this.#checked.structuralFault(
        'blocks-shared',
        `Inode ${ino} has block ${shared}, which is in use elsewhere.`,
        owner.at,
      );
    }
    if (this.#checked.structural === before) checkSize(this.#checked, owner, kind, { runs, tree });
    if (kind === 'directory') this.found.directories.push(foundDirectory(owner, runs));
  }

  async #xattrs({ ino, fields, bytes, extraSize, at }: CheckedInode): Promise<void> {
    const { features, seed, image: _, isBlock } = this.#checked;
    try {
      readInInode(bytes.subarray(SMALL_INODE + extraSize));
      const block = fields.xattrBlockLow + (features.has('64bit') ? fields.xattrBlockHigh * 2 ** 32 : 0);
      if (block === 0 || this.#xattrBlocks.has(block)) return;
      this.#xattrBlocks.add(block);
      const content = isBlock.call(this.#checked, block) ? await this.#checked.block(block) : undefined;
      if (!content) {
        this.#checked.structuralFault(
          'block-outside',
          `Inode ${ino} has its attributes in block ${block}, which is outside.`,
          at,
        );
      } else if (this.#use.claim(block) !== undefined) {
        this.#checked.structuralFault(
          'blocks-shared',
          `Inode ${ino} has its attributes in block ${block}, which is in use elsewhere.`,
          at,
        );
      } else readXattrBlock(content, block, seed);
    } catch (error) {
      if (!(error instanceof InvalidImageError)) throw error;
      this.#checked.report('xattr', `The extended attributes of inode ${ino} cannot be read: ${error.message}`, at);
    }
  }

  /** The blocks of the inode for resizing are those that groups keep for descriptors, but for one that lists them. */
  #resize(fields: Inode): void {
    const block = new DataView(fields.block.buffer, fields.block.byteOffset).getUint32(13 * 4, true);
    if (block === 0) return;
    if (!this.#checked.isBlock(block))
      this.#checked.structuralFault('block-outside', `The inode for resizing has block ${block}, which is outside.`);
    else if (this.#use.claim(block) !== undefined)
      this.#checked.structuralFault(
        'blocks-shared',
        `The inode for resizing has block ${block}, which is in use elsewhere.`,
      );
  }
}

/** A short symbolic link is in the field for blocks. */
function isInInode({ sizeLow, sizeHigh, flags, block }: Inode): boolean {
  const view = new DataView(block.buffer, block.byteOffset, BLOCK_FIELD_SIZE);
  const hasTree = (flags & EXTENTS_FLAG) !== 0 && view.getUint16(0, true) === EXTENT_MAGIC;
  return sizeHigh === 0 && sizeLow < BLOCK_FIELD_SIZE && !hasTree;
}
