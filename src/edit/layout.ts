// The decisions of an edit as plain data, for reports and for `--plan`.

import type { Loss } from '../tree/index.js';

/** One entry that is different on the new disc. */
export interface EditedEntry {
  readonly path: string;
  readonly change: 'added' | 'replaced' | 'removed' | 'edited' | 'attributes';
  /** Bytes; absent for removed entries and directories. */
  readonly size?: number;
}

/** An image on the disc that was written again with other files. */
export interface EditedLayer {
  readonly path: string;
  readonly format: 'squashfs' | 'ext4' | 'erofs';
  /** Bytes of the new image. */
  readonly size: number;
  /** Bytes of files that stay, as the old image has them: compressed blocks are copied. */
  readonly copied: number;
  /** Bytes of new data before compression, with the holes of an image inside. */
  readonly compressed: number;
}

/** A menu in which another entry is the default. */
export interface DefaultOfMenu {
  /** Path on the disc; after `#` one in a FAT image of the disc. */
  readonly menu: string;
  /** As the boot loader of the menu names the entry. */
  readonly entry: string;
}

/** The decisions about an edited disc. */
export interface EditLayout {
  readonly format: 'iso9660';
  readonly volumeId: string;
  /** Bytes of the old and the new disc. */
  readonly oldSize: number;
  readonly size: number;
  /** Cuts: from block `from` on (2 KiB each), the old disc moves back by `by` blocks. */
  readonly moves: readonly { readonly from: number; readonly by: number }[];
  readonly entries: readonly EditedEntry[];
  /** Absent if no files inside images change. */
  readonly layers?: readonly EditedLayer[];
  /** The menus that have the entry which becomes the default; absent if none is asked for. */
  readonly defaultEntries?: readonly DefaultOfMenu[];
  /** The style of the media-check tag that is computed again. */
  readonly mediaCheck?: 'suse' | 'rh';
  /** Whether an edit is taken back: the new disc is the one before it. */
  readonly isReset?: boolean;
  /** Values of the old disc that cannot be kept. */
  readonly losses: readonly Loss[];
}
