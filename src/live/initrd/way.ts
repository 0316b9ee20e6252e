// Which way dracut goes on this machine: inside the root tree, or from outside on it.

import { ToolError } from '../../errors.js';
import type { Run } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import type { DracutSeat } from './dracut.js';
import { type InsideMode, type InsideRoot, openRoot } from './inside-root.js';
import { openSysroot } from './sysroot.js';

export type DracutMode = InsideMode | 'sysroot';

export interface WayRequest {
  readonly root: FileTree;
  readonly rootDirectory: string;
  /** Machine that the tree is for, as {@link Architecture} names it. */
  readonly machine: string;
  readonly workDirectory: string;
  /** `auto`: chroot, where that is not permitted a user namespace, where there is none the dracut of this machine. */
  readonly mode: 'auto' | DracutMode;
  /** Content of /.profile. */
  readonly profile: string;
  readonly epoch: number;
}

/** How dracut runs here. */
export interface DracutWay {
  readonly mode: DracutMode;
  readonly seat: DracutSeat;
  /** For the root tree's other tools; undefined when the tree cannot be entered. */
  readonly inside: InsideRoot | undefined;
  /** Why the ways before this one did not work. */
  readonly refused: string | undefined;
  /** What of this machine, and not of the tree, an initrd depends on. */
  readonly surroundings: string;
}

/** Finds a way that works here. Throws {@link ToolError} when there is none. */
export async function findWay(request: WayRequest, run: Run): Promise<DracutWay> {
  const { mode } = request;
  if (mode === 'sysroot') return sysrootWay(request, undefined, run);
  const modes: readonly InsideMode[] = mode === 'auto' ? ['chroot', 'userns'] : [mode];
  const { rootDirectory: root, workDirectory, profile, epoch } = request;
  try {
    const inside = await openRoot({ root, workDirectory, modes, profile, epoch }, run);
    return { mode: inside.mode, seat: seatInside(inside), inside, refused: undefined, surroundings: 'inside' };
  } catch (error) {
    if (mode !== 'auto' || !(error instanceof ToolError)) throw error;
    return await sysrootWay(request, error, run);
  }
}

/** `refusal`: why the tree cannot be entered; it is the error to report when there is no dracut here either. */
async function sysrootWay(request: WayRequest, refusal: ToolError | undefined, run: Run): Promise<DracutWay> {
  try {
    const { seat, version } = await openSysroot(request, run);
    // dracut notes its arguments in the initrd, and with them the place of the tree.
    const surroundings = `sysroot ${request.rootDirectory} ${version} ${seat.options.join(' ')}`;
    return { mode: 'sysroot', seat, inside: undefined, refused: refusal?.message, surroundings };
  } catch (error) {
    throw refusal && error instanceof ToolError && error.code === 'tool.missing' ? refusal : error;
  }
}

function seatInside(inside: InsideRoot): DracutSeat {
  return {
    outside: inside.outside,
    inside: inside.inside,
    options: ['--install', '/.profile'],
    dracut: (args, run, onLine, configuration) => inside.run('dracut', args, run, { onLine, configuration }),
  };
}
