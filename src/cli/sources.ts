// Several sources as one tree: each with the part of it that is wanted, at its place, over those before it.

import { type ByteString, displayText } from '../bytes/index.js';
import { InvalidInputError, UsageError } from '../errors.js';
import { FileTree, follow, layOver, placedAt } from '../tree/index.js';
import { argumentBytes } from './argument-bytes.js';
import { refuseRemains, withoutImage } from './image-in-source.js';
import type { OpenedSource } from './image-source.js';
import type { Session } from './session.js';
import { openSource, type SourceOptions } from './source.js';
import { parseSourceName, type SourceName } from './source-name.js';

/** Reads sources and lays them over each other; an older `image` in one of them is left out. */
export async function openSources(
  sources: readonly string[],
  image: string,
  options: SourceOptions,
  session: Session,
): Promise<OpenedSource> {
  const names = sources.map((source) => parseSourceName(argumentBytes(source)));
  if (names.filter(({ path }) => path === '-').length > 1) {
    throw new UsageError('usage.sources', 'Only one source can be standard input.');
  }
  // Not the opened sources: their trees would stay as long as the files do.
  const closings: OpenedSource['close'][] = [];
  const close = async () => {
    for (const closeOne of closings) await closeOne();
  };
  try {
    let tree: FileTree | undefined;
    for (const name of names) {
      if (image !== '-') await refuseRemains(name.path, image);
      const opened = await openSource(name.path, image, optionsFor(name, options), session);
      closings.push(opened.close);
      const whole = image === '-' ? opened.tree : await withoutImage(opened.tree, name.path, image, session);
      const placed = placedPart(whole, name);
      tree = tree ? layOver(tree, placed) : placed;
    }
    return { tree: tree!, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Patterns are about the whole tree, so they apply to a source that goes elsewhere only when it is there. */
function optionsFor({ part, into }: SourceName, options: SourceOptions): SourceOptions {
  return part === undefined && into === undefined ? options : { ...options, exclude: [], excludeFrom: [] };
}

function placedPart(tree: FileTree, { path, part, into }: SourceName): FileTree {
  const wanted = part === undefined ? tree : partOf(tree, path, part);
  if (into === undefined) return wanted;
  if (into.split('/').includes('..')) {
    throw new UsageError('usage.sources', `${displayText(into)} leads out of the tree.`);
  }
  return placedAt(into, wanted.root);
}

function partOf(tree: FileTree, path: ByteString, part: ByteString): FileTree {
  const node = follow(tree, part);
  if (node?.kind === 'directory') return new FileTree(node);
  const shown = `${displayText(path)}#${displayText(part)}`;
  const message = node ? `${shown} is not a directory.` : `There is no ${displayText(part)} in ${displayText(path)}.`;
  throw new InvalidInputError('cli.source-part', message, { path: shown });
}
