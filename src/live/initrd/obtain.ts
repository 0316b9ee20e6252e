// The initrd of a build: given, kept from an earlier build, or made by dracut.

import { type Content, isExact, type Piece, pieceLength, type Run } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';
import { type InitrdKeeping, initrdKey, readCache, writeCache } from './cache.js';
import type { InitrdCompression } from './choose-compression.js';
import { type Initrd, makeInitrd } from './dracut.js';
import type { DracutMode, FoundDracut } from './find-dracut.js';
import type { DracutRecipe } from './live-modules.js';
import type { PackedCompression } from './pack.js';

/** The initrd in a report. */
export interface InitrdReport {
  /** Bytes. */
  readonly size: number;
  /** Bytes before compression; undefined if it was given, or if dracut compressed it. */
  readonly unpackedSize: number | undefined;
  /** Undefined: it was given. */
  readonly compression: PackedCompression | undefined;
  /** How dracut ran, or would have run; `given`: it was not needed. */
  readonly madeBy: DracutMode | 'given';
  /** Whether it was made by an earlier build. */
  readonly cached: boolean;
  /** dracut modules added. */
  readonly modules: readonly string[];
}

export interface ObtainRequest {
  readonly root: FileTree;
  readonly dracut: FoundDracut;
  readonly recipe: DracutRecipe;
  readonly compression: InitrdCompression;
  readonly kernelVersion: string;
  /** Content of /.profile. */
  readonly profile: string;
  readonly epoch: number;
  /** Undefined: no initrds are kept. */
  readonly keeping: InitrdKeeping | undefined;
  note(text: string): void;
  log(line: string): void;
}

export interface ObtainedInitrd {
  readonly content: Content;
  /** Resolves after the content has been written. */
  report(): InitrdReport;
}

/** The key of the initrd that {@link obtainInitrd} gives. */
export function keyOfRequest(given: ObtainRequest, run: Run): Promise<string> {
  return initrdKey(keyFacts({ ...given, note: () => {} }), run);
}

function keyFacts(given: ObtainRequest) {
  const { dracut, root, profile, epoch, recipe, kernelVersion, log } = given;
  const request = { recipe, compression: possibleCompression(given), kernelVersion, log };
  return { root, request, profile, epoch, hostState: dracut.hostState };
}

/** Takes the initrd from the cache, or makes and keeps it. */
export async function obtainInitrd(given: ObtainRequest, run: Run): Promise<ObtainedInitrd> {
  const { dracut, keeping } = given;
  if (dracut.refused !== undefined) {
    given.note(`This machine's dracut makes the initrd on the root tree. ${dracut.refused}`);
  }
  const facts = keyFacts(given);
  const key = keeping && (await initrdKey(facts, run));
  const kept = key === undefined ? undefined : await readCache(keeping!, key);
  const made = kept ?? (await makeInitrd(dracut.runnable, facts.request, run));
  const initrd = key === undefined || kept ? made : await writeCache(keeping!, key, made, run);
  if (initrd.absent.length > 0) {
    given.note(`The initrd lacks the dracut modules ${initrd.absent.join(', ')}: they are not in the root tree.`);
  }
  const { compression, unpackedSize, modules } = initrd;
  noteCompression(given, initrd);
  const { content, size } = counted(initrd.content);
  const report = () => ({
    ...{ size: size(), unpackedSize, compression, madeBy: dracut.mode, cached: kept !== undefined, modules },
  });
  return { content, report };
}

/** The content, and its size after it has been written. */
function counted(content: Content): { readonly content: Content; size(): number } {
  if (isExact(content)) return { content, size: () => content.size };
  let size = 0;
  async function* pieces(run: Run): AsyncGenerator<Piece> {
    size = 0;
    for await (const piece of content.pieces(run)) {
      size += pieceLength(piece);
      yield piece;
    }
  }
  return { content: { sizeLimit: content.sizeLimit, pieces }, size: () => size };
}

/** Remarks about deviations from the decision. */
function noteCompression({ compression: wanted, note }: ObtainRequest, { compression, isSquashed }: Initrd): void {
  if (wanted.by !== 'isopress' || compression.engine === wanted.stream.engine) return;
  if (isSquashed) note('The initrd is not compressed: dracut put a squashfs into it, which is compressed.');
  else
    note(`The initrd is compressed by dracut (${compression.name}), although it was asked to leave it uncompressed.`);
}

/** dracut ends with an error if its compression program is missing. */
function possibleCompression({ compression, root, dracut, note }: ObtainRequest): InitrdCompression {
  if (compression.by !== 'dracut' || compression.option === undefined || dracut.mode === 'sysroot') return compression;
  const name = compression.option.replace('--', '');
  const program = name === 'lzo' ? 'lzop' : name;
  if (['usr/bin', 'bin'].some((directory) => follow(root, `${directory}/${program}`) !== undefined)) return compression;
  note(`The initrd is compressed as dracut is configured: ${program} is not in the root tree.`);
  return { ...compression, option: undefined };
}
