// A layer of an image: a disc, a partition, a file that is an image itself.

import type { Run, Source } from '../io/index.js';
import type { FileTree } from '../tree/index.js';
import type { Report } from './finding.js';

/** A layer while it is checked. */
export interface Layer {
  /** The rest of an address after the name of the file: `/LiveOS/squashfs.img`; empty for the image itself. */
  readonly address: string;
  readonly image: Source;
  readonly report: Report;
  /** Whether an error has been reported. What the reader refuses then would only repeat it. */
  hasError(): boolean;
  readonly run: Run;
  /** File contents are not read. */
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
