// The initrd of a build, from wherever it comes: given, kept from an earlier build, or made by dracut.

import type { ExactContent, Run } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';
import { initrdKey, readCache, writeCache } from './cache.js';
import { makeInitrd } from './dracut.js';
import type { DracutMode, FoundDracut } from './find-dracut.js';
import type { DracutRecipe } from './live-modules.js';

/** What a report says about the initrd. */
export interface InitrdReport {
  /** Bytes. */
  readonly size: number;
  /** How dracut ran, or would have; `given` when there was nothing to make. */
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
  readonly kernelVersion: string;
  /** Content of /.profile. */
  readonly profile: string;
  readonly epoch: number;
  /** Where initrds are kept; undefined: nowhere. */
  readonly cacheDirectory: string | undefined;
  note(text: string): void;
  log(line: string): void;
}

export interface ObtainedInitrd {
  readonly content: ExactContent;
  readonly report: InitrdReport;
}

/** Takes the initrd from the cache, or makes and keeps it. */
export async function obtainInitrd(given: ObtainRequest, run: Run): Promise<ObtainedInitrd> {
  const { dracut, cacheDirectory, root, profile, epoch } = given;
  if (dracut.refused !== undefined) {
    given.note(`This machine's dracut makes the initrd on the root tree. ${dracut.refused}`);
  }
  const request = { recipe: possibleRecipe(given), kernelVersion: given.kernelVersion, log: given.log };
  const facts = { root, request, profile, epoch, hostState: dracut.hostState };
  const key = cacheDirectory === undefined ? undefined : await initrdKey(facts, run);
  const kept = key === undefined ? undefined : await readCache(cacheDirectory!, key);
  const initrd = kept ?? (await makeInitrd(dracut.runnable, request, run));
  if (key !== undefined && !kept) await writeCache(cacheDirectory!, key, initrd, run);
  if (initrd.absent.length > 0) {
    given.note(`The initrd goes without the dracut modules ${initrd.absent.join(', ')}: not in the root tree.`);
  }
  const { content, modules } = initrd;
  return { content, report: { size: content.size, madeBy: dracut.mode, cached: kept !== undefined, modules } };
}

/** dracut ends with an error when it is told to use an xz that is not there. */
function possibleRecipe({ recipe, root, dracut, note }: ObtainRequest): DracutRecipe {
  const there = ['usr/bin/xz', 'bin/xz'].some((path) => follow(root, path) !== undefined);
  if (!recipe.xz || dracut.mode === 'sysroot' || there) return recipe;
  note('The initrd is compressed as dracut likes: xz is not in the root tree.');
  return { ...recipe, xz: false };
}
