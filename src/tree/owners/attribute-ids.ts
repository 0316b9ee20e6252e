// User and group ids in extended attributes: access lists, and capabilities of a user namespace (Linux,
// include/uapi/linux/capability.h).

import { ACL_ENTRY, ACL_HEADER, ACL_TAG } from '../../bytes/index.js';
import type { Xattr } from '../node.js';

const ACCESS_LISTS = new Set<string>(['system.posix_acl_access', 'system.posix_acl_default']);

const CAPABILITY = 'security.capability';
/** Revision 3 ends with the user id of the namespace's root user; revision 2 is for the root user of the system. */
const REVISION_3 = 0x0300_0000;
const REVISION_2 = 0x0200_0000;
const REVISION_MASK = 0xff00_0000;
const SIZE_3 = 24;
const SIZE_2 = 20;

/** Maps an id. */
export type ChangeId = (id: number) => number;

/** The attribute with mapped ids. Capabilities for the root user of the namespace become capabilities for that of the system. */
export function withIds(xattr: Xattr, user: ChangeId, group: ChangeId): Xattr {
  if (ACCESS_LISTS.has(xattr.name)) return { ...xattr, value: listWithIds(xattr.value, user, group) };
  return xattr.name === CAPABILITY ? { ...xattr, value: capabilityWithIds(xattr.value, user) } : xattr;
}

function listWithIds(value: Uint8Array, user: ChangeId, group: ChangeId): Uint8Array {
  const changed = value.slice();
  const view = new DataView(changed.buffer);
  for (let at = ACL_HEADER; at + ACL_ENTRY <= changed.length; at += ACL_ENTRY) {
    const change = { [ACL_TAG.namedUser]: user, [ACL_TAG.namedGroup]: group }[view.getUint16(at, true)];
    if (change) view.setUint32(at + 4, change(view.getUint32(at + 4, true)), true);
  }
  return changed;
}

function capabilityWithIds(value: Uint8Array, user: ChangeId): Uint8Array {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  if (value.length !== SIZE_3) return value;
  const magic = view.getUint32(0, true);
  if ((magic & REVISION_MASK) >>> 0 !== REVISION_3) return value;
  const root = user(view.getUint32(SIZE_2, true));
  const changed = value.slice(0, root === 0 ? SIZE_2 : SIZE_3);
  const into = new DataView(changed.buffer);
  if (root === 0) into.setUint32(0, (magic & ~REVISION_MASK) | REVISION_2, true);
  else into.setUint32(SIZE_2, root, true);
  return changed;
}
