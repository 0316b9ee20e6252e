// The attributes that two kinds of trees can both hold. Only these are compared: squashfs has whole seconds where a directory has nanoseconds,
// and a FAT volume has no owners.

/** The attributes that a kind of tree holds. */
export interface HeldAttributes {
  /** Resolution of times in nanoseconds; undefined without times. */
  readonly time: number | undefined;
  readonly modes: boolean;
  readonly owners: boolean;
  /** Beginnings of the names of extended attributes. */
  readonly xattrs: readonly string[];
  /** Hard links. ISO 9660 may have them, and most discs do not. */
  readonly links: boolean;
}

const SECOND = 1_000_000_000;
const ALL = ['user.', 'trusted.', 'security.', 'system.'];
const POSIX = { modes: true, owners: true, links: true };
const PLAIN = { modes: false, owners: false, xattrs: [], links: false };

/** By the form of an image (its kind, or the view of a disc), and `directory`. */
const FORMS: Readonly<Record<string, HeldAttributes>> = {
  directory: { ...POSIX, time: 1, xattrs: ALL },
  tar: { ...POSIX, time: SECOND, xattrs: ALL },
  cpio: { ...POSIX, time: SECOND, xattrs: [] },
  ext4: { ...POSIX, time: 1, xattrs: ALL },
  erofs: { ...POSIX, time: 1, xattrs: ALL },
  squashfs: { ...POSIX, time: SECOND, xattrs: ['user.', 'trusted.', 'security.'] },
  'rock-ridge': { ...POSIX, links: false, time: SECOND, xattrs: ALL },
  udf: { ...POSIX, links: false, time: 1000, xattrs: [] },
  joliet: { ...PLAIN, time: SECOND },
  iso9660: { ...PLAIN, time: SECOND },
  fat: { ...PLAIN, time: 2 * SECOND },
};
const UNKNOWN: HeldAttributes = { ...PLAIN, time: undefined };

/** The attributes that trees of two forms both hold. */
export function commonForm(a: string, b: string): HeldAttributes {
  const [first, second] = [FORMS[a] ?? UNKNOWN, FORMS[b] ?? UNKNOWN];
  const time = first.time === undefined || second.time === undefined ? undefined : Math.max(first.time, second.time);
  return {
    time,
    modes: first.modes && second.modes,
    owners: first.owners && second.owners,
    xattrs: first.xattrs.filter((prefix) => second.xattrs.includes(prefix)),
    links: first.links && second.links,
  };
}
