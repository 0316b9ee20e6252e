// Checks that every file of a volume can be read, and every view listed.

import { isImageFault, UnsupportedError } from '../errors.js';
import { faultOfContent } from '../io/index.js';
import { type FileTree, type Node, type ReadableImage, walk } from '../tree/index.js';
import type { Layer } from './layer.js';

/** Reads all files of the default view, and lists the other views, which show the same files. Returns the default tree. */
export async function checkFiles(layer: Layer, image: ReadableImage): Promise<FileTree | undefined> {
  const isDamaged = layer.hasError();
  const tree = await treeOf(layer, image, undefined);
  if (tree) await readAll(layer, tree, isDamaged);
  for (const view of image.views.slice(1)) await treeOf(layer, image, view);
  if (!layer.hasError()) for (const note of image.notes) layer.report('image.remark', note);
  return tree;
}

async function treeOf(layer: Layer, image: ReadableImage, view: string | undefined): Promise<FileTree | undefined> {
  try {
    return await image.tree(view);
  } catch (error) {
    reportFault(layer, error, view === undefined ? '' : `The view ${view} cannot be read: `);
    return undefined;
  }
}

async function readAll(layer: Layer, tree: FileTree, isDamaged: boolean): Promise<void> {
  const seen = new Set<Node>();
  let done = 0;
  for (const { path, node } of walk(tree)) {
    layer.run.signal?.throwIfAborted();
    if (node.kind !== 'file' || seen.has(node)) continue;
    seen.add(node);
    const fault = faultOfContent(node.content);
    if (fault) {
      if (!isDamaged) layer.report('file.unreadable', fault.message, { path });
    } else if (!layer.fast) {
      try {
        for await (const _ of node.content.pieces(layer.run));
      } catch (error) {
        if (!isImageFault(error)) throw error;
        layer.report('file.unreadable', error.message, { path });
      }
    }
    layer.run.report({ step: `checking ${layer.address || 'the image'}`, done: ++done, unit: 'entries' });
  }
}

/** Reports an error about a whole volume. Rethrows errors that are not about the image. */
export function reportFault(layer: Layer, error: unknown, before = ''): void {
  if (!isImageFault(error)) throw error;
  if (layer.hasError()) return;
  const { at } = error.place;
  const place = at === undefined ? {} : { at };
  const code = error instanceof UnsupportedError ? 'image.not-read' : 'image.damaged';
  layer.report(code, `${before}${error.message} [${error.code}]`, place);
}
