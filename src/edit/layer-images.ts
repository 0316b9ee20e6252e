// Images whose files can be changed, by their format: each is written again with another tree.

import type { Timestamp } from '../bytes/index.js';
import { UnsupportedError } from '../errors.js';
import { recogniseErofs, rewriteErofs } from '../format/erofs/index.js';
import { recogniseExt4, rewriteExt4 } from '../format/ext4/index.js';
import { recogniseSquashfs, rewriteSquashfs } from '../format/squashfs/index.js';
import type { ExactContent, Run, Source, Spool } from '../io/index.js';
import { type FileTree, type Loss, visitNodes } from '../tree/index.js';
import type { EditedLayer } from './layout.js';

/** Values of an edit that an image on the disc needs. */
export interface LayerOptions {
  /** The new time of the image. Default: its old one. */
  readonly epoch: Timestamp | undefined;
  readonly spool: Spool | undefined;
}

/** A tree with changes. */
export interface ChangedLayer {
  readonly tree: FileTree;
  /** Contents that are like another one of the old tree, such as images in which few blocks change. */
  readonly similar: ReadonlyMap<ExactContent, ExactContent>;
}

/** Makes the new tree of an image. */
export type ChangeLayer = (tree: FileTree, format: EditedLayer['format']) => Promise<ChangedLayer>;

/** An image that was written again. */
export interface RewrittenLayer extends Omit<EditedLayer, 'path' | 'size'> {
  readonly content: ExactContent;
  readonly losses: readonly Loss[];
}

/** Writes an image again. Throws {@link UnsupportedError} `edit.layer-format` for an image of another format. */
export async function rewriteLayer(
  image: Source,
  shown: string,
  change: ChangeLayer,
  options: LayerOptions,
  run: Run,
): Promise<RewrittenLayer> {
  if (await recogniseSquashfs(image)) return squashfsLayer(image, change, options, run);
  const kept = new KeptBytes();
  if (await recogniseExt4(image)) {
    const changed = kept.watch(async (tree) => (await change(tree, 'ext4')).tree);
    const plan = await rewriteExt4(image, changed, options, run);
    return { content: plan, format: 'ext4', losses: plan.layout.losses, copied: kept.bytes, compressed: 0 };
  }
  if (await recogniseErofs(image)) {
    const changed = kept.watch(async (tree) => (await change(tree, 'erofs')).tree);
    const { content, layout } = await rewriteErofs(image, changed, options, run);
    const isCompressed = layout.compression !== undefined;
    const [copied, compressed] = isCompressed ? [0, layout.contentSize] : [kept.bytes, 0];
    return { content, format: 'erofs', losses: layout.losses, copied, compressed };
  }
  const message = `${shown} is not a squashfs, ext4 or EROFS image; files inside images of other formats cannot be changed.`;
  throw new UnsupportedError('edit.layer-format', message, { path: shown });
}

async function squashfsLayer(
  image: Source,
  change: ChangeLayer,
  options: LayerOptions,
  run: Run,
): Promise<RewrittenLayer> {
  let similar: ChangedLayer['similar'] = new Map();
  const changed = async (tree: FileTree) => {
    const made = await change(tree, 'squashfs');
    similar = made.similar;
    return made.tree;
  };
  const rewritten = await rewriteSquashfs(image, changed, { ...options, similar: () => similar }, run);
  const { content, layout, copied, compressed } = rewritten;
  return { content, format: 'squashfs', losses: layout.losses, copied, compressed };
}

/** Counts the bytes of contents that a changed tree still has. */
class KeptBytes {
  bytes = 0;

  watch(change: (tree: FileTree) => Promise<FileTree>): (tree: FileTree) => Promise<FileTree> {
    return async (before) => {
      const after = await change(before);
      const old = contentsOf(before);
      for (const content of contentsOf(after)) if (old.has(content)) this.bytes += content.size;
      return after;
    };
  }
}

function contentsOf(tree: FileTree): Set<ExactContent> {
  const found = new Set<ExactContent>();
  visitNodes(tree, (node) => {
    if (node.kind === 'file') found.add(node.content);
  });
  return found;
}
