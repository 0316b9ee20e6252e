// Restores the owners that a tree has inside a container, if it was unpacked or made outside without privileges.

import { displayText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { FileTree } from '../file-tree.js';
import { type Node, special } from '../node.js';
import { mapNodes } from '../rewrite.js';
import { walk } from '../walk.js';
import { withIds } from './attribute-ids.js';
import { containerId, type IdMap } from './id-map.js';
import { isOwnerAttribute, storedOwner } from './stored-owners.js';

/** How owners are restored. */
export interface OwnerRules {
  /**
   * Ranges of ids: the first one in the container, and the same one on the host where the tree was made. Default: ids stay.
   */
  readonly map?: {
    readonly users: readonly { readonly container: number; readonly host: number; readonly count: number }[];
    readonly groups: readonly { readonly container: number; readonly host: number; readonly count: number }[];
  };
  /** Use owners, modes and devices that rootless tools stored in attributes, and drop these attributes. Default false. */
  readonly stored?: boolean;
}

class Unmapped extends Error {
  constructor(
    readonly node: Node,
    readonly what: string,
  ) {
    super();
  }
}

/**
 * The tree with the owners, access lists and capabilities that it has inside the container. Throws {@link InvalidInputError} `tree.id-unmapped` for an
 * owner in no range of the map.
 */
export function restoreOwners(tree: FileTree, { map, stored = false }: OwnerRules): FileTree {
  if (!map && !stored) return tree;
  const all = map ?? { users: [], groups: [] };
  try {
    return mapNodes(tree, (node) => restored(node, all, stored));
  } catch (error) {
    if (!(error instanceof Unmapped)) throw error;
    const path = [...walk(tree)].find(({ node }) => node === error.node)?.path;
    const shown = path === undefined || path === '' ? '/' : displayText(path);
    throw new InvalidInputError('tree.id-unmapped', `${shown} has the ${error.what}, which the id map does not have.`, {
      path: shown,
      hint: 'Add a range with this number.',
    });
  }
}

function restored(node: Node, { users, groups }: IdMap, wantsStored: boolean): Node {
  const mapped = (ranges: IdMap['users'], id: number, what: string) => {
    const inside = containerId(ranges, id);
    if (inside === undefined) throw new Unmapped(node, `${what} ${id}`);
    return inside;
  };
  const user = (id: number) => mapped(users, id, 'user');
  const group = (id: number) => mapped(groups, id, 'group');
  const own = wantsStored ? storedOwner(node) : undefined;
  const uid = own?.uid ?? user(node.uid);
  const gid = own?.gid ?? group(node.gid);
  const kept = own ? node.xattrs.filter(({ name }) => !isOwnerAttribute(name)) : node.xattrs;
  const hasIds = users.length + groups.length > 0 && kept.length > 0;
  const xattrs = hasIds ? kept.map((xattr) => withIds(xattr, user, group)) : kept;
  const mode = own?.mode ?? node.mode;
  if (own?.device && node.kind === 'file') {
    const { kind, major, minor } = own.device;
    return special(kind, { mode, uid, gid, mtime: node.mtime, xattrs }, major, minor);
  }
  const isSame = uid === node.uid && gid === node.gid && mode === node.mode && xattrs === node.xattrs;
  return isSame ? node : { ...node, uid, gid, mode, xattrs };
}
