// Listings and inodes of all directories except the root, after everything else. The listing of the root comes first.

import type { ByteString } from '../../bytes/index.js';
import type { Data, Run } from '../../io/index.js';
import type { Node } from '../../tree/index.js';
import { DirentType, type NamedDirent } from './dirent.js';
import { type FlatForm, flatForm, inodeSize } from './form.js';
import { linksOf } from './head.js';
import { DataLayout } from './inode.js';
import type { PlacedTree, PlannedImage } from './layout.js';
import { renderListing } from './listing.js';
import { blocksOf, Placement, RunBuffer } from './placement.js';
import type { PlannedDirectory } from './plan-inodes.js';
import { putInode } from './render-inode.js';

/** Lays out all directories from `block` on, after every leaf has its place. */
export function placeDirectories(
  image: PlannedImage,
  block: number,
  leafNids: Float64Array,
  rootNid: number,
): PlacedTree {
  const { directories } = image.inodes;
  const directoryNids = new Float64Array(directories.length);
  directoryNids[0] = rootNid;
  const placement = new Placement(image.options.blockSize, block, (index, nid) => {
    directoryNids[index] = nid;
  });
  placement.takeBlocks(blocksOf(directories[0]!.listingSize, image.options.blockSize));
  for (let index = 1; index < directories.length; index++) {
    const { size, form } = shapeOf(image, directories[index]!);
    placement.takeBlocks(form.blocks);
    placement.put(index, size + form.tail);
    if (placement.isDue) placement.endRun();
  }
  placement.endRun();
  return { leafNids, directoryNids, rootBlock: block, blocks: placement.block };
}

/** The bytes of the layout of {@link placeDirectories}. */
export function* emitDirectories(image: PlannedImage, placed: PlacedTree, run: Run): Generator<Data> {
  const { inodes, options } = image;
  const listings = new Listings(image, placed);
  const placement = new Placement(options.blockSize, placed.rootBlock, () => {});
  const buffer = new RunBuffer(options.blockSize);
  for (let index = 0; index < inodes.directories.length; index++) {
    run.signal?.throwIfAborted();
    const dir = inodes.directories[index]!;
    const listing = listings.render(dir);
    const isRoot = index === 0;
    const { size, form } = isRoot ? rootShape(image, dir) : shapeOf(image, dir);
    const block = placement.takeBlocks(form.blocks);
    yield* inBlocks(listing.subarray(0, listing.length - form.tail), options.blockSize);
    if (isRoot) continue;
    placement.put(index, size + form.tail);
    const bytes = buffer.next(size + form.tail);
    const end = putInode(dir.node, factsOf(image, dir, form, block), image.xattrs.areaOf(dir.node), bytes);
    bytes.set(listing.subarray(listing.length - form.tail), end);
    if (placement.isDue) yield* endRun(placement, buffer);
  }
  yield* endRun(placement, buffer);
}

function* endRun(placement: Placement, buffer: RunBuffer): Generator<Data> {
  const ended = placement.endRun();
  if (ended.blocks > 0) yield buffer.take(ended);
}

function* inBlocks(bytes: Uint8Array, blockSize: number): Generator<Data> {
  if (bytes.length === 0) return;
  yield bytes;
  const rest = blocksOf(bytes.length, blockSize) * blockSize - bytes.length;
  if (rest > 0) yield { hole: rest };
}

interface DirectoryShape {
  /** Inode and attributes. */
  readonly size: number;
  readonly form: FlatForm;
}

function shapeOf({ options, xattrs }: PlannedImage, dir: PlannedDirectory): DirectoryShape {
  const size = inodeSize(dir.node, linksOf(dir), dir.listingSize, options) + xattrs.areaOf(dir.node).length;
  return { size, form: flatForm(dir.listingSize, size, true, options.blockSize) };
}

function rootShape({ options }: PlannedImage, dir: PlannedDirectory): DirectoryShape {
  return { size: 0, form: flatForm(dir.listingSize, 0, false, options.blockSize) };
}

function factsOf({ options }: PlannedImage, dir: PlannedDirectory, form: FlatForm, block: number) {
  return {
    inodeSize: inodeSize(dir.node, linksOf(dir), dir.listingSize, options),
    layout: form.tail > 0 ? DataLayout.inline : DataLayout.plain,
    size: dir.listingSize,
    data: form.blocks > 0 ? block : 0,
    links: linksOf(dir),
    number: dir.number,
  };
}

/** Renders listings from the places of all inodes. */
class Listings {
  readonly #image: PlannedImage;
  readonly #placed: PlacedTree;
  readonly #indexes: ReadonlyMap<PlannedDirectory, number>;

  constructor(image: PlannedImage, placed: PlacedTree) {
    this.#image = image;
    this.#placed = placed;
    this.#indexes = new Map(image.inodes.directories.map((dir, index) => [dir, index]));
  }

  render(dir: PlannedDirectory): Uint8Array {
    const { linked } = this.#image.inodes;
    const { entries } = dir.node;
    let child = 0;
    let leaf = dir.firstLeaf;
    const nidOf = (node: Node): number => {
      if (node.kind === 'directory') return this.#nidOf(dir.children[child++]!);
      const index = linked.get(node) ?? leaf;
      if (index === leaf) leaf++;
      return this.#placed.leafNids[index]!;
    };
    const entryOf = (name: ByteString): NamedDirent => {
      if (name === '.') return { name, nid: this.#nidOf(dir), type: DirentType.directory };
      if (name === '..') return { name, nid: this.#nidOf(dir.parent), type: DirentType.directory };
      const node = entries.get(name)!;
      return { name, nid: nidOf(node), type: DirentType[node.kind] };
    };
    return renderListing(entries.keys(), entryOf, dir.listingSize, this.#image.options.blockSize);
  }

  #nidOf(dir: PlannedDirectory): number {
    return this.#placed.directoryNids[this.#indexes.get(dir)!]!;
  }
}
