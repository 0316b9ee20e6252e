// The image from front to back as sections: what lies where, and how to produce it.

import { alignUp, type ByteString, uuidBytes } from '../../bytes/index.js';
import type { Data } from '../../io/index.js';
import type { Blueprint } from './blueprint.js';
import { HALF_MD4 } from './dirhash.js';
import { COMPAT, featureBits, INCOMPAT, RO_COMPAT } from './features.js';
import { DESCRIPTOR_SIZE } from './group-descriptor.js';
import {
  dataBlocksIn,
  freeBlocksIn,
  isBlockBitmapImplied,
  renderBlockBitmap,
  renderDescriptors,
  renderInodeBitmap,
  usedInodesIn,
} from './groups.js';
import { BLOCK_FIELD_SIZE, EXTRA_SIZE, FIRST_INODE, JOURNAL_INODE } from './inode.js';
import { journalTree, renderInode } from './inode-table.js';
import { renderReservedDescriptors } from './resize-inode.js';
import * as sb from './superblock.js';

/** A stretch of the image. A section without `render` is zeros; `data` takes the next bytes of the data space. */
export interface Section {
  readonly name: string;
  /** Bytes. */
  readonly at: number;
  readonly length: number;
  readonly render?: 'data' | (() => Iterable<Data>);
}

/** Inode table bytes rendered at a time. */
const TABLE_CHUNK = 256 * 1024;

/** All sections in order, without gaps, from byte 0 to the end of the image. */
export function* sections(blueprint: Blueprint): Generator<Section> {
  const { geometry, imageSize } = blueprint;
  const { blockSize } = geometry;
  let at = 0;
  const next = (name: string, length: number, render?: Section['render']): Section => {
    const section = { name, at, length, ...(render ? { render } : {}) };
    at += length;
    return section;
  };
  if (geometry.firstBlock > 0) yield next('boot block', blockSize);
  const head = { superblock: fieldsOf(blueprint), descriptors: renderDescriptors(blueprint) };
  for (let group = 0; group < geometry.groups; group++) {
    for (const [name, blocks, render] of headOf(blueprint, group, head)) yield next(name, blocks * blockSize, render);
    if (geometry.isLeader(group)) {
      for (const [name, length, render] of metadataOf(blueprint, group)) yield next(name, length, render);
    }
    const used = dataBlocksIn(blueprint, group);
    if (used > 0) yield next(`data of group ${group}`, used * blockSize, 'data');
    const free = freeBlocksIn(blueprint, group);
    if (free > 0) yield next(`free blocks of group ${group}`, free * blockSize);
  }
  if (imageSize > at) yield next('rest of the image', imageSize - at);
}

type Part = readonly [name: string, length: number, render?: Section['render']];
type Fields = Omit<sb.Superblock, 'checksum'>;

function* headOf(
  { geometry }: Blueprint,
  group: number,
  head: { superblock: Fields; descriptors: Uint8Array },
): Generator<Part> {
  if (!geometry.hasSuperblock(group)) return;
  yield [
    `superblock of group ${group}`,
    1,
    () => {
      const block = new Uint8Array(geometry.blockSize);
      // The primary one lies at byte 1024 of the image, copies at the start of their block.
      const at = group === 0 ? sb.SUPERBLOCK_AT % geometry.blockSize : 0;
      block.set(sb.renderSuperblock({ ...head.superblock, groupNumber: group }), at);
      return [block];
    },
  ];
  yield [`descriptors of group ${group}`, geometry.descriptorBlocks, () => [head.descriptors]];
  const reserved = geometry.reservedDescriptorBlocks;
  if (reserved > 0) {
    const render = group === 0 ? () => [renderReservedDescriptors(geometry)] : undefined;
    yield [`reserved descriptors of group ${group}`, reserved, render];
  }
}

/** Bitmaps and inode tables of all groups that `leader` leads. */
function* metadataOf(blueprint: Blueprint, leader: number): Generator<Part> {
  const { geometry } = blueprint;
  const { blockSize, inodeSize } = geometry;
  const groups = Array.from({ length: geometry.members(leader) }, (_, turn) => leader + turn);
  for (const group of groups) {
    const render = isBlockBitmapImplied(blueprint, group) ? undefined : () => [renderBlockBitmap(blueprint, group)];
    yield [`block bitmap of group ${group}`, blockSize, render];
  }
  for (const group of groups) {
    const render = usedInodesIn(blueprint, group) === 0 ? undefined : () => [renderInodeBitmap(blueprint, group)];
    yield [`inode bitmap of group ${group}`, blockSize, render];
  }
  for (const group of groups) {
    const used = alignUp(usedInodesIn(blueprint, group) * inodeSize, blockSize);
    const rest = geometry.inodeTableBlocks * blockSize - used;
    if (used > 0) yield [`inodes of group ${group}`, used, () => inodeTable(blueprint, group)];
    if (rest > 0) yield [`unused inodes of group ${group}`, rest];
  }
}

