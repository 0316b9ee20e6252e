// What a build has to work with once it is decided: the plan, a scratch directory, the way into the root tree.

import { resolve } from 'node:path';
import { InvalidInputError, option, wording } from '../../errors.js';
import type { Run } from '../../io/index.js';
import { withWorkDirectory } from '../files/work-directory.js';
import {
  bootsSquashedRoot,
  type DracutWay,
  dracutRecipe,
  findWay,
  givenInitrd,
  type ObtainedInitrd,
  obtainInitrd,
  renderProfile,
} from '../initrd/index.js';
import { type BuildPlan, decide } from '../plan/build-plan.js';
import { planEarly } from '../plan/early-plan.js';
import type { BuildOptions } from './options.js';
import { readRootTree } from './root-tree.js';
import { Stopwatch } from './stopwatch.js';

/** A build that has been decided, and what it has to work with. */
export interface BuildContext {
  readonly options: BuildOptions;
  readonly plan: BuildPlan;
  readonly profile: string;
  readonly workDirectory: string;
  /** Undefined: an initrd is given, and the root tree need not be entered. */
  readonly way: DracutWay | undefined;
  readonly warnings: readonly string[];
  readonly watch: Stopwatch;
  note(text: string): void;
  initrd(run: Run): Promise<ObtainedInitrd>;
}

/**
 * Decides a build, and runs `use` with what it has to work with, which is gone afterwards. `purpose` names its scratch: that
 * of a plan is not that of a build, which may be going on.
 */
export async function withBuildContext<T>(
  options: BuildOptions,
  run: Run,
  use: (context: BuildContext) => Promise<T>,
  purpose: 'work' | 'plan' = 'work',
): Promise<T> {
  const watch = new Stopwatch(() => options.now());
  const warnings: string[] = [];
  const note = (text: string) => {
    warnings.push(text);
    options.note?.(text);
  };
  if (typeof options.root !== 'string' && options.initrd === undefined) throw initrdNeeded();
  // Whatever can be refused without the root tree is refused before it is looked at.
  const known = await planEarly({ ...options, note });
  const given = options.initrd === undefined ? undefined : await givenInitrd(options.initrd);
  const root = await watch.time('scan', () => readRootTree({ ...options, note }, run));
  const plan = await decide({ ...options, note }, root, known);
  const profile = renderProfile(plan.description);
  return withWorkDirectory(
    { targetDirectory: plan.targetDirectory, name: plan.baseName, purpose, note },
    async (workDirectory) => {
      const way = await wayIn(options, plan, { workDirectory, profile }, run);
      const initrd = async (running: Run) => given ?? makeOwnInitrd(options, plan, profile, way!, note, running);
      return use({ options, plan, profile, workDirectory, way, warnings, watch, note, initrd });
    },
  );
}

/** Undefined: an initrd is given, and nobody has to go into the root tree. */
async function wayIn(
  options: BuildOptions,
  { root, rootDirectory, epoch, architecture: { machine } }: BuildPlan,
  place: { readonly workDirectory: string; readonly profile: string },
  run: Run,
): Promise<DracutWay | undefined> {
  if (options.initrd !== undefined || rootDirectory === undefined) return undefined;
  const mode = options.dracut ?? 'auto';
  return findWay({ ...place, root, rootDirectory, machine, mode, epoch: epoch.seconds }, run);
}

function initrdNeeded(): InvalidInputError {
  const message = 'The root tree is no directory, and dracut makes initrds in a directory only.';
  return new InvalidInputError('live.no-directory', message, {
    hint: wording`Give a ready initrd with ${option('initrd', 'FILE')}, or unpack the tree and name its directory.`,
  });
}

async function makeOwnInitrd(
  options: BuildOptions,
  plan: BuildPlan,
  profile: string,
  way: DracutWay,
  note: (text: string) => void,
  run: Run,
): Promise<ObtainedInitrd> {
  const { description, kernel, root, epoch } = plan;
  const { type, generation } = description;
  if (plan.rootImage.kind === 'squashfs' && !(await bootsSquashedRoot(root, type.flags, run))) {
    note(
      `The kiwi-live of the root tree is too old for filesystem="squashfs": the medium will find no root. flags="dmsquash" boots.`,
    );
  }
  return obtainInitrd(
    {
      root,
      way,
      recipe: dracutRecipe(type.flags, generation),
      kernelVersion: kernel.version,
      profile,
      epoch: epoch.seconds,
      cacheDirectory: options.initrdCache === undefined ? undefined : resolve(options.initrdCache),
      note,
      log: (line) => options.log?.(line),
    },
    run,
  );
}
