// The data space as slots, rendered when they are pulled. Each is checked to be where it was placed.

import { bytesOf } from '../../bytes/index.js';
import { assertPlanned } from '../../errors.js';
import { bytesSource, EMPTY, type ExactContent, renderedContent, type Slot, zeroContent } from '../../io/index.js';
import type { Directory, Node } from '../../tree/index.js';
import type { Blueprint } from './blueprint.js';
import { inodeSeed } from './checksum.js';
import { type DataObject, dataObjects } from './data-objects.js';
import { dotEntries, renderLinear } from './dirent.js';
import { nameHasher } from './dirhash.js';
import type { ExtentTree } from './extent.js';
import { contentTree, journalTree, systemTree } from './extent-trees.js';
import { hashOrder, renderIndexed } from './htree.js';
import { direntsOf, inodeNumber, isIndexed } from './inventory.js';
import { renderJournalSuperblock } from './journal.js';
import type { PlacedBlocks, PlacedFile } from './placement.js';
import { renderXattrBlock } from './render-xattr.js';
import { renderResizeBlock } from './resize-inode.js';
import { storedContent } from './segments.js';
import { renderSystemFile } from './system-content.js';
import { valueFinder } from './xattr-values.js';

/** Content, and how many blocks it takes. */
type Blocks = readonly [content: ExactContent, blocks: number];

/** Every object of the data space. */
export function* dataSlots(blueprint: Blueprint): Generator<Slot> {
  const { inventory, geometry, placement } = blueprint;
  const {
    system: files,
    journal: { blocks: journalBlocks },
  } = placement;
  let index = 0;
  const gaps = placement.gaps.values();
  for (const object of placement.order ?? dataObjects({ inventory, geometry, files, journalBlocks })) {
    const [start, parts] = partsOf(blueprint, object);
    if (start > index) {
      const gap = gaps.next().value;
      assertPlanned('gap', gap?.at ?? start, index);
      yield { content: EMPTY, span: (gap?.size ?? 0) * geometry.blockSize };
      index += gap?.size ?? 0;
    }
    assertPlanned(object.kind, start, index);
    for (const [content, blocks] of parts) {
      index += blocks;
      yield { content, span: blocks * geometry.blockSize };
    }
  }
  assertPlanned('data blocks', placement.end, index);
}

/** Where an object was placed, and its contents. */
function partsOf(blueprint: Blueprint, object: DataObject<PlacedFile>): [start: number, Iterable<Blocks>] {
  const { geometry, placement } = blueprint;
  switch (object.kind) {
    case 'resize-block':
      return [placement.resizeBlock, [[renderedContent(geometry.blockSize, () => renderResizeBlock(geometry)), 1]]];
    case 'xattr-blocks':
      return [placement.xattrBlocks, xattrBlocks(blueprint)];
    case 'content':
      return [placement.start[object.slot]!, inodeContent(blueprint, object.slot)];
    case 'system-file':
      return [object.file.start, systemFile(blueprint, object.file)];
    case 'journal':
      return [placement.journal.start, journal(blueprint)];
  }
}

function* xattrBlocks(blueprint: Blueprint): Generator<Blocks> {
  const { inventory, geometry, placement, checksumSeed } = blueprint;
  const { blockSize } = geometry;
  const find = valueFinder(blueprint);
  for (const [index, { xattrs, sharers }] of inventory.xattrs.blocks.entries()) {
    const block = geometry.space.blockAt(placement.xattrBlocks + index);
    const render = () => renderXattrBlock(xattrs, blockSize, sharers, block, checksumSeed, find);
    yield [renderedContent(blockSize, render), 1];
  }
}

function inodeContent(blueprint: Blueprint, slot: number): Blocks[] {
  const { inventory, geometry, placement } = blueprint;
  const own: Blocks = [contentOf(blueprint, slot, inventory.nodes[slot]!), inventory.dataBlocks[slot]!];
  const treeBlocks = placement.treeBlocks[slot]!;
  if (treeBlocks === 0) return [own];
  return [own, ...extentTree({ treeBlocks }, geometry.blockSize, () => contentTree(blueprint, slot))];
}

function systemFile(blueprint: Blueprint, placed: PlacedFile): Blocks[] {
  const { file, start, blocks } = placed;
  const content = renderedContent(file.size, () => renderSystemFile(blueprint, file, start));
  const tree = () => systemTree(blueprint, file.ino, start, blocks);
  return [[content, blocks], ...extentTree(placed, blueprint.geometry.blockSize, tree)];
}

/** Only the superblock of an empty journal says anything. */
function journal(blueprint: Blueprint): Blocks[] {
  const { journal: placed } = blueprint.placement;
  const { blockSize } = blueprint.geometry;
  return [
    [bytesSource(renderJournalSuperblock(placed.blocks, blockSize)), 1],
    [zeroContent((placed.blocks - 1) * blockSize), placed.blocks - 1],
    ...extentTree(placed, blockSize, () => journalTree(blueprint)),
  ];
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

/** The blocks of an extent tree that do not fit into its inode. */
function extentTree(
  { treeBlocks }: Pick<PlacedBlocks, 'treeBlocks'>,
  blockSize: number,
  tree: () => ExtentTree,
): Blocks[] {
  if (treeBlocks === 0) return [];
  const size = treeBlocks * blockSize;
  const content = renderedContent(size, () => {
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const block of tree().blocks) {
      bytes.set(block, at);
      at += block.length;
    }
    assertPlanned('extent tree', size, at);
    return bytes;
  });
  return [[content, treeBlocks]];
}
