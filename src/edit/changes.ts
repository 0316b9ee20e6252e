// The changes of an edit as a caller asks for them.

import type { ByteString, Timestamp } from '../bytes/index.js';
import type { File, FileTree } from '../tree/index.js';

/** Entries that are put on the disc. */
export interface AddedTree {
  readonly tree: FileTree;
  /** Directory of the disc to which the root of the tree is added; it is made if it is not there. Default: the root. */
  readonly at?: ByteString;
}

/** A file that gets other bytes; its owner and mode stay. */
export interface ReplacedFile {
  readonly path: ByteString;
  /** The new content and its time. */
  readonly file: File;
}

/** The fate of the media-check tag of the disc: computed again, left as it is, or removed. */
export type MediaCheck = 'redo' | 'keep' | 'drop';

/** Systems that take answers from the medium they boot from. */
export const SEED_KINDS = [
  'nocloud',
  'autoinstall',
  'kickstart',
  'preseed',
  'ignition',
  'combustion',
  'agama',
] as const;
/** A system that takes answers from the medium. */
export type SeedKind = (typeof SEED_KINDS)[number];

/** Answers for an installer or a first boot: a directory, or one file with the name that it had. */
export type Seed =
  | { readonly kind: SeedKind; readonly tree: FileTree }
  | { readonly kind: SeedKind; readonly file: File; readonly name: ByteString };

/** Kernel arguments to add to every entry of every menu, and to take away. */
export interface KernelArguments {
  /** An argument that an entry has already is not added again. */
  readonly add?: readonly string[];
  /** `quiet` takes that word and `quiet=…` away; `console=tty0` only this. */
  readonly remove?: readonly string[];
}

/** Changes of a disc; all are optional. */
export interface EditChanges {
  /** Patterns of entries that are removed, before anything is added. */
  readonly remove?: readonly ByteString[];
  readonly add?: readonly AddedTree[];
  readonly replace?: readonly ReplacedFile[];
  /** The new label. Menus that find the medium by the old one get it too. */
  readonly volumeId?: string;
  readonly kernelArguments?: KernelArguments;
  /** The entry that menus start: its number from 0, or its title, label or identifier. */
  readonly defaultEntry?: string | number;
  /** Seconds until menus start it. */
  readonly timeout?: number;
  readonly seeds?: readonly Seed[];
  /** A tree that is unpacked over every initrd that menus load. */
  readonly initrdAppend?: FileTree;
  /** Default `redo` if the disc has a tag. */
  readonly mediaCheck?: MediaCheck;
  /** Time of files that the edit makes. Default: when the volume was made. */
  readonly epoch?: Timestamp;
}
