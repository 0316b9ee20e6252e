// A map of an image: every layer from the disc to the root image, with its areas and the space that its files take.

import { displayText, fromText } from '../bytes/index.js';
import { type BootEntryFacts, type PartitionFacts, readPartitions } from '../disc/index.js';
import { InvalidImageError, isImageFault, UnsupportedError } from '../errors.js';
import {
  contained,
  imagesIn,
  inspectImage,
  MOST_LAYERS,
  type OtherFacts,
  openImage,
  opensInside,
  recogniseAll,
} from '../image/index.js';
import { PartsContent, type Source, type Spool } from '../io/index.js';
import type { FileTree, FormatFacts } from '../tree/index.js';
import type { Area } from './areas.js';
import { areasOf, countTree, fileStarts, type Inner, type TreeCounts } from './layer.js';
import { type SpaceEntry, spaceOf } from './space.js';

/** A package of a package database, for people. */
export interface MapPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
}

/** The packages of the innermost layer that has a database. */
export interface MapPackages {
  /** `dpkg`, `rpm`, `pacman` */
  readonly kind: string;
  /** Address of the layer that has the database. */
  readonly layer: string;
  readonly list: readonly MapPackage[];
}

/** One image: the outermost one, or one inside it. */
export interface MapLayer {
  /** The part of the address after the file: `/LiveOS/squashfs.img`; empty for the image itself. */
  readonly address: string;
  /** Bytes. */
  readonly size: number;
  /** All formats that it has, first the one that its files are listed from; empty for a disk with partitions only. */
  readonly formats: readonly FormatFacts[];
  /** Index of the layer that contains it, and its first byte there; the latter is absent if it is compressed there. */
  readonly parent?: number;
  readonly at?: number;
  /** Cover all of its bytes, in order. */
  readonly areas: readonly Area[];
  /** Absent where there are no files, or they cannot be read. */
  readonly tree?: TreeCounts;
  readonly space?: SpaceEntry;
  /** Why its files cannot be read. */
  readonly fault?: string;
}

/** Everything that a page shows about an image. Texts are displayable: control characters and bytes that are not UTF-8 are escaped. */
export interface ImageMap {
  readonly size: number;
  /** Forms that the image was in, such as `gzip-compressed data`. */
  readonly forms: readonly string[];
  /** The outermost one first, each after the one that contains it. */
  readonly layers: readonly MapLayer[];
  readonly partitions: readonly PartitionFacts[];
  readonly bootEntries: readonly BootEntryFacts[];
  readonly tags: readonly { readonly key: string; readonly value?: string | undefined }[];
  readonly notRead: readonly OtherFacts[];
  readonly packages?: MapPackages;
}

/** How a map is made. */
export interface MapOptions {
  /** Takes data that must be unpacked before it can be read. Default: compressed files are not opened. */
  readonly spool?: Spool | undefined;
  /** The files of an image, for callers that have read some of them. Default: they are read. */
  readonly treeOf?: ((image: Source) => Promise<FileTree>) | undefined;
  /** Reads the package database of a root tree. Default: no packages are listed. */
  readonly packagesOf?: ((root: FileTree) => Promise<Omit<MapPackages, 'layer'> | undefined>) | undefined;
}

/** Most layers of a map, and most files per layer that are examined, the largest first: a disc may have thousands. */
const MOST_IMAGES = 24;
const MOST_CANDIDATES = 64;

/** Makes the map of an image. Throws {@link InvalidImageError} or {@link UnsupportedError} only for a form that cannot be opened. */
export async function mapImage(file: Source, options: MapOptions = {}): Promise<ImageMap> {
  const { image, forms } = await contained(file, options.spool);
  const { partitions, bootEntries, tags, notRead } = await inspectImage(image);
  const survey = new Survey(options);
  await survey.enter(image, '', undefined, undefined, 0);
  const packages = await survey.packages();
  const facts = displayable({ partitions, bootEntries, tags, notRead });
  return { size: image.size, forms, layers: survey.layers, ...facts, ...(packages ? { packages } : {}) };
}

