// A layer of an image: a disc, a partition, or a file that is itself an image.

import type { Run, Source } from '../io/index.js';
import type { FileTree } from '../tree/index.js';
import type { Report } from './finding.js';

/** A layer while it is checked. */
export interface Layer {
  /** The part of its address after the file: `/LiveOS/squashfs.img`; empty for the image itself. */
  readonly address: string;
  readonly image: Source;
  readonly report: Report;
  /** Whether an error has been reported. Errors of the reader would then only repeat it. */
  hasError(): boolean;
  readonly run: Run;
  /** Whether file contents are left unread. */
  readonly fast: boolean;
}

/** A file system that was checked, with its files. */
export interface CheckedVolume {
  readonly layer: Layer;
  /** `iso9660`, `fat32`, `ext4` … */
  readonly kind: string;
  readonly label: string | undefined;
  readonly uuid: string | undefined;
  /** Absent if its files cannot be listed. */
  readonly tree: FileTree | undefined;
}
