// Changes of files in an image on the disc: the image is written again with data that stays copied in its compressed form.

import { type ByteString, displayText, type Timestamp } from '../bytes/index.js';
import { InvalidInputError, UnsupportedError } from '../errors.js';
import { recogniseSquashfs, rewriteSquashfs } from '../format/squashfs/index.js';
import { isSource, type Source, type Spool } from '../io/index.js';
import { type FileTree, file, joinPath, type Loss, splitPath } from '../tree/index.js';
import { replaceBytes } from './change/apply.js';
import { fileEntry } from './change/edited-trees.js';
import { changedTree } from './change/tree-changes.js';
import type { LayerChanges } from './changes.js';
import type { EditContext } from './edit-context.js';
import type { EditedLayer } from './layout.js';
import { contentOf } from './menus/disc-files.js';

/** Values of an edit that a layer needs. */
export interface LayerOptions {
  /** The new time of the image. Default: its old one. */
  readonly epoch: Timestamp | undefined;
  readonly spool: Spool | undefined;
}

/** File systems in the squashfs images of live media whose files the system uses. */
const NESTED = ['LiveOS/rootfs.img', 'LiveOS/ext3fs.img'];

/** Changes the files in one image on the disc. Throws {@link UnsupportedError} `edit.layer-format` for an image of another format. */
export async function editLayer(
  context: EditContext,
  { path, ...changes }: LayerChanges,
  { epoch, spool }: LayerOptions,
): Promise<{ readonly layer: EditedLayer; readonly losses: readonly Loss[] }> {
  const { trees, log, time, run } = context;
  const place = splitPath(path).join('/') as ByteString;
  const shown = displayText(place);
  const image = await layerImage(context, place);
  const change = (tree: FileTree) => {
    checkNested(tree, changes, shown);
    return changedTree(tree, changes, (entry, kind, size) => log.add(joinPath(place, entry), kind, size));
  };
  const { content, layout, copied, compressed } = await rewriteSquashfs(image, change, { epoch, spool }, run);
  replaceBytes(trees, place, file(content, { mtime: time }), 'edited', log);
  const layer = { path: `/${shown}`, format: 'squashfs', size: content.size, copied, compressed } as const;
  // Fractions of seconds are not reported: neither the disc nor its images have any.
  return { layer, losses: layout.losses.filter(({ code }) => code !== 'squashfs.mtime-fraction') };
}

async function layerImage({ disc, trees }: EditContext, path: ByteString): Promise<Source> {
  const shown = displayText(path);
  const entry = layerEntry(trees, path);
  const image = contentOf(disc, entry);
  if (!isSource(image) || !(await recogniseSquashfs(image))) {
    const message = `${shown} is not a squashfs image; files inside images of other formats cannot be changed.`;
    throw new UnsupportedError('edit.layer-format', message, { path: shown });
  }
  return image;
}

/** The entry of the layer. A path that goes on inside a file is refused as such. */
function layerEntry(trees: EditContext['trees'], path: ByteString) {
  const names = splitPath(path);
  for (let count = 1; count < names.length; count++) {
    const above = names.slice(0, count).join('/') as ByteString;
    const found = trees.find(above);
    if (!found || trees.folderAt(names.slice(0, count))) continue;
    const shown = displayText(path);
    const message = `${shown} is inside another image; only images that are files of the disc can be changed.`;
    throw new UnsupportedError('edit.layer-nested', message, { path: shown });
  }
  return fileEntry(trees, path);
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
    hint: `Replace ${nested} by a changed file system.`,
  });
}
