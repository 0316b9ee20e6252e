// Chooses the dracut that makes the initrd: that of the root tree, run inside it, or that of this machine, on the tree.

import { ToolError } from '../../errors.js';
import type { Run } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import type { RunnableDracut } from './dracut.js';
import { dracutModuleNames } from './dracut-modules.js';
import { type InsideMode, type InsideRoot, openRoot } from './inside-root.js';
import { hasNoCompress } from './live-modules.js';
import { openSysroot } from './sysroot.js';

/** How dracut runs: inside the root tree, by `chroot` or in a user namespace (`userns`), or that of this machine on the tree (`sysroot`). */
export type DracutMode = 'chroot' | 'userns' | 'sysroot';

export interface DracutSearch {
  readonly root: FileTree;
  readonly rootDirectory: string;
  /** Machine that the tree is for, as {@link Architecture} names it. */
  readonly machine: string;
  readonly workDirectory: string;
  /** `auto`: chroot; if that is not permitted, a user namespace; if that is impossible, the dracut of this machine. */
  readonly mode: 'auto' | DracutMode;
  /** Content of /.profile. */
  readonly profile: string;
  readonly epoch: number;
}

/** How dracut runs here. */
export interface FoundDracut {
  readonly mode: DracutMode;
  readonly runnable: RunnableDracut;
  /** Runs other tools of the root tree; undefined if programs cannot run inside the tree. */
  readonly inside: InsideRoot | undefined;
  /** Why the modes before this one did not work. */
  readonly refused: string | undefined;
  /** Everything about this machine, not the tree, that an initrd depends on. */
  readonly hostState: string;
}

/** Finds a mode that works on this machine. Throws {@link ToolError} if none does. */
export async function findDracut(search: DracutSearch, run: Run): Promise<FoundDracut> {
  const { mode } = search;
  if (mode === 'sysroot') return dracutOfHost(search, undefined, run);
  const modes: readonly InsideMode[] = mode === 'auto' ? ['chroot', 'userns'] : [mode];
  const { rootDirectory: root, workDirectory, profile, epoch } = search;
  try {
    const inside = await openRoot({ root, workDirectory, modes, profile, epoch }, run);
    const runnable = await dracutInside(inside, search.root, run);
    return { mode: inside.mode, runnable, inside, refused: undefined, hostState: 'inside' };
  } catch (error) {
    if (mode !== 'auto' || !(error instanceof ToolError)) throw error;
    return await dracutOfHost(search, error, run);
  }
}

/** `refusal`: why programs cannot run inside the tree; the error to report if this machine has no dracut either. */
async function dracutOfHost(search: DracutSearch, refusal: ToolError | undefined, run: Run): Promise<FoundDracut> {
  try {
    const { runnable, version } = await openSysroot(search, run);
    // dracut writes its arguments into the initrd, including the path of the tree.
    const hostState = `sysroot ${search.rootDirectory} ${version} ${runnable.options.join(' ')}`;
    return { mode: 'sysroot', runnable, inside: undefined, refused: refusal?.message, hostState };
  } catch (error) {
    throw refusal && error instanceof ToolError && error.code === 'tool.missing' ? refusal : error;
  }
}

async function dracutInside(inside: InsideRoot, root: FileTree, run: Run): Promise<RunnableDracut> {
  return {
    outside: inside.outside,
    inside: inside.inside,
    options: ['--install', '/.profile'],
    canLeave: await hasNoCompress(root, run),
    modules: dracutModuleNames(root),
    call: (args, run, onLine, configuration) => inside.run('dracut', args, run, { onLine, configuration }),
  };
}
