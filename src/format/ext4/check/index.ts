// Checks an ext file system without changing it, as far as readers depend on it: structures and their checksums, blocks that
// files have, directories and links, bitmaps and counts.

import { bytesAt, type Source } from '../../../io/index.js';
import { isSuperblockSealed, MAGIC, SUPERBLOCK_AT, superblock } from '../superblock.js';
import { checkBackups, checkJournal } from './backups.js';
import { BlockUse, claimMetadata } from './block-use.js';
import { checkCounts } from './counts.js';
import { checkDirectories } from './directories.js';
import { CheckedImage, type ReportExt4Fault } from './image.js';
import { scanInodes } from './inodes.js';

export type { Ext4Fault, ReportExt4Fault } from './image.js';

/** Features whose structures are not known here. */
const UNKNOWN = ['journal_dev', 'compression', 'dirdata'];

/**
 * Reports the faults of an image. One fault of a structure hides what would only repeat it: counts are compared where all
 * structures are sound. Never throws because of what its bytes are.
 */
export async function checkExt4(image: Source, report: ReportExt4Fault): Promise<void> {
  const bytes = await bytesAt(image, SUPERBLOCK_AT, superblock.size);
  if (!bytes) return;
  const found = superblock.decode(bytes);
  if (found.magic !== MAGIC || found.logBlockSize > 6)
    return report('superblock', 'The superblock is damaged.', SUPERBLOCK_AT);
  if (!isSuperblockSealed(found, bytes)) {
    return report('superblock', 'The checksum of the superblock is wrong.', SUPERBLOCK_AT);
  }
  const checked = new CheckedImage(image, found, report);
  if (UNKNOWN.some((name) => checked.features.has(name))) return;
  const { fault } = checked;
  if (fault !== undefined) return report('superblock', fault, SUPERBLOCK_AT);
  const size = checked.blocks * checked.blockSize;
  if (size > image.size) {
    return report('truncated', `The file system has ${size} bytes, and the image only ${image.size}.`, image.size);
  }
  await checkStructures(checked);
}

async function checkStructures(checked: CheckedImage): Promise<void> {
  await checked.readDescriptors();
  if (checked.isHuge) return;
  const use = new BlockUse(checked);
  claimMetadata(checked, use);
  const inodes = await scanInodes(checked, use);
  await checkDirectories(checked, inodes);
  await checkJournal(checked, inodes.journalBlock);
  await checkCounts(checked, use, inodes);
  await checkBackups(checked);
}
