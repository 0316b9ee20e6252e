// Follows an address through images, partitions and boot images.

import { type ByteString, displayText } from '../bytes/index.js';
import { InvalidImageError, InvalidInputError, UnsupportedError } from '../errors.js';
import { isSource, type Source, type Spool } from '../io/index.js';
import { FileTree, file, type Node, type TreeWatcher } from '../tree/index.js';
import { type AddressStep, cutAtFile } from './address.js';
import { bootImage } from './boot-image.js';
import { contained } from './containers.js';
import { type FoundEntry, findEntry, noEntry } from './lookup.js';
import { type OpenedImage, openImage, recogniseImage } from './open-image.js';
import { partitionImage } from './partition-image.js';
import { noView } from './views.js';

/** The last place of an address: a tree, and what was asked for in it. */
export interface PlaceInside {
  readonly tree: FileTree;
  /** Without leading slash; empty for the root. */
  readonly path: ByteString;
  readonly node: Node;
  /** The form of the innermost image: its kind, or the view of a disc such as `rock-ridge`. Only of an address that was followed. */
  readonly form?: string | undefined;
}

/** How images on the way are opened. */
export interface AddressOptions {
  /** Of the first image on the way that has several: `rock-ridge`, `joliet`, `iso`, `udf`. By default the best-founded one. */
  readonly view?: string | undefined;
  /** Whether a file at the end that is an image is opened too: the place is then the root of what is in it. Default false. */
  readonly enter?: boolean;
  /** Receives remarks about the images. */
  readonly note?: ((text: string) => void) | undefined;
  /** Takes what has to be unpacked before it can be read: compressed files. Default: they are not opened. */
  readonly spool?: Spool | undefined;
  /** Name of the first image, for messages. */
  readonly name?: ByteString | undefined;
  /** Called with directories of the tree whose root is the place while it is read, by formats that can do that. */
  readonly watch?: TreeWatcher | undefined;
}

/**
 * Follows an address into an image, through symbolic links as a system in it would. A partition or boot image at the end that
 * is not an image of a known kind is a file of its bytes. Throws {@link InvalidInputError} for a step that leads nowhere,
 * {@link InvalidImageError} for bytes that are not an image, or a damaged one.
 */
export async function followAddress(
  image: Source,
  steps: readonly AddressStep[],
  options: AddressOptions = {},
): Promise<PlaceInside> {
  const walk = new AddressWalk(options);
  const place = await walk.from(image, steps, options.name);
  walk.checkView();
  return { ...place, form: walk.form };
}

/**
 * Follows a path in a tree, which may go on in an image that is a file of the tree. `links` says whether a symbolic link at the end
 * is followed. Throws as {@link followAddress}.
 */
export async function followPath(
  tree: FileTree,
  path: ByteString,
  links: 'follow' | 'keep',
  options: AddressOptions = {},
): Promise<PlaceInside> {
  const found = isForced(path) ? undefined : findEntry(tree, path, links);
  if (found) return { tree, ...found };
  const cut = cutInTree(tree, path);
  if (!cut) return { tree, ...(findEntry(tree, path, links) ?? noEntry(path)) };
  return new AddressWalk(options).from(cut.layer, cut.steps, cut.name);
}

/** The last image of an address, all of whose steps have to lead to images: `live.iso/LiveOS/squashfs.img`, `disk.img/#1`. */
export async function followToImage(
  image: Source,
  steps: readonly AddressStep[],
  options: AddressOptions = {},
): Promise<Source> {
  const walk = new AddressWalk(options);
  const last = steps.at(-1);
  const ends = last && 'path' in last && isRoot(last.path);
  return walk.toLayer(image, ends ? steps.slice(0, -1) : steps, options.name);
}

const isRoot = (path: ByteString) => /^\/*$/.test(path);
/** A slash at the end of the path of a file asks for what is in it. */
const isForced = (path: ByteString) => /[^/]\/+$/.test(path);

/** One walk through images, of which at most one is asked for a view. */
class AddressWalk {
  readonly #options: AddressOptions;
  #view: string | undefined;
  /** The kind of the last image that was opened, or the view of it. */
  form: string | undefined;

  constructor(options: AddressOptions) {
    this.#options = options;
    this.#view = options.view;
  }

  /** The place at the end of the steps. `name` is that of the image in messages. */
  async from(image: Source, steps: readonly AddressStep[], name?: ByteString): Promise<PlaceInside> {
    let [source, called] = [image, name];
    const rest = [...steps];
    for (let step = rest.shift(); step; step = rest.shift()) {
      if (!('path' in step)) {
        source = await this.#selected(source, step);
        called = nameOf(step);
        if (rest.length === 0) return this.#selection(source, called);
        continue;
      }
      const tree = await this.#tree(await openImage(source, called, this.#options.spool));
      const cut = reach(tree, step.path);
      if (!('layer' in cut) && rest.length === 0) return this.#entered({ tree, ...cut });
      if ('layer' in cut) rest.unshift(...cut.steps);
      source = layerOf(cut);
      called = step.path;
    }
    return this.#root(await openImage(source, called, this.#options.spool));
  }

