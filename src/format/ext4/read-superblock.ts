// The superblock of an image opened for reading, and the features that prevent it.

import { defined } from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import type { Source } from '../../io/index.js';
import { isSuperblockSealed, MAGIC, SUPERBLOCK_AT, type Superblock, superblock } from './superblock.js';

/** Features that prevent reading the tree. */
const UNREADABLE: Readonly<Record<string, string>> = {
  compression: 'no kernel ever read compressed files',
  journal_dev: 'it is the journal of another file system',
  dirdata: 'its directories contain additional data',
};

/** The superblock of an image. Throws {@link InvalidImageError} for an image without one, or with a damaged one. */
export async function readSuperblock(image: Source): Promise<Superblock> {
  const bytes = new Uint8Array(superblock.size);
  if (image.size >= SUPERBLOCK_AT + bytes.length) await image.read(SUPERBLOCK_AT, bytes);
  const found = superblock.decode(bytes);
  if (found.magic !== MAGIC) damaged('superblock', 'The image is not an ext file system.', SUPERBLOCK_AT);
  if (!isSuperblockSealed(found, bytes)) {
    damaged('superblock', "The superblock's checksum is wrong.", SUPERBLOCK_AT);
  }
  return found;
}

/** Throws {@link UnsupportedError} for features with which the tree cannot be read. */
export function checkFeatures(names: readonly string[]): void {
  for (const [name, reason] of Object.entries(UNREADABLE)) {
    if (names.includes(name)) unsupported(`The file system is not read: ${reason}.`);
  }
  const unknown = names.filter((name) => name.startsWith('incompat:'));
  if (unknown.length > 0) unsupported(`The file system has features that this program does not know: ${unknown}.`);
}

/** Throws {@link InvalidImageError} with the code `ext4.` and the word. */
export function damaged(word: string, message: string, at?: number): never {
  throw new InvalidImageError(`ext4.${word}`, message, defined({ at }));
}

export function unsupported(message: string): never {
  throw new UnsupportedError('ext4.not-read', message);
}