class Survey {
  readonly layers: MapLayer[] = [];
  readonly #trees: (FileTree | undefined)[] = [];
  readonly #options: MapOptions;

  constructor(options: MapOptions) {
    this.#options = options;
  }

  async enter(
    image: Source,
    address: string,
    parent: number | undefined,
    at: number | undefined,
    depth: number,
  ): Promise<void> {
    const answers = await recogniseAll(image);
    const partitions = await readPartitions(image);
    if (answers.length === 0 && partitions.length === 0) return;
    if (depth > 0 && !opensInside(answers) && partitions.length === 0) return;
    const { tree, fault } = answers.length > 0 ? await this.#tree(image) : {};
    const inner = depth < MOST_LAYERS ? await this.#innerOf(image, address, partitions, tree, depth) : [];
    const index = this.layers.length;
    this.layers.push({
      address: displayText(fromText(address)),
      size: image.size,
      formats: answers.map(({ format, found }) => displayable(format.facts(found))),
      ...(parent === undefined ? {} : { parent }),
      ...(at === undefined ? {} : { at }),
      areas: await areasOf(image, answers, partitions, tree, inner),
      ...(tree ? { tree: countTree(tree), space: spaceOf(tree) } : {}),
      ...(fault === undefined ? {} : { fault: displayText(fromText(fault)) }),
    });
    this.#trees.push(tree);
    for (const one of inner) {
      if (this.layers.length >= MOST_IMAGES) return;
      await this.enter(one.image, one.address, index, one.at, depth + 1);
    }
  }

  /** The packages of the innermost layer that has a database. */
  async packages(): Promise<MapPackages | undefined> {
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const tree = this.#trees[index];
      if (!tree) continue;
      try {
        const found = await this.#options.packagesOf?.(tree);
        if (found) return { ...found, layer: this.layers[index]!.address };
      } catch (error) {
        if (!isImageFault(error)) throw error;
      }
    }
    return undefined;
  }

  async #tree(image: Source): Promise<{ tree?: FileTree; fault?: string }> {
    const { spool, treeOf } = this.#options;
    try {
      return { tree: await (treeOf?.(image) ?? openImage(image, undefined, spool).then((opened) => opened.tree())) };
    } catch (error) {
      if (!isImageFault(error)) throw error;
      return { fault: error.message };
    }
  }

  /** Files that are images, and partitions that are neither such a file nor show files of the disc again. */
  async #innerOf(
    image: Source,
    address: string,
    partitions: readonly PartitionFacts[],
    tree: FileTree | undefined,
    depth: number,
  ): Promise<Inner[]> {
    const inner: Inner[] = [];
    const candidates = tree ? [...imagesIn(tree, depth)] : [];
    candidates.sort(([, a], [, b]) => b.size - a.size);
    for (const [path, content] of candidates.slice(0, MOST_CANDIDATES)) {
      if (inner.length >= MOST_IMAGES || !opensInside(await recogniseAll(content))) continue;
      const at = content instanceof PartsContent ? content.start : undefined;
      inner.push({ address: `${address}/${displayText(path)}`, image: content, at });
    }
    // A partition may be the place of a file, or show files of the disc again.
    const taken = [...(tree ? fileStarts(tree) : [])];
    for (const { number, at, size } of [...partitions].reverse()) {
      if (at === 0 || size === 0 || at + size > image.size) continue;
      if (taken.some((start) => start >= at && start < at + size)) continue;
      taken.push(at);
      const partition = image.slice({ at, length: size });
      if (opensInside(await recogniseAll(partition))) {
        inner.push({ address: `${address}/#${number}`, image: partition, at });
      }
    }
    return inner;
  }
}

/** The same value with every text in it displayable. */
function displayable<T>(value: T): T {
  if (typeof value === 'string') return displayText(fromText(value)) as T;
  if (Array.isArray(value)) return value.map(displayable) as T;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, displayable(inner)])) as T;
}
