// The roles of a format whose images can be read: recognise an image, describe it, give its files as a tree.

import type { Timestamp } from '../bytes/index.js';
import type { Source, Spool } from '../io/index.js';
import type { FileTree } from './file-tree.js';
import type { TreeWatcher } from './tree-watcher.js';

/**
 * How certain a recognition is. `head`: the signature and the values next to it are those of the format. `confirmed`: a
 * checksum of the head is right, or a second structure is where the head says. Random bytes reach neither in practice; the
 * remains of an earlier file system on the same medium may reach `head`.
 */
export type Evidence = 'head' | 'confirmed';

/** The least that a format's recognition says. */
export interface Recognition {
  readonly evidence: Evidence;
}

/** One file system, described for people and reports. */
export interface FormatFacts {
  /** The name in reports, such as `ext3` or `fat32`. */
  readonly kind: string;
  /** Absent if the volume has no label. */
  readonly label?: string;
  /** The identifier that `blkid` reports as UUID; absent if there is none. */
  readonly uuid?: string;
  /** Bytes. */
  readonly size?: number;
  readonly extensions?: readonly string[];
  /** Everything else that its head says. */
  readonly details: Readonly<Record<string, string | number>>;
}

/** Bytes of an image that one of its format's structures uses. */
export interface FormatArea {
  readonly at: number;
  readonly length: number;
  /**
   * `head`: says what the volume is. `index`: says where its files are. `around`: a region that files and other structures may be
   * inside.
   */
  readonly kind: 'head' | 'index' | 'around';
  /** In the words of the format: `inode table`. */
  readonly name: string;
}

/** An image opened for reading. */
export interface ReadableImage {
  /** Names of the hierarchies over the same files, the one that keeps most first; empty if there is only one. */
  readonly views: readonly string[];
  /** Remarks for people about the state of the image. */
  readonly notes: readonly string[];
  /**
   * All files as a view shows them, by default the first. Throws {@link InvalidImageError} for a damaged image. Some formats call
   * `watch` while they read.
   */
  tree(view?: string, watch?: TreeWatcher): Promise<FileTree>;
}

/** A format whose images can be read. Every format folder exports one, and `image/formats.ts` lists them. */
export interface ImageFormat<Found extends Recognition = Recognition> {
  /** `ext4` stands for ext2 and ext3 too, `fat` for all its widths. */
  readonly kind: string;
  /** As people call it: `ext2 to ext4`. */
  readonly title: string;
  /** Whether it is an archive: it has no unused space, and nobody mounts it. */
  readonly isArchive?: true;
  /** Whether its volume may share an image and the files in it with a volume of another such format. */
  readonly sharesImage?: true;
  /** Undefined if the bytes are not of this format. Never throws because of what they are: only {@link open} may call an image damaged. */
  recognise(image: Source): Promise<Found | undefined>;
  facts(found: Found): FormatFacts;
  /**
   * Where its structures are, in any order. Those that a damaged image hides are left out, or the whole call throws
   * {@link InvalidImageError} or {@link UnsupportedError}. Absent for archives, which have only headers between their files.
   * @internal
   */
  areas?(image: Source): Promise<readonly FormatArea[]>;
  /**
   * `spool` takes what has to be unpacked, of formats that need it. Throws {@link InvalidImageError} for a damaged image,
   * {@link UnsupportedError} for features that are not read.
   */
  open(image: Source, spool?: Spool): Promise<ReadableImage>;
}

/** Without undefined values and empty texts. */
export function presentDetails(
  values: Readonly<Record<string, string | number | undefined>>,
): Record<string, string | number> {
  const present = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(present) as Record<string, string | number>;
}

/** `2023-11-14T22:13:20.000Z`; undefined for a time that is not given, or that no calendar has. */
export function isoTime(time: Timestamp | undefined): string | undefined {
  const date = new Date((time?.seconds ?? Number.NaN) * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
