// The data space as slots in its order: the same order as placement.ts lays it out, checked slot by slot.

import { bytesOf } from '../../bytes/index.js';
import { assertPlanned } from '../../errors.js';
import { bytesSource, type ExactContent, renderedContent, type Slot, zeroContent } from '../../io/index.js';
import type { Directory, Node } from '../../tree/index.js';
import type { Blueprint } from './blueprint.js';
import { inodeSeed } from './checksum.js';
import { dotEntries, renderLinear } from './dirent.js';
import { nameHasher } from './dirhash.js';
import { hashOrder, renderIndexed } from './htree.js';
import { contentTree, journalTree, systemTree } from './inode-table.js';
import { direntsOf, inodeNumber, isIndexed } from './inventory.js';
import { renderJournalSuperblock } from './journal.js';
import { dataOrder } from './placement.js';
import { renderResizeBlock } from './resize-inode.js';
import { storedContent } from './segments.js';
import { renderSystemFile } from './system-content.js';
import { renderXattrBlock } from './xattr.js';
import { valueFinder } from './xattr-values.js';

/** Every object of the data space, each rendered when it is pulled. */
export function* dataSlots(blueprint: Blueprint): Generator<Slot> {
  const { inventory, geometry, placement } = blueprint;
  const { blockSize } = geometry;
  let index = 0;
  const slot = (content: ExactContent, blocks: number, what: string, planned: number): Slot => {
    assertPlanned(what, planned, index);
    index += blocks;
    return { content, span: blocks * blockSize };
  };
  if (geometry.reservedDescriptorBlocks > 0) {
    yield slot(
      renderedContent(blockSize, () => renderResizeBlock(geometry)),
      1,
      'resize block',
      placement.resizeBlock,
    );
  }
  let xattrsDone = false;
  const xattrSlots = function* () {
    xattrsDone = true;
    for (const [turn, { xattrs, sharers }] of inventory.xattrBlocks.entries()) {
      const block = geometry.space.blockAt(placement.xattrBlocks + turn);
      const find = valueFinder(blueprint);
      const render = () => renderXattrBlock(xattrs, blockSize, sharers, block, blueprint.checksumSeed, find);
      yield slot(renderedContent(blockSize, render), 1, 'xattr block', placement.xattrBlocks + turn);
    }
  };
  for (const ofInode of dataOrder(inventory)) {
    const node = inventory.nodes[ofInode]!;
    if (!xattrsDone && node.kind !== 'directory') yield* xattrSlots();
    const blocks = inventory.dataBlocks[ofInode]!;
    yield slot(contentOf(blueprint, ofInode, node), blocks, 'content', placement.start[ofInode]!);
    const trees = placement.treeBlocks[ofInode]!;
    if (trees > 0)
      yield slot(
        treeContent(trees * blockSize, () => contentTree(blueprint, ofInode).blocks),
        trees,
        'extent tree',
        index,
      );
  }
  if (!xattrsDone) yield* xattrSlots();
  for (const node of inventory.nodes) {
    if (node.kind === 'file' && node.content.size === 0) yield slot(node.content, 0, 'empty content', index);
  }
  for (const each of systemSlots(blueprint)) yield slot(each.content, each.blocks, each.what, each.planned);
  const { journal, journalBlocks, journalTreeBlocks } = placement;
  if (journalBlocks > 0) {
    yield slot(bytesSource(renderJournalSuperblock(journalBlocks, blockSize)), 1, 'journal', journal);
    yield slot(zeroContent((journalBlocks - 1) * blockSize), journalBlocks - 1, 'journal', journal + 1);
  }
  if (journalTreeBlocks > 0) {
    const trees = treeContent(journalTreeBlocks * blockSize, () => journalTree(blueprint).blocks);
    yield slot(trees, journalTreeBlocks, 'journal extent tree', journal + journalBlocks);
  }
  assertPlanned('data blocks', placement.total, index);
}

/** System files, each followed by the blocks of its extent tree. */
function* systemSlots(blueprint: Blueprint) {
  const { placement, geometry } = blueprint;
  for (const { file, start, blocks, treeBlocks: trees } of placement.system) {
    const content = renderedContent(file.size, () => renderSystemFile(blueprint, file, start));
    yield { content, blocks, what: file.kind, planned: start };
    if (trees === 0) continue;
    const render = () => systemTree(blueprint, file.ino, start, blocks).blocks;
    const tree = treeContent(trees * geometry.blockSize, render);
    yield { content: tree, blocks: trees, what: 'extent tree', planned: start + blocks };
  }
}

function contentOf(blueprint: Blueprint, slot: number, node: Node): ExactContent {
  const { blockSize } = blueprint.geometry;
  if (node.kind === 'file') return storedContent(node.content, blockSize);
  if (node.kind === 'symlink') return bytesSource(bytesOf(node.target));
  const size = blueprint.inventory.dataBlocks[slot]! * blockSize;
  return renderedContent(size, () => renderDirectory(blueprint, slot, node as Directory));
}

function renderDirectory({ inventory, geometry, options, checksumSeed }: Blueprint, slot: number, node: Directory) {
  const { blockSize } = geometry;
  const self = inodeNumber(slot);
  const parent = inodeNumber(inventory.parents[slot]!);
  const seed = inodeSeed(checksumSeed, self);
  const entries = [...direntsOf(inventory, slot)];
  if (isIndexed(inventory, slot, options)) {
    const order = hashOrder([...node.entries.keys()], nameHasher(options.hashSeed), blockSize, seed !== undefined);
    return renderIndexed(order, (position) => entries[position]!, { self, parent }, blockSize, seed);
  }
  const dots = dotEntries(self, parent);
  return renderLinear([...dots, ...entries], inventory.dataBlocks[slot]!, blockSize, seed);
}

function treeContent(size: number, render: () => readonly Uint8Array[]): ExactContent {
  return renderedContent(size, () => {
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const block of render()) {
      bytes.set(block, at);
      at += block.length;
    }
    assertPlanned('extent tree', size, at);
    return bytes;
  });
}
