// The extent trees of an image: of files and directories, of the system's own files, and of the journal.

import type { Blueprint } from './blueprint.js';
import { inodeSeed } from './checksum.js';
import { type ExtentTree, oneExtent, renderExtentTree } from './extent.js';
import { JOURNAL_INODE } from './inode.js';
import { inodeNumber } from './inventory.js';
import { contentSegments, isOneExtent } from './placement.js';
import { extentsOf, type Segment } from './segments.js';

/** The extent tree of an inode with content. */
export function contentTree(blueprint: Blueprint, slot: number): ExtentTree {
  const { inventory, geometry, placement } = blueprint;
  const blocks = inventory.dataBlocks[slot]!;
  const node = inventory.nodes[slot]!;
  const start = placement.start[slot]!;
  if (blocks > 0 && isOneExtent(node, blocks, geometry, start)) {
    return oneExtent({ logical: 0, block: geometry.space.blockAt(start), length: blocks });
  }
  const segments = contentSegments(node, blocks, geometry.blockSize);
  return treeAt(blueprint, segments, start, blocks, inodeNumber(slot));
}

/** The extent tree of the journal. */
export function journalTree(blueprint: Blueprint): ExtentTree {
  const { start, blocks } = blueprint.placement.journal;
  return systemTree(blueprint, JOURNAL_INODE, start, blocks);
}

/** The extent tree of a file without holes that starts at this index of the data space. */
export function systemTree(blueprint: Blueprint, ino: number, start: number, blocks: number): ExtentTree {
  return treeAt(blueprint, [{ logical: 0, length: blocks }], start, blocks, ino);
}

/** The tree of entries without blocks. */
const NO_EXTENTS: ExtentTree = renderExtentTree([], () => 0, 4096, 0);

function treeAt(blueprint: Blueprint, segments: Iterable<Segment>, start: number, blocks: number, ino: number) {
  if (blocks === 0) return NO_EXTENTS;
  const { space, blockSize } = blueprint.geometry;
  const extents = [...extentsOf(segments, space, start)];
  const blockOf = (index: number) => space.blockAt(start + blocks + index);
  return renderExtentTree(extents, blockOf, blockSize, inodeSeed(blueprint.checksumSeed, ino));
}
