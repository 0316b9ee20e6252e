// An edit as a change of the old image itself: only what is different from the old bytes at the same place is written.

import { type ByteString, displayText } from '../bytes/index.js';
import { UnsupportedError } from '../errors.js';
import {
  changeFile,
  type FileSource,
  type ImageReport,
  openImageFile,
  type Patch,
  type PlacedContent,
  type Run,
  type Seal,
  sealAhead,
  type WriteOptions,
} from '../io/index.js';
import { contentDigest } from './content-digest.js';
import { contentOfDisc, type OverlaidDisc, overlayBytes } from './place/overlay.js';

/** Bytes of unchanged data that an edit in place may move. Appended partitions and padding have less; a new image takes no longer for more. */
export const MOST_MOVED = 64 * 1024 * 1024;

/** An edit as a change of the old image. */
export interface InPlaceEdit {
  /** Bytes of unchanged data that move to another place. */
  readonly moved: number;
  /** Bytes that are different from the old ones at the same place, with the media-check tags: in order, and apart from each other. */
  parts(run: Run): Promise<readonly PlacedContent[]>;
}

/** The parts of an edited disc that are not where they were. */
export function inPlaceEdit(disc: OverlaidDisc, seal: Seal | undefined): InPlaceEdit {
  const moved = disc.segments.reduce((sum, { kind, content }) => (kind === 'moved' ? sum + content.size : sum), 0);
  return {
    moved,
    parts: async (run) => {
      const stream = seal?.stream?.(disc.size);
      const patches = stream ? await sealAhead(contentOfDisc(disc), stream, run) : [];
      return patched(changedParts(disc), patches);
    },
  };
}

export function changedParts({ segments }: OverlaidDisc): PlacedContent[] {
  return segments.filter(({ kind, content }) => kind !== 'kept' && content.size > 0);
}

/** The parts with patches over them. */
function patched(parts: readonly PlacedContent[], patches: readonly Patch[]): PlacedContent[] {
  const laid = patches.reduce<readonly PlacedContent[]>(
    (rest, { at, bytes }) => [...rest.flatMap((part) => without(part, at, at + bytes.length)), overlayBytes(at, bytes)],
    parts,
  );
  return [...laid].sort((a, b) => a.at - b.at);
}

/** The rest of a part outside a range. */
function without({ at, content }: PlacedContent, from: number, to: number): PlacedContent[] {
  const end = at + content.size;
  if (to <= at || from >= end) return [{ at, content }];
  const cut = (first: number, last: number) =>
    first < last ? [{ at: first, content: content.slice({ at: first - at, length: last - first }) }] : [];
  return [...cut(at, Math.min(from, end)), ...cut(Math.max(to, at), end)];
}

/** Throws {@link UnsupportedError} `edit.in-place` for an edit that moves much of the disc. */
export function checkInPlace({ moved }: InPlaceEdit): void {
  if (moved <= MOST_MOVED) return;
  const message = `This edit moves ${moved} bytes of the disc that do not change, and an edit in place at most ${MOST_MOVED}.`;
  throw new UnsupportedError('edit.in-place', message, { hint: 'Write a new image.' });
}

/** A plan as `planEdit` and `planReset` make it. */
interface PlannedEdit {
  readonly size: number;
  readonly inPlace: InPlaceEdit;
}

/**
 * Writes a planned edit into its image. After an interruption at any time `recoverFile` completes the edit, or takes it back. `image` is what
 * was planned, still open, and `path` leads to it.
 */
export async function writeInPlace(
  { size, inPlace }: PlannedEdit,
  image: FileSource,
  path: ByteString,
  run: Run,
  { sha256 = false }: WriteOptions = {},
): Promise<ImageReport> {
  checkInPlace(inPlace);
  const written = await changeFile(path, image, { parts: await inPlace.parts(run), size }, run);
  const report = { target: displayText(path), size, written };
  if (!sha256) return report;
  const edited = await openImageFile(path);
  try {
    return { ...report, sha256: (await contentDigest(edited, 'sha256', run)).hex() };
  } finally {
    await edited.close();
  }
}
