// Which entries each of the trees on a disc shows. Data of hidden files stay on the disc.

import type { Content } from '../io/index.js';
import { exclude, type FileTree, type Node, select, walk } from '../tree/index.js';
import type { ResolvedDiscOptions, TreeName } from './options.js';

/** The tree without what one of the trees on the disc is not to show. */
export function shownIn(name: TreeName, tree: FileTree<Content>, { hide }: ResolvedDiscOptions): FileTree<Content> {
  return exclude(
    tree,
    hide.filter(({ from }) => from.includes(name)).map(({ pattern }) => pattern),
  );
}

/** The tree of UDF: without special files unless they are asked for. */
export function shownInUdf(tree: FileTree<Content>, options: ResolvedDiscOptions): FileTree<Content> {
  const shown = shownIn('udf', tree, options);
  return options.udfSpecialFiles || !hasSpecialFile(shown) ? shown : select(shown, (_, node) => !isSpecial(node));
}

/** Whether a node is neither a file nor a directory. */
export function isSpecial({ kind }: Node<Content>): boolean {
  return kind !== 'file' && kind !== 'directory';
}

function hasSpecialFile(tree: FileTree<Content>): boolean {
  for (const { node } of walk(tree)) if (isSpecial(node)) return true;
  return false;
}
