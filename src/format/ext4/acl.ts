// POSIX ACLs: the form of the xattr interface (version 2, every entry 8 bytes) and the shorter one on disk (version 1,
// ids only where they mean something). acl(5); kernel fs/ext4 and posix_acl_xattr document the two layouts.

const INTERFACE_VERSION = 2;
const DISK_VERSION = 1;
const HEADER = 4;
const INTERFACE_ENTRY = 8;
const SHORT_ENTRY = 4;
/** The id of entries that name nobody. */
const NO_ID = 0xffff_ffff;

const NAMED_USER = 0x02;
const NAMED_GROUP = 0x08;
const TAGS = new Set([0x01, NAMED_USER, 0x04, NAMED_GROUP, 0x10, 0x20]);

/** The on-disk form of an ACL as getxattr gives it; undefined if the value is not an ACL. */
export function diskAcl(value: Uint8Array): Uint8Array | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length < HEADER || (value.length - HEADER) % INTERFACE_ENTRY !== 0) return undefined;
  if (view.getUint32(0, true) !== INTERFACE_VERSION) return undefined;
  const result = new Uint8Array(value.length);
  const out = new DataView(result.buffer);
  out.setUint32(0, DISK_VERSION, true);
  let end = HEADER;
  for (let at = HEADER; at < value.length; at += INTERFACE_ENTRY) {
    const tag = view.getUint16(at, true);
    if (!TAGS.has(tag)) return undefined;
    out.setUint16(end, tag, true);
    out.setUint16(end + 2, view.getUint16(at + 2, true), true);
    end += SHORT_ENTRY;
    if (tag !== NAMED_USER && tag !== NAMED_GROUP) continue;
    out.setUint32(end, view.getUint32(at + 4, true), true);
    end += 4;
  }
  return result.subarray(0, end);
}

/** The form of the xattr interface of an ACL on disk; undefined if the value is not an ACL. */
export function interfaceAcl(value: Uint8Array): Uint8Array | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length < HEADER || view.getUint32(0, true) !== DISK_VERSION) return undefined;
  const result = new Uint8Array(HEADER + Math.ceil((value.length - HEADER) / SHORT_ENTRY) * INTERFACE_ENTRY);
  const out = new DataView(result.buffer);
  out.setUint32(0, INTERFACE_VERSION, true);
  let end = HEADER;
  for (let at = HEADER; at < value.length; end += INTERFACE_ENTRY) {
    if (at + SHORT_ENTRY > value.length) return undefined;
    const tag = view.getUint16(at, true);
    const named = tag === NAMED_USER || tag === NAMED_GROUP;
    if (!TAGS.has(tag) || (named && at + INTERFACE_ENTRY > value.length)) return undefined;
    out.setUint16(end, tag, true);
    out.setUint16(end + 2, view.getUint16(at + 2, true), true);
    out.setUint32(end + 4, named ? view.getUint32(at + 4, true) : NO_ID, true);
    at += named ? INTERFACE_ENTRY : SHORT_ENTRY;
  }
  return result.subarray(0, end);
}
