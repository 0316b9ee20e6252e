// Parts that are only read when something else is damaged or the file system was not unmounted: copies of the superblock, the journal.

import { JOURNAL_MAGIC, journalSuperblock } from '../journal.js';
import { isSuperblockSealed, MAGIC, STATE_CLEAN, superblock } from '../superblock.js';
import type { CheckedImage } from './image.js';

/** Copies of the superblock say the same sizes; their counts and times may be old. */
export async function checkBackups(checked: CheckedImage): Promise<void> {
  const { superblock: own } = checked;
  for (const group of checked.backups()) {
    const at = checked.groupStart(group) * checked.blockSize;
    const bytes = await checked.bytes(at, superblock.size);
    if (!bytes) continue;
    const copy = superblock.decode(bytes);
    const isSame =
      copy.magic === MAGIC &&
      copy.blocksLow === own.blocksLow &&
      copy.inodes === own.inodes &&
      copy.logBlockSize === own.logBlockSize &&
      copy.uuid.every((byte, i) => byte === own.uuid[i]);
    if (!isSame)
      checked.report(
        'backup-superblock',
        `The copy of the superblock in group ${group} is of another file system.`,
        at,
      );
    else if (!isSuperblockSealed(copy, bytes)) {
      checked.report('backup-superblock', `The checksum of the copy of the superblock in group ${group} is wrong.`, at);
    }
  }
}

/** Whether the file system was unmounted, and whether its journal begins as one; `journalBlock` is its first block. */
export async function checkJournal(checked: CheckedImage, journalBlock: number | undefined): Promise<void> {
  const { superblock: own, features } = checked;
  if ((own.state & STATE_CLEAN) === 0 || features.has('needs_recovery')) {
    checked.structuralFault('not-clean', 'The file system was not unmounted cleanly, or has errors.');
  }
  if (!features.has('has_journal') || own.journalDevice !== 0 || checked.structural > 0) return;
  const bytes = journalBlock === undefined ? undefined : await checked.block(journalBlock);
  const head = bytes && journalSuperblock.decode(bytes);
  if (head && head.magic === JOURNAL_MAGIC && head.blockSize === checked.blockSize) return;
  checked.report('journal', 'The journal does not begin with its superblock.', (journalBlock ?? 0) * checked.blockSize);
}
