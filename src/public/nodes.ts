// Nodes of a tree, with names and contents as callers have them.

import { type PathLike, pathBytes } from '../bytes/index.js';
import { bytesSource, type Content, type ExactContent, type SealedOpenContent } from '../io/index.js';
import * as tree from '../tree/index.js';

/** A directory; entries may come in any order. Throws {@link InvalidInputError} for names that no file system can hold, and for a name given twice. */
export function directory<C extends Content = ExactContent>(
  given: Partial<tree.Attributes>,
  entries: Iterable<readonly [PathLike, tree.Node<C>]> = [],
): tree.Directory<C> {
  return tree.directory(
    given,
    Array.from(entries, ([name, node]) => [pathBytes(name), node] as const),
  );
}

/**
 * A file of a text as UTF-8, of bytes, or of content, which a plan is too. Throws {@link InvalidInputError} for a plan with seals
 * whose size is unknown, such as a tagged ISO with a compressed squashfs in it: its seals would be missing in another image.
 */
export function file(content: string | Uint8Array, given?: Partial<tree.Attributes>): tree.File;
export function file<C extends Content>(
  content: C extends SealedOpenContent ? never : C,
  given?: Partial<tree.Attributes>,
): tree.File<C>;
export function file(content: string | Uint8Array | Content, given: Partial<tree.Attributes> = {}): tree.File<Content> {
  return tree.file<Content>(contentOf(content), given);
}

function contentOf(content: string | Uint8Array | Content): Content {
  if (typeof content === 'string') return bytesSource(new TextEncoder().encode(content));
  return content instanceof Uint8Array ? bytesSource(content) : content;
}

/** A symbolic link to `target`. */
export function symlink(target: PathLike, given: Partial<tree.Attributes> = {}): tree.Symlink {
  return tree.symlink(pathBytes(target), given);
}