function* inodeTable(blueprint: Blueprint, group: number): Generator<Uint8Array> {
  const { blockSize, inodeSize, inodesPerGroup } = blueprint.geometry;
  const used = usedInodesIn(blueprint, group);
  const perChunk = TABLE_CHUNK / inodeSize;
  for (let first = 0; first < used; first += perChunk) {
    const count = Math.min(perChunk, used - first);
    const chunk = new Uint8Array(alignUp(count * inodeSize, blockSize));
    for (let turn = 0; turn < count; turn++) {
      renderInode(blueprint, group * inodesPerGroup + first + turn + 1, chunk, turn * inodeSize);
    }
    yield chunk;
  }
}

const low32 = (value: number) => value % 0x1_0000_0000;
const high32 = (value: number) => Math.floor(value / 0x1_0000_0000);

function fieldsOf(blueprint: Blueprint): Fields {
  const { geometry, options, placement, features } = blueprint;
  const { blocks, blockSize } = geometry;
  const free = geometry.space.capacity - placement.total;
  const reservedBlocks = Math.floor((blocks * options.reservedPercent) / 100);
  const time = Math.max(0, options.epoch.seconds);
  const logBlockSize = Math.log2(blockSize / 1024);
  let usedInodes = 0;
  for (let group = 0; group < geometry.groups; group++) usedInodes += usedInodesIn(blueprint, group);
  return {
    inodes: geometry.inodes,
    freeInodes: geometry.inodes - usedInodes,
    blocksLow: low32(blocks),
    blocksHigh: high32(blocks),
    reservedBlocksLow: low32(reservedBlocks),
    reservedBlocksHigh: high32(reservedBlocks),
    freeBlocksLow: low32(free),
    freeBlocksHigh: high32(free),
    firstDataBlock: geometry.firstBlock,
    logBlockSize,
    logClusterSize: logBlockSize,
    blocksPerGroup: geometry.blocksPerGroup,
    clustersPerGroup: geometry.blocksPerGroup,
    inodesPerGroup: geometry.inodesPerGroup,
    ...cleanState(time),
    inodeSize: geometry.inodeSize,
    groupNumber: 0,
    compat: featureBits(COMPAT, features),
    incompat: featureBits(INCOMPAT, features),
    roCompat: featureBits(RO_COMPAT, features),
    uuid: uuidBytes(options.uuid),
    label: options.label,
    lastMounted: options.lastMounted,
    reservedDescriptorBlocks: geometry.reservedDescriptorBlocks,
    ...journalFields(blueprint),
    hashSeed: options.hashSeed,
    hashVersion: HALF_MD4,
    descriptorSize: DESCRIPTOR_SIZE,
    defaultMountOptions: sb.MOUNT_XATTR_ACL,
    minExtraSize: EXTRA_SIZE,
    wantExtraSize: EXTRA_SIZE,
    flags: sb.SIGNED_HASH,
    logGroupsPerFlex: geometry.logGroupsPerFlex,
    checksumType: sb.CRC32C,
    ...UNUSED,
  };
}

/** Made and checked at `time`, never mounted. */
function cleanState(time: number) {
  return {
    mountTime: 0,
    mountTimeHigh: 0,
    writeTime: low32(time),
    writeTimeHigh: high32(time),
    creationTime: low32(time),
    creationTimeHigh: high32(time),
    checkTime: low32(time),
    checkTimeHigh: high32(time),
    checkInterval: 0,
    mountCount: 0,
    maxMountCount: sb.NO_MOUNT_LIMIT,
    magic: sb.MAGIC,
    state: sb.STATE_CLEAN,
    errorPolicy: sb.ERRORS_CONTINUE,
    minorRevision: 0,
    creatorOs: 0,
    revision: 1,
    reservedUid: 0,
    reservedGid: 0,
    firstInode: FIRST_INODE,
  };
}

/** Where the journal is, and a copy of its inode's block field and size for when that inode is lost. */
function journalFields(blueprint: Blueprint) {
  const { geometry, placement } = blueprint;
  const backup = new Uint8Array(68);
  const present = placement.journalBlocks > 0;
  if (present) {
    const view = new DataView(backup.buffer);
    const size = placement.journalBlocks * geometry.blockSize;
    backup.set(journalTree(blueprint).root);
    view.setUint32(BLOCK_FIELD_SIZE, high32(size), true);
    view.setUint32(BLOCK_FIELD_SIZE + 4, low32(size), true);
  }
  return {
    journalUuid: new Uint8Array(16),
    journalInode: present ? JOURNAL_INODE : 0,
    journalDevice: 0,
    journalBackupType: present ? 1 : 0,
    journalBackup: backup,
  };
}

/** Fields of features that images do not have. */
const UNUSED = {
  compressionBitmap: 0,
  preallocateBlocks: 0,
  preallocateDirectoryBlocks: 0,
  lastOrphan: 0,
  firstMetaGroup: 0,
  raidStride: 0,
  raidStripeWidth: 0,
  mmpInterval: 0,
  mmpBlock: 0,
  kibytesWritten: 0,
  mountOptions: '' as ByteString,
  userQuotaInode: 0,
  groupQuotaInode: 0,
  projectQuotaInode: 0,
  overheadBlocks: 0,
  backupGroups: new Uint8Array(8),
  lostFoundInode: 0,
  checksumSeed: 0,
  encoding: 0,
  encodingFlags: 0,
  orphanFileInode: 0,
};
