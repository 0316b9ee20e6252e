// The image from front to back as sections: what is where, and how to produce it.

import { alignUp } from '../../bytes/index.js';
import type { Data, Run } from '../../io/index.js';
import type { Blueprint } from './blueprint.js';
import {
  blocksAfterData,
  dataBlocksIn,
  isBlockBitmapImplied,
  isInodeBitmapImplied,
  renderBlockBitmap,
  renderDescriptors,
  renderInodeBitmap,
  usedInodesIn,
} from './groups.js';
import { inlineFiles, renderInode } from './inode-table.js';
import { renderReservedDescriptors } from './resize-inode.js';
import * as sb from './superblock.js';
import { superblockOf } from './volume.js';

/** A stretch of the image. A section without `render` is zeros; `data` takes the next bytes of the data space. */
export interface Section {
  readonly name: string;
  /** Bytes. */
  readonly at: number;
  readonly length: number;
  readonly render?: 'data' | ((run: Run) => Iterable<Data> | AsyncIterable<Data>);
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
  const head = { superblock: superblockOf(blueprint), descriptors: once(() => renderDescriptors(blueprint)) };
  for (let group = 0; group < geometry.groups; group++) {
    for (const [name, blocks, render] of headOf(blueprint, group, head)) yield next(name, blocks * blockSize, render);
    if (geometry.isLeader(group)) {
      for (const [name, length, render] of metadataOf(blueprint, group)) yield next(name, length, render);
    }
    const used = dataBlocksIn(blueprint, group);
    if (used > 0) yield next(`data of group ${group}`, used * blockSize, 'data');
    const free = blocksAfterData(blueprint, group);
    if (free > 0) yield next(`free blocks of group ${group}`, free * blockSize);
  }
  if (imageSize > at) yield next('rest of the image', imageSize - at);
}

type Part = readonly [name: string, length: number, render?: Section['render']];
type Fields = Omit<sb.Superblock, 'checksum'>;

function* headOf(
  { geometry }: Blueprint,
  group: number,
  head: { superblock: Fields; descriptors: () => Uint8Array },
): Generator<Part> {
  const { blockSize } = geometry;
  if (geometry.hasSuperblock(group)) {
    yield [
      `superblock of group ${group}`,
      1,
      () => {
        const block = new Uint8Array(blockSize);
        // The primary one is at byte 1024 of the image, copies at the start of their block.
        const at = group === 0 ? sb.SUPERBLOCK_AT % blockSize : 0;
        block.set(sb.renderSuperblock({ ...head.superblock, groupNumber: group }), at);
        return [block];
      },
    ];
  }
  const { first, count } = geometry.descriptorsIn(group);
  if (count > 0) {
    const render = () => [head.descriptors().subarray(first * blockSize, (first + count) * blockSize)];
    yield [`descriptors of group ${group}`, count, render];
  }
  if (!geometry.hasSuperblock(group)) return;
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
  const groups = Array.from({ length: geometry.members(leader) }, (_, index) => leader + index);
  for (const group of groups) {
    const render = isBlockBitmapImplied(blueprint, group) ? undefined : () => [renderBlockBitmap(blueprint, group)];
    yield [`block bitmap of group ${group}`, blockSize, render];
  }
  for (const group of groups) {
    const render = isInodeBitmapImplied(blueprint, group) ? undefined : () => [renderInodeBitmap(blueprint, group)];
    yield [`inode bitmap of group ${group}`, blockSize, render];
  }
  for (const group of groups) {
    const used = alignUp(usedInodesIn(blueprint, group) * inodeSize, blockSize);
    const rest = geometry.inodeTableBlocks * blockSize - used;
    if (used > 0) yield [`inodes of group ${group}`, used, (run) => inodeTable(blueprint, group, run)];
    if (rest > 0) yield [`unused inodes of group ${group}`, rest];
  }
}

async function* inodeTable(blueprint: Blueprint, group: number, run: Run): AsyncGenerator<Uint8Array> {
  const { blockSize, inodeSize, inodesPerGroup } = blueprint.geometry;
  const used = usedInodesIn(blueprint, group);
  const perChunk = TABLE_CHUNK / inodeSize;
  // One array for all: a piece is only lent until the next is pulled.
  const table = new Uint8Array(alignUp(Math.min(perChunk, used) * inodeSize, blockSize));
  const view = new DataView(table.buffer);
  for (let first = 0; first < used; first += perChunk) {
    const count = Math.min(perChunk, used - first);
    const firstIno = group * inodesPerGroup + first + 1;
    const inline = await inlineFiles(blueprint, firstIno, count, run);
    table.fill(0);
    for (let index = 0; index < count; index++) {
      renderInode(blueprint, firstIno + index, view, index * inodeSize, inline.get(firstIno + index));
    }
    yield table.subarray(0, alignUp(count * inodeSize, blockSize));
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
