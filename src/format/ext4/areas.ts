// Where the structures of a file system are: superblocks, descriptors, bitmaps, tables of inodes, the journal. Files are in its tree.

import type { Source } from '../../io/index.js';
import type { FormatArea } from '../../tree/index.js';
import { CheckedImage } from './check/image.js';
import { extentsIn } from './read-blocks.js';
import { Volume } from './read-volume.js';
import { superblockBlock } from './superblock.js';

/** The structures of an image. Throws {@link InvalidImageError} for a damaged one, {@link UnsupportedError} for features that are not read. */
export async function ext4Areas(image: Source): Promise<FormatArea[]> {
  const volume = await Volume.open(image);
  const groups = new CheckedImage(image, volume.superblock, () => {});
  await groups.readDescriptors();
  const { blockSize } = groups;
  const area = (block: number, count: number, kind: FormatArea['kind'], name: string): FormatArea => {
    return { at: block * blockSize, length: count * blockSize, kind, name };
  };
  const areas: FormatArea[] = groups.firstBlock === 0 ? [area(0, 1, 'head', 'superblock')] : [];
  const tail = groups.features.has('meta_bg') ? 0 : groups.descriptorBlocks;
  for (const group of [0, ...groups.backups()]) {
    const at = group === 0 ? superblockBlock(blockSize) : groups.groupStart(group);
    areas.push(area(at, 1, 'head', group === 0 ? 'superblock' : 'copy of the superblock'));
    if (tail > 0) areas.push(area(at + 1, tail, 'index', 'group descriptors'));
    const spare = groups.features.has('meta_bg') ? 0 : volume.superblock.reservedDescriptorBlocks;
    if (spare > 0) areas.push(area(at + 1 + tail, spare, 'index', 'reserved for growth'));
  }
  const tableBlocks = Math.ceil((groups.inodesPerGroup * groups.inodeSize) / blockSize);
  for (const { blockBitmap, inodeBitmap, inodeTable } of groups.descriptors) {
    areas.push(area(blockBitmap, 1, 'index', 'block bitmaps'), area(inodeBitmap, 1, 'index', 'inode bitmaps'));
    areas.push(area(inodeTable, tableBlocks, 'index', 'inode tables'));
  }
  return [...areas, ...(await journalAreas(volume))];
}

async function journalAreas(volume: Volume): Promise<FormatArea[]> {
  const { journalInode, journalDevice } = volume.superblock;
  if (!volume.features.has('has_journal') || journalDevice !== 0 || journalInode === 0) return [];
  const found = await volume.inode(journalInode);
  const { blocks, blockSize } = volume;
  return (await extentsIn(volume, found, blocks * blockSize)).map(({ block, length }) => {
    return { at: block * blockSize, length: length * blockSize, kind: 'index', name: 'journal' };
  });
}
