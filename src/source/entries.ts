// System facts about the entries of a directory, for both engines.

import type { ByteString, Timestamp } from '../bytes/index.js';
import type { FileIdentity } from '../io/index.js';
import type { Xattr } from '../tree/index.js';

/** The results of lstat(2), readlink(2), listxattr(2) and getxattr(2) for an entry. */
export interface EntryFacts {
  /** Type and permissions, as in st_mode. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** To find the entry again. */
  readonly identity: FileIdentity;
  /** Names of the inode. */
  readonly links: number;
  /** Bytes. */
  readonly size: number;
  /** Bytes that the file system has set aside for it. */
  readonly allocated: number;
  readonly mtime: Timestamp;
  /** Device numbers, of a device. */
  readonly major: number;
  readonly minor: number;
  /** Where a symbolic link leads; empty for anything else. */
  readonly target: ByteString;
  /** Sorted by name. */
  readonly xattrs: readonly Xattr[];
}

/** Some entries of one directory, in byte order of their names. */
export interface Entries {
  readonly count: number;
  name(index: number): ByteString;
  /** Throws what the system says about the entry, an error with an errno's name as `code`. */
  facts(index: number): EntryFacts;
  /** The file system that the entry is on. */
  device(index: number): bigint;
  /** File system and inode. */
  identity(index: number): bigint;
  /** Whether it is known, without asking the system again, to be a directory. */
  isKnownDirectory(index: number): boolean;
  /** Frees memory; no facts are requested afterwards. */
  close(): void;
}

/** The entries of a directory, part after part. */
export interface Listing {
  /** Undefined after the last part. Rejects with an error that has an errno's name as `code`. */
  next(): Promise<Entries | undefined>;
}

/** A remark on a scan: about something that is lost for certain, or that may have been there. */
export interface ScanNote {
  readonly text: string;
  readonly lost: boolean;
}

/** The directories of a tree in the order in which a scan enters them, some of them read before it does. */
export interface Ahead {
  /** The listing of the directory that was found at a path; another one in its place is an error. */
  take(path: ByteString, found: FileIdentity): Listing;
  /** A walk over the entries of one directory begins; `isEntered` is asked about those that are directories. */
  below(path: ByteString, entries: Entries, isEntered: (index: number) => boolean): Walk | undefined;
}

/** Wants to know how far a walk over the entries of a directory is. */
export interface Walk {
  /** It has reached the entry at `index`. */
  goOn(index: number): void;
}

/** Chooses names in the directory at a path. */
export type KeepBelow = (path: ByteString) => (name: ByteString) => boolean;

/** Reads directories. */
export interface EntryReader {
  /** A directory itself, as its only entry; a symbolic link to one is followed. */
  top(path: ByteString): Promise<Entries>;
  /** For one scan. Names that `keep` refuses are not looked at. */
  ahead(keep: KeepBelow | undefined): Ahead;
  /** One sentence for each kind of attribute that was not read; called once, after the scan. */
  notes(): ScanNote[];
}

/** The name of a directory as an entry of itself. */
export const SELF = '.' as ByteString;
