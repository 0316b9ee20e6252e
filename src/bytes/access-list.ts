// POSIX access lists as values of the attributes system.posix_acl_… (Linux, include/uapi/linux/posix_acl_xattr.h): a version, then
// entries of a tag, permissions and an id.

export const ACL_VERSION = 2;
/** Bytes of the version, and of each entry. */
export const ACL_HEADER = 4;
export const ACL_ENTRY = 8;
/** Whom an entry is for. */
export const ACL_TAG = {
  owner: 0x01,
  namedUser: 0x02,
  group: 0x04,
  namedGroup: 0x08,
  mask: 0x10,
  others: 0x20,
} as const;
/** The id of entries that name nobody. */
export const NO_ACL_ID = 0xffff_ffff;
