// Changes of files in an image on the disc, or in an image inside such an image: each of them is written again, and what stays in it is copied.

import type { ByteString } from '../bytes/index.js';
import { InvalidInputError, UnsupportedError } from '../errors.js';
import { type ExactContent, isSource, type Source } from '../io/index.js';
import { type File, type FileTree, file, follow, joinPath, type Loss, mapNodes, splitPath } from '../tree/index.js';
import { replaceBytes } from './change/apply.js';
import { fileEntry } from './change/edited-trees.js';
import { noFile, shownPath } from './change/refusals.js';
import { changedTree } from './change/tree-changes.js';
import type { LayerChanges } from './changes.js';
import type { EditContext } from './edit-context.js';
import { type ChangedLayer, type LayerOptions, rewriteLayer } from './layer-images.js';
import type { EditedLayer } from './layout.js';
import { contentOf } from './menus/disc-files.js';

/** File systems in the squashfs images of live media whose files the system uses. */
const NESTED = ['LiveOS/rootfs.img', 'LiveOS/ext3fs.img'];

/** Images that were written again, the outermost first. */
export interface EditedLayers {
  readonly layers: readonly EditedLayer[];
  readonly losses: readonly Loss[];
}

/**
 * Changes the files in one image. Its path may go on inside an image on the disc. Throws {@link UnsupportedError} `edit.layer-format` for an
 * image of another format.
 */
export async function editLayer(
  context: EditContext,
  { path, ...changes }: LayerChanges,
  options: LayerOptions,
): Promise<EditedLayers> {
  const { disc, trees, log, time } = context;
  const names = splitPath(path);
  const count = namesOnDisc(trees, names);
  const outer = trees.pathOf(names.slice(0, count).join('/') as ByteString);
  const editor = new LayerEditor(context, changes, options);
  const content = contentOf(disc, fileEntry(trees, outer));
  const made = await editor.edit(sourceOf(content, outer), outer, names.slice(count));
  replaceBytes(trees, outer, file(made, { mtime: time }), 'edited', log);
  return editor;
}

/** How many names lead to the file on the disc; a path may go on inside it. */
function namesOnDisc(trees: EditContext['trees'], names: readonly ByteString[]): number {
  for (let count = 1; count < names.length; count++) {
    const above = names.slice(0, count);
    if (trees.find(above.join('/') as ByteString) && !trees.folderAt(above)) return count;
  }
  return names.length;
}

class LayerEditor implements EditedLayers {
  readonly layers: EditedLayer[] = [];
  readonly losses: Loss[] = [];
  readonly #context: EditContext;
  readonly #changes: Omit<LayerChanges, 'path'>;
  readonly #options: LayerOptions;

  constructor(context: EditContext, changes: Omit<LayerChanges, 'path'>, options: LayerOptions) {
    this.#context = context;
    this.#changes = changes;
    this.#options = options;
  }

  /** The new image at a place. `inner` is the way to the image inside it whose files change; empty for its own files. */
  async edit(image: Source, place: ByteString, inner: readonly ByteString[]): Promise<ExactContent> {
    const shown = shownPath(place);
    const change = (tree: FileTree, format: EditedLayer['format']) =>
      inner.length > 0 ? this.#nested(tree, place, inner) : this.#changed(tree, place, format);
    const { content, losses, ...facts } = await rewriteLayer(image, shown, change, this.#options, this.#context.run);
    this.layers.unshift({ path: shown, size: content.size, ...facts });
    // Fractions of seconds are not reported: neither the disc nor its images have any.
    this.losses.push(...losses.filter(({ code }) => code !== 'squashfs.mtime-fraction'));
    return content;
  }

  async #changed(tree: FileTree, place: ByteString, format: EditedLayer['format']): Promise<ChangedLayer> {
    if (format === 'squashfs') checkNested(tree, this.#changes, shownPath(place));
    const note = this.#context.log;
    const changed = changedTree(tree, this.#changes, (entry, kind, size) =>
      note.add(joinPath(place, entry), kind, size),
    );
    return { tree: changed, similar: new Map() };
  }

  /** The tree with a changed image in the place of the old one. */
  async #nested(tree: FileTree, place: ByteString, inner: readonly ByteString[]): Promise<ChangedLayer> {
    const { node, count } = fileOnTheWay(tree, inner, place);
    const path = joinPath(place, inner.slice(0, count).join('/') as ByteString);
    const old = node.content;
    const content = await this.edit(sourceOf(old, path), path, inner.slice(count));
    this.#context.log.add(path, 'edited', content.size);
    const made: File = { ...node, content, mtime: this.#options.epoch ?? node.mtime };
    const changed = mapNodes(tree, (now, before) => (before === node ? made : now));
    return { tree: changed, similar: new Map([[content, old]]) };
  }
}

/** The first file on a way, and how many names lead to it. */
function fileOnTheWay(tree: FileTree, names: readonly ByteString[], place: ByteString) {
  for (let count = 1; count <= names.length; count++) {
    const node = follow(tree, names.slice(0, count).join('/') as ByteString);
    if (node?.kind === 'file') return { node, count };
    if (node?.kind !== 'directory') break;
  }
  const path = [...splitPath(place), ...names].join('/') as ByteString;
  throw noFile(path, follow(tree, names.join('/') as ByteString) !== undefined);
}

function sourceOf(content: ExactContent, path: ByteString): Source {
  if (isSource(content)) return content;
  const shown = shownPath(path);
  const message = `${shown} is replaced by the same edit, so files inside it cannot be changed too.`;
  throw new UnsupportedError('edit.layer-replaced', message, { path: shown, hint: 'Edit the result again.' });
}

/** Files added next to a file system in the image would not be seen by the system, which takes its files from there. */
function checkNested(tree: FileTree, { add = [] }: Omit<LayerChanges, 'path'>, shown: string): void {
  const nested = NESTED.find((path) => tree.get(path)?.kind === 'file');
  const isBeside = add.some(({ at, tree: added }) => {
    const tops = at ? splitPath(at).slice(0, 1) : [...added.root.entries.keys()];
    return tops.some((name) => name !== 'LiveOS');
  });
  if (nested === undefined || !isBeside) return;
  const message = `The system on this disc uses the files in ${nested} inside ${shown}, so files added next to it would have no effect.`;
  throw new InvalidInputError('edit.layer-nested', message, {
    path: shown,
    hint: `Change the files in ${shown}/${nested}.`,
  });
}
