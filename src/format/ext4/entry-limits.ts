// Limits of entries in ext4; entries beyond them are refused with their path or reported as a loss.

import { type ByteString, displayText, MAX_MAJOR, MAX_MINOR } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { LossLog, Node } from '../../tree/index.js';
import { MAX_NAME } from './dirent.js';
import { MAX_LINKS, SMALL_INODE, SUSPECT_TIME, timeRange } from './inode.js';
import type { ResolvedOptions } from './options.js';

/** Logical block numbers have 32 bits, and the last one is not a block. */
const MAX_FILE_BLOCKS = 2 ** 32 - 1;
/** Sectors that an inode can count without huge_file; the blocks of the file's extent tree are among them. */
const MAX_SECTORS = 2 ** 32 - 2 ** 16;

export function checkName(name: ByteString, path: ByteString): void {
  if (name.length > MAX_NAME) {
    refuse('ext4.name-too-long', path, `the name has ${name.length} bytes; ext4 keeps at most ${MAX_NAME}`);
  }
}

/** Checks the number of names an inode has got so far. */
export function checkEntry(links: number, path: ByteString): void {
  if (links > MAX_LINKS) refuse('ext4.too-many-links', path, `one inode cannot have more than ${MAX_LINKS} links`);
}

/** Checks the size of an indexed directory. */
export function checkLeaves(leaves: number, most: number, path: ByteString): void {
  if (leaves > most) {
    refuse('ext4.directory-too-large', path, `its names need ${leaves} blocks; a hash index refers to at most ${most}`);
  }
}

export function checkNode(
  node: Node,
  path: ByteString,
  { blockSize, inodeSize, features }: ResolvedOptions,
  losses: LossLog,
): void {
  const [first, last] = timeRange(inodeSize);
  if (node.mtime.seconds < first || node.mtime.seconds > last) {
    const end = inodeSize > SMALL_INODE ? '2446-05-10' : '2038-01-19';
    const message = `Times before 1901-12-13 or after ${end} become the nearest that ext4 can store.`;
    losses.add('ext4.mtime-range', message, path);
  }
  if (node.mtime.nanoseconds > 0 && inodeSize === SMALL_INODE) {
    losses.add('ext4.mtime-precision', 'Inodes of 128 bytes keep whole seconds.', path);
  }
  if (node.mtime.seconds >= SUSPECT_TIME && node.mtime.seconds <= last) {
    const message =
      'Times from 2310-04-04 on are stored and read correctly, but e2fsck interprets them as times before 1970.';
    losses.add('ext4.mtime-suspect', message, path);
  }
  if (node.kind === 'file' && node.content.size > MAX_FILE_BLOCKS * blockSize) {
    refuse(
      'ext4.file-too-large',
      path,
      `${node.content.size} bytes are more than a file can have with ${blockSize}-byte blocks`,
    );
  }
  if (node.kind === 'file' && node.content.size > MAX_SECTORS * 512 && !features.has('huge_file')) {
    refuse('ext4.file-too-large', path, `without huge_file a file has at most 2 TiB, not ${node.content.size} bytes`);
  }
  if (node.kind === 'symlink' && (node.target.length === 0 || node.target.length >= blockSize)) {
    refuse(
      'ext4.symlink-length',
      path,
      `a symbolic link's target must have 1 to ${blockSize - 1} bytes, not ${node.target.length}`,
    );
  }
  if (node.kind === 'block-device' || node.kind === 'character-device') {
    const { major, minor } = node;
    if (major > MAX_MAJOR || minor > MAX_MINOR) {
      refuse('ext4.device-number', path, `device number ${major}:${minor} does not fit 12 and 20 bits`);
    }
  }
}

function refuse(code: string, path: ByteString, reason: string): never {
  const shown = displayText(path);
  throw new InvalidInputError(code, `/${shown}: ${reason}.`, { path: shown });
}
