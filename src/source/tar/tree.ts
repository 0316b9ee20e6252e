// Reads a tar archive as a tree.

import type { ByteString } from '../../bytes/index.js';
import type { Run, Source } from '../../io/index.js';
import type { FileTree, LossLog } from '../../tree/index.js';
import { type OpenRange, TreeDraft } from './draft.js';
import { readTarEntries, type TarEntry } from './entries.js';
import { BLOCK, isHeader } from './header.js';
import { Meter } from './meter.js';
import type { TarReadOptions } from './next-header.js';

/** How an archive becomes a tree. */
export interface TarTreeOptions extends TarReadOptions {
  /** Collects properties of entries that a tree cannot hold. */
  readonly losses?: LossLog;
  /** Counts work and memory, and limits the memory if it has a limit. */
  readonly meter?: Meter;
}

/** Whether a file begins with the header of an archive. */
export async function isTar(file: Source): Promise<boolean> {
  if (file.size < BLOCK) return false;
  const block = new Uint8Array(BLOCK);
  await file.read(0, block);
  return isHeader(block);
}

/**
 * Reads an uncompressed archive. `open` returns the content of a range of it, at any later time. A later entry of the same
 * name replaces an earlier one, as when extracting. Throws {@link InvalidImageError} for archives that are broken, or
 * hold paths that lead out of the tree or through something that is not a directory.
 */
export async function readTar(
  archive: Source,
  open: OpenRange,
  run: Run,
  options: TarTreeOptions = {},
): Promise<FileTree> {
  const { meter = new Meter() } = options;
  const draft = new TreeDraft(meter);
  for await (const entry of entriesWithLosses(archive, run, meter, options)) draft.add(entry, open);
  return draft.finish();
}

/** The entries of an archive. Properties that a tree cannot hold are logged. */
export async function* entriesWithLosses(
  archive: Source,
  run: Run,
  meter: Meter,
  options: Omit<TarTreeOptions, 'meter'>,
): AsyncGenerator<TarEntry> {
  for await (const entry of readTarEntries(archive, run, meter, options)) {
    for (const key of entry.unread) addLoss(options.losses, key, entry.path);
    yield entry;
  }
}

function addLoss(losses: LossLog | undefined, key: string, path: ByteString): void {
  if (key.startsWith('SCHILY.acl.')) {
    const message = 'Access lists of the archive are left out: they are not POSIX lists of numbered users and groups.';
    losses?.add('tar.access-list', message, path);
  } else losses?.add('tar.attribute', 'Attributes of the archive that Linux does not have are left out.', path);
}
