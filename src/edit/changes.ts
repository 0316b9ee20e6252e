// The changes of an edit as a caller asks for them.

import type { ByteString, Timestamp } from '../bytes/index.js';
import type { WeightRule } from '../disc/index.js';
import type { File, FileTree } from '../tree/index.js';

/** Entries that are added to the disc. */
export interface AddedTree {
  readonly tree: FileTree;
  /** Directory of the disc that the tree is added to; it is made if it is missing. Default: the root. */
  readonly at?: ByteString;
}

/** A file that gets other bytes; its owner and mode stay. */
export interface ReplacedFile {
  readonly path: ByteString;
  /** The new content and its time. */
  readonly file: File;
}

/** Another mode or owner of entries; what is absent stays. */
export interface AttributeChange {
  /** A path, or a pattern that counts from the root and matches at least one entry. */
  readonly path: ByteString;
  /** Permission bits. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** Changes of entries; all are optional. */
export interface TreeChanges {
  /** Patterns of entries that are removed, before anything is replaced or added. */
  readonly remove?: readonly ByteString[];
  readonly replace?: readonly ReplacedFile[];
  readonly add?: readonly AddedTree[];
  /** Applied last, so that they can be for added entries too. */
  readonly attributes?: readonly AttributeChange[];
}

/** Changes of the files in an image on the disc, such as the root file system of a live medium. */
export interface LayerChanges extends TreeChanges {
  /** The image: a squashfs, ext4 or EROFS file, also one inside such an image (`LiveOS/squashfs.img/LiveOS/rootfs.img`). */
  readonly path: ByteString;
}

/** The treatment of the media-check tag of the disc: computed again, left as it is, or removed. */
export type MediaCheck = 'redo' | 'keep' | 'drop';

/** Kinds of answers that a system takes from its boot medium. */
export const SEED_KINDS = [
  'nocloud',
  'autoinstall',
  'kickstart',
  'preseed',
  'ignition',
  'combustion',
  'agama',
] as const;
/** The kind of the answers: which system reads them. */
export type SeedKind = (typeof SEED_KINDS)[number];

/** Answers for an installer or a first boot: a directory, or one file with its original name. */
export type Seed =
  | { readonly kind: SeedKind; readonly tree: FileTree }
  | { readonly kind: SeedKind; readonly file: File; readonly name: ByteString };

/** Kernel arguments that are added to every entry of every menu, or removed from it. */
export interface KernelArguments {
  /** An argument that an entry has already is not added again. */
  readonly add?: readonly string[];
  /** `quiet` removes that word and `quiet=…`; `console=tty0` removes only that. */
  readonly remove?: readonly string[];
}

/** Changes of a disc; all are optional. */
export interface EditChanges extends TreeChanges {
  /** Changes inside images on the disc. */
  readonly inside?: readonly LayerChanges[];
  /** The new label. Menus that find the medium by the old one get it too. */
  readonly volumeId?: string;
  readonly kernelArguments?: KernelArguments;
  /** The entry that menus start by default: its number from 0, or its title, label or identifier. */
  readonly defaultEntry?: string | number;
  /** Seconds until menus start their default entry; with `never` they wait until somebody chooses one. */
  readonly timeout?: number | 'never';
  readonly seeds?: readonly Seed[];
  /** A tree that the kernel unpacks after every initrd that menus load. */
  readonly initrdAppend?: FileTree;
  /** Which new data come first: heavier files, by the first rule that matches. Files that stay keep their places. */
  readonly sort?: readonly WeightRule[];
  /**
   * Whether the new disc keeps all bytes of the old one, so that `planReset` gives that disc again. Removed and replaced files stay in their
   * blocks then, which no directory shows. Default false.
   */
  readonly resettable?: boolean;
  /** Default `redo` if the disc has a tag. */
  readonly mediaCheck?: MediaCheck;
  /** Time of files that the edit makes. Default: when the volume was made. */
  readonly epoch?: Timestamp;
}
