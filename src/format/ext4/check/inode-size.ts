// Holds the size and the count of blocks that an inode states against the blocks that it has.

import { HUGE_FILE_FLAG, VERITY_FLAG } from '../inode.js';
import type { FileBlocks } from './file-blocks.js';
import type { CheckedImage } from './image.js';
import type { CheckedInode, Kind } from './inode-use.js';

const SECTOR = 512;

/** No block is after the end of a file, and a directory has all of its blocks. */
export function checkSize(checked: CheckedImage, owner: CheckedInode, kind: Kind, { runs, tree }: FileBlocks): void {
  const { ino, fields, at } = owner;
  const { blockSize, firstInode } = checked;
  const size = fields.sizeLow + fields.sizeHigh * 2 ** 32;
  const written = runs.filter(({ isUnwritten }) => !isUnwritten).at(-1);
  const end = written ? written.logical + written.length : 0;
  const blocks = runs.reduce((sum, { length }) => sum + length, 0);
  const isPastEnd = end > 0 && (end - 1) * blockSize >= size && (fields.flags & VERITY_FLAG) === 0;
  if (kind === 'directory' && (size !== end * blockSize || size === 0 || blocks !== end)) {
    const message = `Directory ${ino} has ${size} bytes, and ${blocks} blocks up to byte ${end * blockSize}.`;
    checked.structuralFault('inode', message, at);
  } else if (kind === 'symlink' && (size === 0 || size > end * blockSize)) {
    const message = `Symbolic link ${ino} has ${size} bytes, and blocks for ${end * blockSize}.`;
    checked.structuralFault('inode', message, at);
  } else if (kind === 'file' && ino >= firstInode && isPastEnd) {
    checked.report('inode', `Inode ${ino} has ${size} bytes, and blocks after its end.`, at);
  } else checkSectors(checked, owner, blocks + tree.length);
}

/** The inode's own count of its blocks, that with its attributes among them. */
export function checkSectors(checked: CheckedImage, { ino, fields, at }: CheckedInode, blocks: number): void {
  const { clusterBlocks, firstInode, features, blockSize } = checked;
  // Values of attributes in separate inodes count too.
  if (clusterBlocks > 1 || ino < firstInode || features.has('ea_inode')) return;
  const stored = fields.sectorsLow + (features.has('huge_file') ? fields.sectorsHigh * 2 ** 32 : 0);
  const isInBlocks = features.has('huge_file') && (fields.flags & HUGE_FILE_FLAG) !== 0;
  const hasXattrBlock = fields.xattrBlockLow + fields.xattrBlockHigh > 0;
  const unit = isInBlocks ? 1 : blockSize / SECTOR;
  const counted = (blocks + (hasXattrBlock ? 1 : 0)) * unit;
  if (stored === counted) return;
  const message = `Inode ${ino} counts ${stored} ${isInBlocks ? 'blocks' : 'sectors'}, and has ${counted}.`;
  checked.report('inode-blocks', message, at);
}
