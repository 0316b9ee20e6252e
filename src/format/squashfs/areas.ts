// Where the parts of an image are: its superblock, the blocks of its files, its tables.

import type { Source } from '../../io/index.js';
import type { FormatArea } from '../../tree/index.js';
import { readSuperblock } from './read-volume.js';
import { storedSuperblock, superblock } from './superblock.js';

/** The first eight bytes at the offset of such a table lead to its blocks, which come before it. */
const INDIRECT = ['fragment table', 'export table', 'owner table', 'xattr table'];

/** The parts of an image, as its superblock places them. Throws {@link InvalidImageError} for a damaged superblock. */
export async function squashfsAreas(image: Source): Promise<FormatArea[]> {
  const found = await readSuperblock(image);
  const { at: superblockAt } = (await storedSuperblock(image))!;
  const tables: [name: string, at: number | undefined][] = [
    ['inode table', found.inodeTableAt],
    ['directory table', found.directoryTableAt],
    ['fragment table', found.fragmentTableAt],
    ['export table', found.exportTableAt],
    ['owner table', found.idTableAt],
    ['xattr table', found.xattrTableAt],
  ];
  const starts: { name: string; at: number }[] = [];
  for (const [name, at] of tables) {
    if (at === undefined) continue;
    const before = starts.at(-1)?.at ?? superblock.size;
    starts.push({ name, at: INDIRECT.includes(name) ? await firstBlock(image, before, at) : at });
  }
  const dataEnd = starts[0]!.at;
  return [
    { at: superblockAt, length: superblock.size, kind: 'head', name: 'superblock' },
    { at: superblock.size, length: dataEnd - superblock.size, kind: 'around', name: 'compressed files' },
    ...starts.map(({ name, at }, index): FormatArea => {
      const end = starts[index + 1]?.at ?? found.bytesUsed;
      return { at, length: end - at, kind: 'index', name };
    }),
  ];
}

/** Where the blocks of a table begin; the table itself where what it says is not possible. */
async function firstBlock(image: Source, before: number, at: number): Promise<number> {
  const pointer = new Uint8Array(8);
  if (at + pointer.length > image.size) return at;
  await image.read(at, pointer);
  const first = Number(new DataView(pointer.buffer).getBigUint64(0, true));
  return first >= before && first <= at ? first : at;
}
