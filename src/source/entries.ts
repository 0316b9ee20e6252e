// Facts of the system about the entries of a directory, and the interfaces that both engines have.

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
  /** Throws the error of the system about the entry, with the name of the errno as `code`. */
  facts(index: number): EntryFacts;
  /** The file system that the entry is on. */
  device(index: number): bigint;
  /** File system and inode. */
  identity(index: number): bigint;
  /** Whether the entry is known to be a directory without another system call. */
  isKnownDirectory(index: number): boolean;
  /** Frees memory. No facts may be requested afterwards. */
  close(): void;
}

/** The entries of a directory, in parts. */
export interface Listing {
  /** Undefined after the last part. Rejects with an error that has an errno's name as `code`. */
  next(): Promise<Entries | undefined>;
}

/** A remark about something that a scan lost for certain, or may have missed. */
export interface ScanNote {
  readonly text: string;
  readonly lost: boolean;
}

/** Reads directories ahead of the scan that enters them. */
export interface ReadAhead {
  /** The listing of the directory that was found at a path. It is an error if another one has taken its place. */
  take(path: ByteString, found: FileIdentity): Listing;
  /** Called when a walk over the entries of a directory begins. `isEntered` says which of its directories the scan will enter. */
  below(path: ByteString, entries: Entries, isEntered: (index: number) => boolean): WalkProgress | undefined;
}

/** Follows the walk over the entries of a directory. */
export interface WalkProgress {
  /** The walk has reached the entry at `index`. */
  reached(index: number): void;
}

/** Chooses names in the directory at a path. */
export type KeepBelow = (path: ByteString) => (name: ByteString) => boolean;

/** Reads directories. */
export interface EntryReader {
  /** A directory itself, as its only entry; a symbolic link to one is followed. */
  top(path: ByteString): Promise<Entries>;
  /** Starts reading ahead for one scan. Names that `keep` refuses are not examined. */
  ahead(keep: KeepBelow | undefined): ReadAhead;
  /** One sentence for each kind of attribute that was not read; called once, after the scan. */
  notes(): ScanNote[];
}

/** The name of a directory as an entry of itself. */
export const SELF = '.' as ByteString;
