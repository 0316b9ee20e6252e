// POSIX ACLs: the form of the xattr interface (version 2, every entry 8 bytes) and the shorter one on disk (version 1,
// ids only where they mean something). acl(5); kernel fs/ext4 and posix_acl_xattr document the two layouts.

import { ACL_ENTRY, ACL_HEADER, ACL_TAG, ACL_VERSION, NO_ACL_ID } from '../../bytes/index.js';

const DISK_VERSION = 1;
const SHORT_ENTRY = 4;
const TAGS = new Set<number>(Object.values(ACL_TAG));

/** The on-disk form of an ACL as getxattr gives it; undefined if the value is not an ACL. */
export function diskAcl(value: Uint8Array): Uint8Array | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length < ACL_HEADER || (value.length - ACL_HEADER) % ACL_ENTRY !== 0) return undefined;
  if (view.getUint32(0, true) !== ACL_VERSION) return undefined;
  const result = new Uint8Array(value.length);
  const out = new DataView(result.buffer);
  out.setUint32(0, DISK_VERSION, true);
  let end = ACL_HEADER;
  for (let at = ACL_HEADER; at < value.length; at += ACL_ENTRY) {
    const tag = view.getUint16(at, true);
    if (!TAGS.has(tag)) return undefined;
    out.setUint16(end, tag, true);
    out.setUint16(end + 2, view.getUint16(at + 2, true), true);
    end += SHORT_ENTRY;
    if (tag !== ACL_TAG.namedUser && tag !== ACL_TAG.namedGroup) continue;
    out.setUint32(end, view.getUint32(at + 4, true), true);
    end += 4;
  }
  return result.subarray(0, end);
}

/** The form of the xattr interface of an ACL on disk; undefined if the value is not an ACL. */
export function interfaceAcl(value: Uint8Array): Uint8Array | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length < ACL_HEADER || view.getUint32(0, true) !== DISK_VERSION) return undefined;
  const result = new Uint8Array(ACL_HEADER + Math.ceil((value.length - ACL_HEADER) / SHORT_ENTRY) * ACL_ENTRY);
  const out = new DataView(result.buffer);
  out.setUint32(0, ACL_VERSION, true);
  let end = ACL_HEADER;
  for (let at = ACL_HEADER; at < value.length; end += ACL_ENTRY) {
    if (at + SHORT_ENTRY > value.length) return undefined;
    const tag = view.getUint16(at, true);
    const named = tag === ACL_TAG.namedUser || tag === ACL_TAG.namedGroup;
    if (!TAGS.has(tag) || (named && at + ACL_ENTRY > value.length)) return undefined;
    out.setUint16(end, tag, true);
    out.setUint16(end + 2, view.getUint16(at + 2, true), true);
    out.setUint32(end + 4, named ? view.getUint32(at + 4, true) : NO_ACL_ID, true);
    at += named ? ACL_ENTRY : SHORT_ENTRY;
  }
  return result.subarray(0, end);
}
