// The inode table and the directory table. Both are compressed while they grow, because inodes hold places in the
// directory table and listings hold places in the inode table: level by level, from the deepest directories to the root.

import type { BlockCompressor } from '../../compress/index.js';
import type { Run } from '../../io/index.js';
import type { Node } from '../../tree/index.js';
import { type Listed, type ListingMark, listingLimit, renderListing } from './directory.js';
import type { PlacedData } from './emit-data.js';
import { InodeType } from './inode.js';
import type { PlannedImage } from './layout.js';
import { METADATA_SIZE, metadataRef } from './metadata-block.js';
import { MetadataTable } from './metadata-table.js';
import type { PlannedDirectory, PlannedInodes } from './plan-inodes.js';
import { InodeRenderer, type PlacedListing } from './render-inode.js';

export interface TreeTables {
  /** Blocks of the inode table. */
  readonly inodes: readonly Uint8Array[];
  /** Blocks of the directory table. */
  readonly listings: readonly Uint8Array[];
  /** Reference to each inode, by its number minus one. */
  readonly refs: Float64Array;
}

/** A listing in the directory table whose blocks are not all compressed yet; its bytes are in the table alone. */
interface AppendedListing {
  readonly at: number;
  readonly length: number;
  readonly marks: readonly ListingMark[];
}

/** A listing of one window needs no index for fast lookups. */
const INDEXED_FROM = METADATA_SIZE;

/** Renders and compresses both tables. */
export async function renderTree(
  image: PlannedImage,
  placed: PlacedData,
  compressor: BlockCompressor,
  run: Run,
): Promise<TreeTables> {
  const stored = image.options.stored.has('inodes');
  const inodes = new MetadataTable(compressor, stored, run);
  const listings = new MetadataTable(compressor, stored, run);
  const render = new InodeRenderer(image, placed);
  // Used for one listing after the other: memory for each would be left to the garbage collector.
  let memory = new Uint8Array(METADATA_SIZE);
  const { leaves, levels, count } = image.inodes;
  /** Content position of each inode in the inode table. */
  const positions = new Float64Array(count);
  // Counted, here and below: an iterator makes two objects for each of perhaps millions.
  for (let index = 0; index < leaves.length; index++) {
    positions[index] = inodes.position;
    inodes.append(render.leaf(leaves[index]!, index + 1));
    if (inodes.isDue) await inodes.settle();
  }
  for (const level of levels.toReversed()) {
    run.signal?.throwIfAborted();
    await inodes.settle();
    const pending: AppendedListing[] = [];
    for (const dir of level) {
      const at = listings.position;
      const entries = listed(dir, image.inodes, inodes, positions);
      const most = listingLimit(dir.node.entries.keys());
      if (most > memory.length) memory = new Uint8Array(2 * most);
      const { bytes, marks } = renderListing(entries, memory, at, METADATA_SIZE);
      pending.push({ at, length: bytes.length, marks: bytes.length > INDEXED_FROM ? marks : [] });
      listings.append(bytes);
      if (listings.isDue) await listings.settle();
    }
    await listings.settle();
    for (const [index, dir] of level.entries()) {
      positions[dir.number - 1] = inodes.position;
      inodes.append(renderDirectory(render, dir, count, placeListing(pending[index]!, listings)));
      if (inodes.isDue) await inodes.settle();
    }
  }
  const inodeBlocks = await inodes.finish();
  // In place: they are as many as there are entries.
  for (let index = 0; index < count; index++) positions[index] = metadataRef(inodes.place(positions[index]!));
  return { inodes: inodeBlocks, listings: await listings.finish(), refs: positions };
}

function renderDirectory(
  render: InodeRenderer,
  dir: PlannedDirectory,
  count: number,
  listing: PlacedListing,
): Uint8Array {
  // The root's parent is a number that no inode has, as readers of NFS handles expect.
  return render.directory(dir.node, dir.number, dir.parent?.number ?? count + 1, dir.children.length, listing);
}

function placeListing({ at, length, marks }: AppendedListing, table: MetadataTable): PlacedListing {
  return {
    place: table.place(at),
    length,
    marks: marks.map((mark) => ({ ...mark, block: table.place(at + mark.at).block })),
  };
}

/** One by one: a directory can have a million of them. */
function* listed(
  dir: PlannedDirectory,
  { linked }: PlannedInodes,
  inodes: MetadataTable,
  positions: Float64Array,
): Generator<Listed> {
  let child = 0;
  let leaf = dir.firstLeaf;
  const numberOf = (node: Node): number => {
    if (node.kind === 'directory') return dir.children[child++]!.number;
    const number = linked.get(node) ?? leaf;
    if (number === leaf) leaf++;
    return number;
  };
  for (const [name, node] of dir.node.entries) {
    const number = numberOf(node);
    const { block, offset } = inodes.place(positions[number - 1]!);
    yield { name, number, type: InodeType[node.kind], inodeBlock: block, inodeOffset: offset };
  }
}
