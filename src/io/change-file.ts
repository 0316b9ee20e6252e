// Changes an existing file in place, so that after an interruption at any time it can be completed, or is as it was.

import { existsSync, type Stats } from 'node:fs';
import { access, type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { type ByteString, byteStringOf, displayText } from '../bytes/index.js';
import { TargetError } from '../errors.js';
import type { ExactContent, PlacedContent, Run } from './content.js';
import type { FileSource } from './file.js';
import {
  applyJournal,
  createJournal,
  journalPath,
  readJournal,
  removeJournal,
  unfinished,
  writeContent,
  writeFully,
} from './file-journal.js';
import { lockFile } from './file-lock.js';
import { rangesBetween, sampleDigest } from './file-sample.js';
import { createDigest } from './hash.js';
import { pathBuffer, replaced, sourceError } from './host-path.js';
import { isEqual, type JournalHead, journalPlaces, renderTrailer } from './journal-record.js';
import { identityOf } from './open-file.js';
import { targetError } from './target-error.js';

/** A change of a file. */
export interface FileChange {
  /** New bytes, in order and apart from each other. The contents may read the old bytes of the file. */
  readonly parts: readonly PlacedContent[];
  /** The new size of the file, in bytes. Bytes after the old end that no part gives are zeros. */
  readonly size: number;
}

/** How an interrupted change ended. */
export type Recovery = 'completed' | 'undone' | 'nothing';

/**
 * Changes a file. `image` is the same file, opened before the change was planned. Bytes after the old end are written first; all others go to
 * a journal next to the file, and from there into the file once the journal is on the medium. If anything fails before that, the file is as
 * it was. Returns how many bytes were written to the file and to the journal. Throws {@link TargetError}.
 */
export async function changeFile(path: ByteString, image: FileSource, change: FileChange, run: Run): Promise<number> {
  const real = await realPath(path);
  await refuseUnfinished(path);
  const file = await openForChange(path, real, image);
  try {
    const journalAt = journalPath(real);
    const head = await headOf(file, change, image.size);
    const journal = await createJournal(path, journalAt, head).catch((error) => {
      throw systemError(path, error);
    });
    try {
      const written = await prepare({ file, journal, head }, change, run).catch(async (error) => {
        await undo(file, image.size, journalAt);
        throw systemError(path, error);
      });
      // From here on there is no way back, only forward.
      const applied = await applyJournal(journal, file, head).catch((error) => {
        throw stopped(path, error);
      });
      await removeJournal(journalAt);
      return written + applied;
    } finally {
      await journal.close();
    }
  } finally {
    await file.close();
  }
}

/** Completes an interrupted change of a file, or takes it back if it had not begun to overwrite the file. */
export async function recoverFile(path: ByteString): Promise<Recovery> {
  const real = await realPath(path);
  const journalAt = journalPath(real);
  const journal = await open(pathBuffer(journalAt), 'r').catch((error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw targetError(journalAt, error);
  });
  if (!journal) return 'nothing';
  try {
    const file = await openForChange(path, real);
    try {
      const found = await readJournal(journal, journalAt);
      await checkBelongs(file, found, journalAt);
      if (found.state === 'committed') await applyJournal(journal, file, found.head);
      if (found.state === 'uncommitted') await shrink(file, found.head.oldSize);
      await removeJournal(journalAt);
      return found.state === 'committed' ? 'completed' : 'undone';
    } catch (error) {
      throw systemError(path, error);
    } finally {
      await file.close();
    }
  } finally {
    await journal.close();
  }
}

/** Throws {@link TargetError} `target.unfinished` for a file whose change was interrupted. */
export async function refuseUnfinished(path: ByteString): Promise<void> {
  if (await isUnfinished(path)) throw unfinished(path);
}

/** As {@link refuseUnfinished}, without waiting, for a regular file. `at` leads to it, `path` is for messages. */
export function refuseUnfinishedAt(at: ByteString, path: ByteString): void {
  if (existsSync(pathBuffer(journalPath(at)))) throw unfinished(path);
}

/** Whether a change of this file was interrupted, or is being made: it has a journal. */
export async function isUnfinished(path: ByteString): Promise<boolean> {
  // A journal can also be left alone, without its file.
  const real = await realpath(pathBuffer(path), 'buffer').then(byteStringOf, () => path);
  return access(pathBuffer(journalPath(real))).then(
    () => true,
    () => false,
  );
}

interface Opened {
  readonly file: FileHandle;
  readonly journal: FileHandle;
  readonly head: JournalHead;
}

async function headOf(file: FileHandle, { parts, size }: FileChange, oldSize: number): Promise<JournalHead> {
  const ranges = parts
    .flatMap((part) => cutPart(part, 0, oldSize))
    .map(({ at, content: { size: length, holes } }) => {
      return { at, length, isZero: holes.length === 1 && holes[0]!.length === length };
    });
  const kept = await keptDigest(file, ranges, Math.min(oldSize, size));
  return { oldSize, newSize: size, ranges, kept, replaced: await sampleDigest(file, ranges) };
}

function keptDigest(file: FileHandle, ranges: JournalHead['ranges'], end: number): Promise<Uint8Array> {
  return sampleDigest(file, rangesBetween(ranges, end));
}

/** Writes everything but the bytes that are overwritten, and commits the journal. Returns how many bytes were written. */
async function prepare({ file, journal, head }: Opened, { parts, size }: FileChange, run: Run): Promise<number> {
  const { oldSize, ranges } = head;
  const inside = parts.flatMap((part) => cutPart(part, 0, oldSize));
  const after = parts.flatMap((part) => cutPart(part, oldSize, size));
  const total = [...after, ...inside].reduce((sum, { content }) => sum + content.size, 0);
  let [done, written] = [0, 0];
  const progress = (content: ExactContent) => {
    done += content.size;
    run.report({ step: 'writing', done, total, unit: 'bytes' });
  };
  for (const { at, content } of after) {
    written += await writeContent(file, at, content, run);
    progress(content);
  }
  if (size > oldSize) {
    await file.truncate(size);
    await file.sync();
  }
  const places = journalPlaces(head);
  const digest = createDigest('sha256');
  let to = places.data;
  for (const [index, { content }] of inside.entries()) {
    if (!ranges[index]!.isZero) {
      written += await writeContent(journal, to, content, run, digest);
      to += content.size;
    }
    progress(content);
  }
  await journal.sync();
  run.signal?.throwIfAborted();
  await writeFully(journal, places.trailer, renderTrailer(digest.snapshot()));
  await journal.sync();
  return written;
}

/** The part of a content between two places of the file. */
function cutPart({ at, content }: PlacedContent, from: number, to: number): PlacedContent[] {
  const [first, last] = [Math.max(at, from), Math.min(at + content.size, to)];
  if (first >= last) return [];
  const isWhole = first === at && last === at + content.size;
  return [{ at: first, content: isWhole ? content : content.slice({ at: first - at, length: last - first }) }];
}

/** Takes back what was done before the commit. If that fails too, the journal stays, and with it the way back. */
async function undo(file: FileHandle, oldSize: number, journalAt: ByteString): Promise<void> {
  try {
    await shrink(file, oldSize);
    await removeJournal(journalAt);
  } catch {
    // The error that led here says more.
  }
}

async function shrink(file: FileHandle, size: number): Promise<void> {
  if ((await file.stat()).size <= size) return;
  await file.truncate(size);
  await file.sync();
}

async function realPath(path: ByteString): Promise<ByteString> {
  const real = await realpath(pathBuffer(path), 'buffer').catch((error) => {
    throw sourceError(path, error);
  });
  return byteStringOf(real);
}

/** Opens the only name of a regular file, and locks it. */
async function openForChange(path: ByteString, real: ByteString, image?: FileSource): Promise<FileHandle> {
  const stats = await stat(pathBuffer(real)).catch((error) => {
    throw sourceError(path, error);
  });
  checkKind(path, stats);
  const file = await open(pathBuffer(real), 'r+').catch((error) => {
    const known = targetError(path, error);
    if (!/^target\.(?:erofs|eacces|eperm)$/.test(known.code)) throw known;
    const hint = 'Make the image writable, or write a new one elsewhere.';
    throw new TargetError(known.code, known.message, { path: displayText(path), hint, cause: error });
  });
  try {
    const now = await file.stat();
    if (image) {
      const { device, inode } = identityOf(now);
      const isSame = image.identity.device === device && image.identity.inode === inode && now.size === image.size;
      if (!isSame) throw replaced(path);
    }
    if (await lockFile(file.fd)) return file;
    throw refused('in-use', path, 'is locked by another process, which changes or runs it', 'Wait until it has ended.');
  } catch (error) {
    await file.close();
    throw error;
  }
}

function checkKind(path: ByteString, stats: Stats): void {
  if (!stats.isFile()) {
    const hint = 'Write a new image, and copy it to the device.';
    throw refused('not-a-file', path, 'is not a regular file, and only those are changed in place', hint);
  }
  if (stats.nlink > 1) {
    const what = `has ${stats.nlink} names (hard links), and a change in place would be one of all of them`;
    throw refused('hard-links', path, what, 'Write a new image, or make a copy.');
  }
}

/** Throws for a journal whose file was replaced after the interruption. */
async function checkBelongs(
  file: FileHandle,
  { state, head }: { state: 'committed' | 'uncommitted'; head: JournalHead },
  journalAt: ByteString,
): Promise<void> {
  const { size } = await file.stat();
  const [least, most] = [Math.min(head.oldSize, head.newSize), Math.max(head.oldSize, head.newSize)];
  // Bytes after the old end are in the file before the journal is committed, and nowhere else.
  const isSize = size >= (state === 'committed' ? head.newSize : least) && size <= most;
  if (!isSize || !isEqual(await keptDigest(file, head.ranges, least), head.kept)) {
    const hint = 'If the image was replaced, delete this file.';
    throw refused('journal', journalAt, 'is the journal of another image than the one that is there now', hint);
  }
  if (state === 'committed' || isEqual(await sampleDigest(file, head.ranges), head.replaced)) return;
  const hint = 'Compare the image with another copy of it, and delete this file.';
  throw refused('journal', journalAt, 'has lost its end, and its image has changed already', hint);
}

function refused(code: string, path: ByteString, what: string, hint: string): TargetError {
  const shown = displayText(path);
  return new TargetError(`target.${code}`, `${shown} ${what}.`, { path: shown, hint });
}

function systemError(path: ByteString, error: unknown): unknown {
  return (error as NodeJS.ErrnoException).syscall ? targetError(path, error) : error;
}

/** The error of a change that has begun to overwrite the file. */
function stopped(path: ByteString, error: unknown): TargetError {
  const { message, hint } = unfinished(path);
  const cause = targetError(path, error);
  return new TargetError('target.unfinished', `${cause.message} ${message}`, {
    path: displayText(path),
    hint: hint!,
    cause: error,
  });
}
