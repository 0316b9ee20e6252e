// The files for booting over a network, taken from the finished ISO: made in a private directory, which then gets its name.

import { lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { bytesOf, fromText } from '../../bytes/index.js';
import { InternalError, option, TargetError, wording } from '../../errors.js';
import { openIso } from '../../format/iso9660/index.js';
import {
  bytesSource,
  type ExactContent,
  exactContent,
  fileTarget,
  openImageFile,
  type Run,
  writeImage,
} from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';
import { loaderOf } from '../boot/loader-tree.js';
import { writeText } from '../files/text-file.js';
import { mediaPaths } from '../medium/media-tree.js';
import type { BuildPlan } from '../plan/build-plan.js';
import type { NetbootOptions } from './options.js';
import { NETBOOT_FILES, netbootScript } from './script.js';

/** The list of digests in a set. */
const SUMS = 'SHA256SUMS';

/** A set that is made and does not have its name. */
export interface StagedNetboot {
  /** Absolute path of the list of digests, for a signature. */
  readonly sums: string;
  /** Gives the directory its name, and returns what takes it back. With `force` it replaces another set, nothing else. */
  publish(force: boolean): Promise<() => Promise<void>>;
  /** Removes what has no name. */
  close(): Promise<void>;
}

/** Makes the set of an ISO in the directory next to the one asked for. Throws {@link TargetError}. */
export async function stageNetboot(
  iso: string,
  plan: BuildPlan,
  { directory, url }: NetbootOptions,
  run: Run,
): Promise<StagedNetboot> {
  const target = resolve(directory);
  const made = await mkdtemp(join(dirname(target), `.${basename(target).slice(0, 60)}.netboot-`)).catch((error) => {
    throw unwritable(target, error);
  });
  const close = () => rm(made, { recursive: true, force: true });
  try {
    const set = join(made, 'new');
    await mkdir(set);
    const script = bytesSource(bytesOf(fromText(netbootScript(plan, url))));
    const sums = await copyFiles(iso, plan, { set, script }, run);
    await writeText(join(set, SUMS), sums.join(''));
    return { sums: join(set, SUMS), publish: (force) => publish(made, target, force), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Throws {@link TargetError} `target.exists` for a name that is taken, before anything is made. With `force` another set may have it, and no
 * directory with other files, which would be lost.
 */
export async function checkNetbootTarget({ directory }: NetbootOptions, force: boolean): Promise<void> {
  await isTaken(resolve(directory), force);
}

/** Whether another set has the name, which is replaced. */
async function isTaken(path: string, force: boolean): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return false;
  if (!force) throw taken(path);
  const names = found.isDirectory() ? await readdir(path) : undefined;
  const other = names?.find((name) => !isOfSet(name));
  if (names && other === undefined) return true;
  const message =
    other === undefined ? `${path} is not a directory.` : `${path} has other files than a netboot set: ${other}.`;
  throw new TargetError('target.exists', message, {
    path,
    hint: 'Choose another directory: what is in it would be lost.',
  });
}

/** Whether a set has an entry of this name. Signatures have the name of the list and a suffix. */
function isOfSet(name: string): boolean {
  return name === SUMS || name.startsWith(`${SUMS}.`) || Object.values<string>(NETBOOT_FILES).includes(name);
}

/** Writes the files of a set; the lines of its list of digests. */
async function copyFiles(
  iso: string,
  plan: BuildPlan,
  { set, script }: { readonly set: string; readonly script: ExactContent },
  run: Run,
): Promise<readonly string[]> {
  const image = await openImageFile(fromText(iso));
  try {
    const tree = await (await openIso(image)).tree();
    const loader = loaderOf(plan);
    const contents: readonly (readonly [name: string, content: ExactContent])[] = [
      [NETBOOT_FILES.kernel, contentAt(tree, `${loader}/linux`)],
      [NETBOOT_FILES.initrd, contentAt(tree, `${loader}/initrd`)],
      [NETBOOT_FILES.rootImage, contentAt(tree, mediaPaths.rootImage)],
      [NETBOOT_FILES.script, script],
    ];
    const lines: string[] = [];
    for (const [name, content] of contents) {
      const target = fileTarget(fromText(join(set, name)));
      const file = exactContent(content.size, (running) => content.pieces(running));
      const { sha256 } = await writeImage({ ...file, layout: {} }, target, run, { sha256: true });
      lines.push(`${sha256}  ${name}\n`);
    }
    return lines;
  } finally {
    await image.close();
  }
}

function contentAt(tree: FileTree, path: string) {
  const node = follow(tree, path);
  if (node?.kind === 'file') return node.content;
  throw new InternalError('internal.netboot', `The medium has no file ${path}.`);
}

async function publish(made: string, target: string, force: boolean): Promise<() => Promise<void>> {
  const old = join(made, 'old');
  try {
    const hadOld = await isTaken(target, force);
    if (hadOld) await rename(target, old);
    try {
      await rename(join(made, 'new'), target);
    } catch (error) {
      if (hadOld) await rename(old, target);
      throw error;
    }
    return async () => {
      await rename(target, join(made, 'new'));
      if (hadOld) await rename(old, target);
    };
  } catch (error) {
    throw error instanceof TargetError ? error : unwritable(target, error);
  }
}

function taken(path: string): TargetError {
  return new TargetError('target.exists', `${path} exists already.`, {
    path,
    hint: wording`Use ${option('force')} to replace it.`,
  });
}

function unwritable(path: string, cause: unknown): TargetError {
  const message = `The netboot set cannot be written to ${path}: ${(cause as Error).message}.`;
  return new TargetError('target.write', message, { path, cause });
}
