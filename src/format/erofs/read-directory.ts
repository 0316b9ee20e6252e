// The entries of a directory, block by block.

import { type ByteString, byteStringOf } from '../../bytes/index.js';
import { NAME_UNITS, type Source } from '../../io/index.js';
import { dirent, MAX_NAME } from './dirent.js';
import type { FoundInode } from './read-inode.js';
import { damaged, type InodeRef, inodeRef, type Volume } from './read-volume.js';

/** A name, and its inode. */
export interface Name {
  readonly name: ByteString;
  readonly ref: InodeRef;
}

/** All names in a directory except `.` and `..`, in the order of its blocks. */
export async function namesIn(volume: Volume, { size, at }: FoundInode, content: Source): Promise<Name[]> {
  const names: Name[] = [];
  const seen = new Set<ByteString>();
  for (let offset = 0; offset < size; offset += volume.blockSize) {
    const block = new Uint8Array(Math.min(volume.blockSize, size - offset));
    volume.work.spend(block.length);
    await content.read(offset, block);
    for (const entry of namesOf(block, at)) {
      volume.work.spend(NAME_UNITS);
      if (seen.has(entry.name)) throw damaged('directory', 'A directory has a name twice.', at);
      seen.add(entry.name);
      if (entry.name !== '.' && entry.name !== '..') names.push(entry);
    }
  }
  return names;
}

/** The names of one block. */
function* namesOf(block: Uint8Array, at: number): Generator<Name> {
  const view = new DataView(block.buffer);
  const first = block.length < dirent.size ? 0 : dirent.decode(block, 0).nameAt;
  if (first === 0 || first % dirent.size !== 0 || first > block.length) {
    throw damaged('directory', 'A block of a directory has a wrong number of entries.', at);
  }
  let nameAt = first;
  for (let entryAt = 0; entryAt < first; entryAt += dirent.size) {
    const isLast = entryAt + dirent.size === first;
    const end = isLast ? endOfLast(block, nameAt) : view.getUint16(entryAt + dirent.size + 8, true);
    if (end <= nameAt || end > block.length || end - nameAt > MAX_NAME) {
      throw damaged('directory', 'An entry of a directory has no name, or one that is too long.', at);
    }
    const name = byteStringOf(block.subarray(nameAt, end));
    if (/[/\0]/.test(name)) throw damaged('directory', 'A directory has a name that cannot be.', at);
    yield { name, ref: inodeRef(view.getUint32(entryAt, true), view.getUint32(entryAt + 4, true)) };
    nameAt = end;
  }
}

/** Zeros may follow the last name. */
function endOfLast(block: Uint8Array, nameAt: number): number {
  const zero = block.indexOf(0, nameAt);
  return zero < 0 ? block.length : zero;
}
