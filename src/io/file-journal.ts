// The journal file next to a file that is changed in place: writes it, reads it, and applies it.

import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { type ByteString, displayText } from '../bytes/index.js';
import { InternalError, option, TargetError, wording } from '../errors.js';
import { type ExactContent, isHole, type Run } from './content.js';
import type { Digest } from './digest-names.js';
import { createDigest } from './hash.js';
import { pathBuffer } from './host-path.js';
import {
  HEADER_LENGTH,
  headLength,
  isEqual,
  type JournalHead,
  journalPlaces,
  readHead,
  readTrailer,
  renderHead,
  SECTOR,
} from './journal-record.js';
import { zeros } from './memory.js';
import { exactly, zerosOf } from './pieces.js';
import { readUpTo } from './read-up-to.js';
import { targetError } from './target-error.js';

const CHUNK = 512 * 1024;

/** The journal of a file; the path has no links. */
export function journalPath(file: ByteString): ByteString {
  const slash = file.lastIndexOf('/') + 1;
  return `${file.slice(0, slash)}.${file.slice(slash)}.isopress-journal` as ByteString;
}

/**
 * Makes the journal of a file. It gets its name when its size is final and its head is on the medium: a journal that is shorter was cut by
 * something else. `file` is for messages. Throws {@link TargetError} `target.unfinished` if there is a journal already.
 */
export async function createJournal(file: ByteString, path: ByteString, head: JournalHead): Promise<FileHandle> {
  const draft = `${path}.part` as ByteString;
  // Nothing was changed as long as there was no more than a draft.
  await unlink(pathBuffer(draft)).catch(() => {});
  const journal = await open(pathBuffer(draft), 'wx+').catch((error) => {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? unfinished(file) : targetError(file, error);
  });
  try {
    await journal.truncate(journalPlaces(head).end);
    await writeFully(journal, 0, renderHead(head));
    await journal.sync();
    if (await stat(pathBuffer(path)).catch(() => undefined)) throw unfinished(file);
    await rename(pathBuffer(draft), pathBuffer(path));
    // Another process may have put its own draft in the place of this one.
    const [own, named] = [await journal.stat(), await stat(pathBuffer(path))];
    if (own.ino !== named.ino) throw unfinished(file);
    await syncDirectoryOf(path);
    return journal;
  } catch (error) {
    await journal.close();
    await unlink(pathBuffer(draft)).catch(() => {});
    throw error;
  }
}

/** Writes all bytes of a content that are not in holes. Returns how many. */
export async function writeContent(
  file: FileHandle,
  at: number,
  content: ExactContent,
  run: Run,
  digest?: Digest,
): Promise<number> {
  let [place, written] = [at, 0];
  for await (const piece of exactly(content, run)) {
    run.signal?.throwIfAborted();
    if (isHole(piece)) {
      if (digest) for await (const zero of zerosOf(piece.hole, run)) digest.update(zero);
      place += piece.hole;
    } else {
      digest?.update(piece);
      await writeFully(file, place, piece);
      place += piece.length;
      written += piece.length;
    }
  }
  return written;
}

export async function writeFully(file: FileHandle, at: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

/** The state of a change, according to its journal. */
export type FoundJournal =
  /** The file may have grown, and no old byte was overwritten. */
  | { readonly state: 'uncommitted'; readonly head: JournalHead }
  /** Old bytes may have been overwritten. */
  | { readonly state: 'committed'; readonly head: JournalHead };

/** Reads a journal. Throws {@link TargetError} `target.journal` if it is damaged or cut short. */
export async function readJournal(journal: FileHandle, path: ByteString): Promise<FoundJournal> {
  const { size } = await journal.stat();
  const length = headLength(await readUpTo(journal, 0, HEADER_LENGTH));
  if (length === undefined) throw damaged(path, 'is not a journal of isopress, or was cut short');
  const head = length <= size ? readHead(await readUpTo(journal, 0, length)) : undefined;
  if (!head) throw damaged(path, 'is damaged or was cut short');
  const { data, trailer, end } = journalPlaces(head);
  // It may have been committed, and its last bytes lost: only the whole journal says that the file was not overwritten.
  if (size !== end) throw damaged(path, `has ${size} of ${end} bytes`);
  const sha256 = readTrailer(await readUpTo(journal, trailer, SECTOR));
  if (!sha256) return { state: 'uncommitted', head };
  const digest = createDigest('sha256');
  const stored = head.ranges.reduce((sum, { length: bytes, isZero }) => (isZero ? sum : sum + bytes), 0);
  for (let done = 0; done < stored; ) {
    const bytes = await readUpTo(journal, data + done, Math.min(CHUNK, stored - done));
    if (bytes.length === 0) throw damaged(path, 'is damaged');
    digest.update(bytes);
    done += bytes.length;
  }
  // The new bytes were on the medium before the trailer was.
  if (!isEqual(digest.snapshot(), sha256)) throw damaged(path, 'is damaged');
  return { state: 'committed', head };
}

/** Writes the new bytes of a committed journal into its file. Returns how many. */
export async function applyJournal(journal: FileHandle, file: FileHandle, head: JournalHead): Promise<number> {
  let from = journalPlaces(head).data;
  let written = 0;
  for (const { at, length, isZero } of head.ranges) {
    written += length;
    if (isZero) {
      let place = at;
      for (const zero of zeros(length)) {
        await writeFully(file, place, zero);
        place += zero.length;
      }
      continue;
    }
    for (let done = 0; done < length; ) {
      const bytes = await readUpTo(journal, from, Math.min(CHUNK, length - done));
      if (bytes.length === 0) throw new InternalError('internal.journal', 'The journal became shorter.');
      await writeFully(file, at + done, bytes);
      done += bytes.length;
      from += bytes.length;
    }
  }
  await file.truncate(head.newSize);
  await file.sync();
  return written;
}

/** Removes a journal, so that it stays removed after a loss of power. */
export async function removeJournal(path: ByteString): Promise<void> {
  await unlink(pathBuffer(path));
  await syncDirectoryOf(path);
}

/** Waits until the entries of the directory of a file are on the medium. */
export async function syncDirectoryOf(path: ByteString): Promise<void> {
  const slash = path.lastIndexOf('/');
  const directory = await open(pathBuffer((slash <= 0 ? '/' : path.slice(0, slash)) as ByteString), 'r');
  try {
    await directory.sync();
  } catch (error) {
    // Some file systems do not sync directories.
    if (!['EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw targetError(path, error);
  } finally {
    await directory.close();
  }
}

function damaged(path: ByteString, what: string): TargetError {
  const shown = displayText(path);
  return new TargetError('target.journal', `${shown} ${what}.`, {
    path: shown,
    hint: 'Compare the image with another copy of it, and delete this file.',
  });
}

/** The error for a file whose change was interrupted. */
export function unfinished(file: ByteString): TargetError {
  const shown = displayText(file);
  return new TargetError('target.unfinished', `A change of ${shown} in place was interrupted, or is being made.`, {
    path: shown,
    hint: wording`Complete it or take it back with ${option('inPlace')} and ${option('recover')}.`,
  });
}
