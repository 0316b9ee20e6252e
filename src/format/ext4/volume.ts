// The superblock of a planned image.

import { uuidBytes } from '../../bytes/index.js';
import type { Blueprint } from './blueprint.js';
import { HALF_MD4 } from './dirhash.js';
import { journalTree } from './extent-trees.js';
import { COMPAT, featureBits, INCOMPAT, RO_COMPAT } from './features.js';
import { WIDE_DESCRIPTOR } from './group-descriptor.js';
import { BLOCK_FIELD_SIZE, EXTRA_SIZE, FIRST_INODE, JOURNAL_INODE, SMALL_INODE } from './inode.js';
import * as sb from './superblock.js';
import { systemInode } from './system-content.js';

const low32 = (value: number) => value % 0x1_0000_0000;
const high32 = (value: number) => Math.floor(value / 0x1_0000_0000);

/** The superblock of a planned image, as group 0 has it. */
export function superblockOf(blueprint: Blueprint): Omit<sb.Superblock, 'checksum'> {
  const { geometry, options, placement, features } = blueprint;
  const { blocks, blockSize } = geometry;
  const free = geometry.space.capacity - placement.used;
  const reservedBlocks = Math.floor((blocks * options.reservedPercent) / 100);
  const time = Math.max(0, options.epoch.seconds);
  const logBlockSize = Math.log2(blockSize / 1024);
  return {
    inodes: geometry.inodes,
    freeInodes: geometry.inodes - blueprint.usedInodes,
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
    errorPolicy: sb.ERROR_POLICIES[options.errors],
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
    descriptorSize: geometry.descriptorSize === WIDE_DESCRIPTOR ? WIDE_DESCRIPTOR : 0,
    defaultMountOptions: options.mountOptions,
    mountOptions: options.extendedMountOptions,
    raidStride: options.stride,
    raidStripeWidth: options.stripeWidth,
    backupGroups: backupGroupsField(blueprint),
    minExtraSize: options.inodeSize > SMALL_INODE ? EXTRA_SIZE : 0,
    wantExtraSize: options.inodeSize > SMALL_INODE ? EXTRA_SIZE : 0,
    flags: sb.SIGNED_HASH,
    logGroupsPerFlex: geometry.logGroupsPerFlex,
    checksumType: blueprint.checksumSeed === undefined ? 0 : sb.CRC32C,
    checksumSeed: features.includes('metadata_csum_seed') ? blueprint.checksumSeed! : 0,
    orphanFileInode: systemInode(blueprint, 'orphan-file'),
    userQuotaInode: systemInode(blueprint, 'user-quota'),
    groupQuotaInode: systemInode(blueprint, 'group-quota'),
    projectQuotaInode: systemInode(blueprint, 'project-quota'),
    // Blocks that are never available for files, which the kernel subtracts from the size it reports.
    overheadBlocks: Math.min(blocks - geometry.space.capacity + placement.journal.blocks, 0xffff_ffff),
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
    minorRevision: 0,
    creatorOs: 0,
    revision: 1,
    reservedUid: 0,
    reservedGid: 0,
    firstInode: FIRST_INODE,
  };
}

/** Which groups hold the two copies of sparse_super2. */
function backupGroupsField({ geometry, features }: Blueprint): Uint8Array {
  const field = new Uint8Array(8);
  const view = new DataView(field.buffer);
  if (features.includes('sparse_super2')) {
    for (const [index, group] of geometry.backupGroups.entries()) view.setUint32(index * 4, group, true);
  }
  return field;
}

/** Where the journal is, and a copy of its inode's block field and size for when that inode is lost. */
function journalFields(blueprint: Blueprint) {
  const { geometry, placement } = blueprint;
  const backup = new Uint8Array(68);
  const present = placement.journal.blocks > 0;
  if (present) {
    const view = new DataView(backup.buffer);
    const size = placement.journal.blocks * geometry.blockSize;
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
  mmpInterval: 0,
  mmpBlock: 0,
  kibytesWritten: 0,
  lostFoundInode: 0,
  encoding: 0,
  encodingFlags: 0,
};