  async toLayer(image: Source, steps: readonly AddressStep[], name?: ByteString): Promise<Source> {
    let [source, called] = [image, name];
    const rest = [...steps];
    for (let step = rest.shift(); step; step = rest.shift()) {
      if ('path' in step) {
        const cut = reach(await this.#tree(await openImage(source, called, this.#options.spool)), step.path);
        if ('layer' in cut) rest.unshift(...cut.steps.filter((one) => !('path' in one && isRoot(one.path))));
        source = layerOf(cut);
        called = step.path;
      } else {
        source = await this.#selected(source, step);
        called = nameOf(step);
      }
    }
    return source;
  }

  /** Throws {@link InvalidInputError} if a view was asked for, and no image has several. */
  checkView(): void {
    if (this.#view !== undefined) throw noView(this.#view, []);
  }

  /** A partition or boot image at the end. */
  async #selection(source: Source, name: ByteString): Promise<PlaceInside> {
    const image = await recogniseImage(source, this.#options.spool);
    if (image) return this.#root(image);
    const tree = FileTree.of({ [name]: file(source) });
    return { tree, path: name, node: tree.get(name)! };
  }

  /** If a file is an image itself and is to be entered, the root of what is in it; else the same place. */
  async #entered(place: PlaceInside): Promise<PlaceInside> {
    const { node } = place;
    if (!this.#options.enter || node.kind !== 'file' || !isSource(node.content)) return place;
    const image = await this.#recognised(node.content);
    return image ? this.#root(image) : place;
  }

  /** A file that is compressed and damaged, or in a form that is not read, stays a file. */
  async #recognised(file: Source): Promise<OpenedImage | undefined> {
    try {
      return await recogniseImage(file, this.#options.spool);
    } catch (error) {
      if (!(error instanceof InvalidImageError) && !(error instanceof UnsupportedError)) throw error;
      this.#options.note?.(error.message);
      return undefined;
    }
  }

  async #selected(source: Source, step: Selector): Promise<Source> {
    const { image } = await contained(source, this.#options.spool);
    return 'partition' in step ? partitionImage(image, step.partition) : bootImage(image, step.boot);
  }

  /** The root of an image at the end. */
  async #root(image: OpenedImage): Promise<PlaceInside> {
    const tree = await this.#tree(image, this.#options.watch);
    return { tree, path: '' as ByteString, node: tree.root };
  }

  async #tree(image: OpenedImage, watch?: TreeWatcher): Promise<FileTree> {
    const opened = await image.open();
    const asked = opened.views.length > 0 ? this.#view : undefined;
    if (asked !== undefined && !opened.views.includes(asked)) throw noView(asked, opened.views);
    if (asked !== undefined) this.#view = undefined;
    this.form = asked ?? opened.views[0] ?? image.kind;
    const tree = await opened.tree(asked, watch);
    for (const note of opened.notes) this.#options.note?.(note);
    return tree;
  }
}

/** An image in a tree, and the steps inside it. */
interface LayerInTree {
  readonly layer: Source;
  readonly name: ByteString;
  readonly steps: readonly AddressStep[];
}

/** The entry at a path, or the image on the way to it. */
function reach(tree: FileTree, path: ByteString): FoundEntry | LayerInTree {
  const found = findEntry(tree, path, 'follow');
  if (found && !(isForced(path) && found.node.kind === 'file')) return found;
  return cutInTree(tree, path) ?? found ?? noEntry(path);
}

function cutInTree(tree: FileTree, path: ByteString): LayerInTree | undefined {
  const kindOf = (part: ByteString) => {
    const node = findEntry(tree, part, 'follow')?.node;
    return node && (node.kind === 'file' ? 'file' : 'other');
  };
  const cut = cutAtFile(path, kindOf);
  if (!cut) return undefined;
  const entry = findEntry(tree, cut.file, 'follow')!;
  return { layer: layerOf(entry), name: entry.path, steps: cut.steps };
}

/** The bytes of an image inside an image. */
function layerOf(found: FoundEntry | LayerInTree): Source {
  if ('layer' in found) return found.layer;
  const { node, path } = found;
  if (node.kind === 'file' && isSource(node.content)) return node.content;
  const shown = `/${displayText(path)}`;
  throw new InvalidInputError('image.no-layer', `${shown} cannot be an image: it is not a regular file.`, {
    path: shown,
  });
}

type Selector = Exclude<AddressStep, { readonly path: ByteString }>;

function nameOf(step: Selector): ByteString {
  return ('partition' in step ? `partition${step.partition}.img` : `boot${step.boot}.img`) as ByteString;
}
