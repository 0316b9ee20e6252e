// Makes the entries of a directory with all their attributes, by one of two engines.

import type { ByteString } from '../bytes/index.js';
import type { ExactContent, HeldDirectory, Run } from '../io/index.js';
import type { Node } from '../tree/index.js';

/** A directory of the running system, which may no longer be open. */
export type EntryDirectory = Pick<HeldDirectory, 'path' | 'identity'>;

/** An entry to make in a directory of the running system. */
export interface NewEntry {
  readonly directory: EntryDirectory;
  readonly name: ByteString;
  readonly node: Node;
  /** All bytes of a regular file. */
  readonly data?: Uint8Array;
  /** The content of a regular file that the maker {@link EntryMaker.reads | reads} itself. */
  readonly stored?: ExactContent;
  /** Whether it exists, and only needs its mode, owner, time and extended attributes. */
  readonly exists: boolean;
}

/** Steps of making an entry, in the order in which they are taken. */
export type Step = 'create' | 'write' | 'owner' | 'attribute' | 'mode' | 'time' | 'content';

export interface EntryFault {
  readonly step: Step;
  /** Name of the errno. */
  readonly errno: string;
}

/** The owners and attributes that entries get. */
export interface MakeOptions {
  /** Set users and groups. Otherwise entries belong to this user, without setuid and setgid, which would lend this user's identity. */
  readonly owners: boolean;
  readonly xattrs: boolean;
}

/** How the bytes of a file get into it. */
export interface FileWriting {
  readonly run: Run;
  /** Receives how many bytes of the file are there at least. */
  readonly written: (bytes: number) => void;
}

/** The abilities of a maker. */
export interface MakerFeatures {
  readonly xattrs: boolean;
  /** Devices, pipes and sockets. */
  readonly specials: boolean;
  /** Times finer than a microsecond. */
  readonly nanoseconds: boolean;
}

export interface EntryMaker extends MakerFeatures {
  /** Memory for the data of entries. */
  allocate(length: number): Uint8Array;
  /** Whether the maker reads a content itself, out of the file of its image. */
  reads(content: ExactContent): boolean;
  /**
   * Makes entries in order, and returns the fault of each: one of `create` if its directory has been replaced, one of `content` if a
   * stored content cannot be read, which leaves nothing. After a fault in the step `attribute` the other steps are still taken.
   * Data must not change until then.
   */
  make(entries: readonly NewEntry[], options: MakeOptions): Promise<readonly (EntryFault | undefined)[]>;
  /**
   * Writes a content that the maker reads itself to an open, empty file; holes are not written. Resolves to false if it cannot be read.
   * Rejects with the error of writing.
   */
  fill(fd: number, content: ExactContent, writing: FileWriting): Promise<boolean>;
  /** Gives up what it has of images. Nothing is made afterwards. */
  close(): void;
}

/** Bits that lend the identity of the owner. */
export const SETUID_SETGID = 0o6000;

/** The permission bits that an entry gets. */
export function modeOf(node: Node, { owners }: MakeOptions): number {
  return owners || node.kind === 'directory' ? node.mode : node.mode & ~SETUID_SETGID;
}
