// A disc may have several hierarchies over the same files: ISO 9660 with plain names, Rock Ridge or Joliet, and UDF. Which of
// them is taken, and what they disagree about.

import { displayText } from '../bytes/index.js';
import { InvalidImageError, InvalidInputError, isImageFault } from '../errors.js';
import { type Content, PartsContent, type Source, UnreadableContent } from '../io/index.js';
import { type File, type FileTree, file, mapNodes, type Node, type ReadableImage, walk } from '../tree/index.js';
import type { Recognised } from './formats.js';

/** The view that keeps owners, modes and links. */
const RICHEST = 'rock-ridge';

/**
 * Opens all volumes that share an image as one, with the views of all of them. By default the first view is taken that shows
 * every byte of the files that any of the volumes shows, Rock Ridge before UDF before the others.
 */
export async function openShared(image: Source, answers: readonly Recognised[]): Promise<ReadableImage> {
  const { volumes, fault } = await openVolumes(image, answers);
  if (volumes.length === 0) throw fault;
  const notes: string[] = [];
  const views = volumes.flatMap((volume) => volume.views);
  const treeOf = (view: string) => volumes.find((volume) => volume.views.includes(view))!.tree(view);
  return {
    views,
    get notes() {
      return [...notes, ...volumes.flatMap((volume) => volume.notes)];
    },
    tree: async (asked) => {
      if (asked !== undefined && !views.includes(asked)) throw noView(asked, views);
      // One view of each volume: those of one volume show the same files by other names.
      const others = volumes.map((volume) => volume.views[0]!);
      const trees = new Map<string, FileTree>();
      for (const view of new Set([...others, ...(asked === undefined ? [] : [asked])])) {
        try {
          trees.set(view, await treeOf(view));
        } catch (error) {
          if (view === asked || trees.size + others.length === 1 || !isImageFault(error)) throw error;
          notes.push(`The view ${view} cannot be read: ${error.message}`);
        }
      }
      const taken = asked ?? fullest(trees);
      if (taken === undefined)
        throw new InvalidImageError('image.no-view', 'None of the views can be read.', { hint: notes[0]! });
      return withoutCuts(trees, taken);
    },
  };
}

async function openVolumes(image: Source, answers: readonly Recognised[]) {
  const volumes: ReadableImage[] = [];
  let fault: unknown;
  for (const { format } of answers) {
    try {
      volumes.push(await format.open(image));
    } catch (error) {
      if (!isImageFault(error)) throw error;
      fault ??= error;
    }
  }
  return { volumes, fault };
}

export function noView(asked: string, views: readonly string[]): InvalidInputError {
  return new InvalidInputError('image.no-view', `The image has no view ${asked}.`, {
    hint: views.length > 0 ? `It has ${views.join(', ')}.` : 'It has one view only.',
  });
}

/** The view with most bytes in files that can be read; of equals Rock Ridge, then UDF, which keeps names that Joliet cuts. */
function fullest(trees: ReadonlyMap<string, FileTree>): string | undefined {
  const rank = (view: string) => [RICHEST, 'udf'].indexOf(view) >>> 0;
  const sizes = [...trees].map(([view, tree]) => ({ view, bytes: fileBytes(tree) }));
  return sizes.sort((a, b) => b.bytes - a.bytes || rank(a.view) - rank(b.view))[0]?.view;
}

function fileBytes(tree: FileTree): number {
  let sum = 0;
  for (const { node } of walk(tree)) {
    if (node.kind === 'file' && !(node.content instanceof UnreadableContent)) sum += node.content.size;
  }
  return sum;
}

/**
 * The tree of a view in which every file that another view shows longer throws when it is read: a record of ISO 9660 has 32 bits
 * for a size, and some writers store what is left of a larger one.
 */
function withoutCuts(trees: ReadonlyMap<string, FileTree>, taken: string): FileTree {
  const tree = trees.get(taken)!;
  const longer = new Map<Node, UnreadableContent>();
  for (const [view, other] of trees) {
    if (view === taken) continue;
    const starts = filesByStart(other);
    const folded = filesByFoldedPath(other);
    for (const { path, node } of walk(tree)) {
      if (node.kind !== 'file') continue;
      // By its name first: some writers give an empty file the place of another file.
      const twin = folded.get(path.toLowerCase()) ?? starts.get(startOf(node) ?? -1);
      if (!twin || twin.content.size <= node.content.size || !isCut(node, twin)) continue;
      const message = `${displayText(path)} has ${node.content.size} bytes in the view ${taken}, and ${twin.content.size} in ${view}.`;
      const place = { path: displayText(path), hint: `Use the view ${view}.` };
      const fault = () => new InvalidImageError('image.view-cut', message, place);
      longer.set(node, new UnreadableContent(node.content.size, fault));
    }
  }
  if (longer.size === 0) return tree;
  return mapNodes(tree, (node) => {
    const content = longer.get(node);
    return content ? file(content, node) : node;
  });
}

const SIZE_LIMIT = 2 ** 32;

/** A size truncated to 32 bits, or the largest value they hold. */
function isCut(node: File, twin: File): boolean {
  const { size } = node.content;
  return size === twin.content.size % SIZE_LIMIT || size >= SIZE_LIMIT - 2 ** 12;
}

/** Files by their paths in small letters, as ISO 9660 has the same names in capitals. */
function filesByFoldedPath(tree: FileTree): Map<string, File> {
  const files = new Map<string, File>();
  for (const { path, node } of walk(tree)) if (node.kind === 'file') files.set(path.toLowerCase(), node);
  return files;
}

function filesByStart(tree: FileTree): Map<number, File> {
  const files = new Map<number, File>();
  for (const { node } of walk(tree)) {
    const start = node.kind === 'file' && node.content.size > 0 ? startOf(node) : undefined;
    if (start !== undefined) files.set(start, node as File);
  }
  return files;
}

/** Byte of the image at which a file begins. */
export function startOf({ content }: { readonly content: Content }): number | undefined {
  return content instanceof PartsContent ? content.start : undefined;
}
