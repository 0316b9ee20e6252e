// The journal of an image that was not unmounted cleanly: it can be read if the journal has nothing to replay.

import { JOURNAL_MAGIC, journalSuperblock } from './journal.js';
import { extentsIn } from './read-blocks.js';
import { unsupported } from './read-superblock.js';
import type { Volume } from './read-volume.js';

/**
 * Remarks about the journal, none for a file system that was unmounted cleanly. Throws {@link UnsupportedError} if changes
 * are pending in it: without them the image shows an older state, or a mixture.
 */
export async function journalNotes(volume: Volume): Promise<string[]> {
  if (!volume.features.has('needs_recovery')) return [];
  const { journalInode, journalDevice } = volume.superblock;
  if (journalDevice !== 0 || journalInode === 0) {
    unsupported('The file system was not unmounted cleanly, and its journal is on another device. e2fsck replays it.');
  }
  const [first] = await extentsIn(volume, await volume.inode(journalInode), volume.blockSize);
  if (!first)
    unsupported('The file system was not unmounted cleanly, and its journal has no blocks. e2fsck repairs it.');
  const { magic, start } = journalSuperblock.decode(await volume.block(first.block));
  if (magic !== JOURNAL_MAGIC || start !== 0) {
    unsupported('The file system was not unmounted cleanly: its journal has pending changes. e2fsck replays them.');
  }
  return ['The file system was not unmounted cleanly. Its journal is empty: all written data is read.'];
}
