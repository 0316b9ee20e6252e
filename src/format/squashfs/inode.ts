// Inodes (squashfs 4.0 format, "Inode table"): a common head of 16 bytes, then the fields of the kind, then a variable
// part. Each kind has a basic form and an extended one for values that do not fit the basic form.

import { struct, u16le, u32le, u64le } from '../../bytes/index.js';
import type { Node } from '../../tree/index.js';

/** Types of the basic inodes; directory entries use these for every form of the inode. */
export const InodeType = {
  directory: 1,
  file: 2,
  symlink: 3,
  'block-device': 4,
  'character-device': 5,
  fifo: 6,
  socket: 7,
} as const satisfies Record<Node['kind'], number>;

/** An extended inode's type is its basic type plus this. */
export const EXTENDED = 7;
/** Xattr index of an inode without attributes. */
export const NO_XATTR = 0xffff_ffff;

const head = {
  type: u16le(0),
  /** Permission bits only. */
  mode: u16le(2),
  /** Index into the id table. */
  uid: u16le(4),
  gid: u16le(6),
  /** Seconds since 1970, unsigned. */
  mtime: u32le(8),
  /** From 1. */
  number: u32le(12),
};

/** `directoryBlock` and `offset` say where the listing starts; `size` is the listing's bytes plus 3. */
export const basicDirectory = struct('squashfs directory inode', 32, {
  ...head,
  directoryBlock: u32le(16),
  nlink: u32le(20),
  size: u16le(24),
  offset: u16le(26),
  parent: u32le(28),
});

/** Followed by `indexCount` {@link directoryIndex} entries. */
export const extendedDirectory = struct('squashfs extended directory inode', 40, {
  ...head,
  nlink: u32le(16),
  size: u32le(20),
  directoryBlock: u32le(24),
  parent: u32le(28),
  indexCount: u16le(32),
  offset: u16le(34),
  xattr: u32le(36),
});

/** Followed by the name of the first entry after this point of the listing. */
export const directoryIndex = struct('squashfs directory index', 12, {
  /** Bytes from the start of the listing to a directory header. */
  at: u32le(0),
  /** The metadata block that header starts in. */
  directoryBlock: u32le(4),
  /** Length of the name, minus one. */
  nameLength: u32le(8),
});

/** Followed by one size word for each data block. */
export const basicFile = struct('squashfs file inode', 32, {
  ...head,
  /** First byte of the first block in the image. */
  at: u32le(16),
  fragment: u32le(20),
  fragmentOffset: u32le(24),
  size: u32le(28),
});

/** Followed by one size word for each data block. */
export const extendedFile = struct('squashfs extended file inode', 56, {
  ...head,
  at: u64le(16),
  size: u64le(24),
  /** Bytes of the file that no block holds; the kernel takes them off the blocks a file uses. */
  sparse: u64le(32),
  nlink: u32le(40),
  fragment: u32le(44),
  fragmentOffset: u32le(48),
  xattr: u32le(52),
});

/** Followed by the target; the extended form then has the xattr index, 32 bits. */
export const symlinkInode = struct('squashfs symlink inode', 24, {
  ...head,
  nlink: u32le(16),
  targetLength: u32le(20),
});

/** Block and character devices. */
export const basicDevice = struct('squashfs device inode', 24, { ...head, nlink: u32le(16), device: u32le(20) });

/** Block and character devices with attributes. */
export const extendedDevice = struct('squashfs extended device inode', 28, {
  ...head,
  nlink: u32le(16),
  device: u32le(20),
  xattr: u32le(24),
});

/** The place of an inode by its number, as directories have it. */
export const exportEntry = struct('squashfs export entry', 8, { ref: u64le(0) });

/** Fifos and sockets. */
export const basicPipe = struct('squashfs fifo or socket inode', 20, { ...head, nlink: u32le(16) });

/** Fifos and sockets with attributes. */
export const extendedPipe = struct('squashfs extended fifo or socket inode', 24, {
  ...head,
  nlink: u32le(16),
  xattr: u32le(20),
});
