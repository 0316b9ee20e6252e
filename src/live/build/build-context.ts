// The surroundings of a build after its decisions: the plan, a scratch directory, the dracut to run.

import { resolve } from 'node:path';
import { InvalidInputError, option, wording } from '../../errors.js';
import type { Run } from '../../io/index.js';
import { withWorkDirectory } from '../files/work-directory.js';
import {
  bootsSquashedRoot,
  checkInitrdOptions,
  chooseInitrdCompression,
  dracutRecipe,
  type FoundDracut,
  findDracut,
  givenInitrd,
  type InitrdCompression,
  mountsErofs,
  type ObtainedInitrd,
  obtainInitrd,
  renderProfile,
} from '../initrd/index.js';
import { openPackageDatabase } from '../packages/index.js';
import { type BuildPlan, decide } from '../plan/build-plan.js';
import { disabledChecksOf, planEarly } from '../plan/early-plan.js';
import { checkModuleVersions, MODULE_VERSIONS } from '../plan/module-versions.js';
import { type RecordedEvents, recordEvents } from './events.js';
import type { BuildOptions, BuildRequest } from './options.js';
import { readRootTree } from './root-tree.js';
import { Stopwatch } from './stopwatch.js';

/** A decided build and its surroundings. */
export interface BuildContext {
  readonly request: BuildRequest;
  readonly plan: BuildPlan;
  readonly profile: string;
  readonly workDirectory: string;
  /** Undefined: an initrd is given, and nothing runs in the root tree. */
  readonly dracut: FoundDracut | undefined;
  /** Undefined: an initrd is given. */
  readonly initrdCompression: InitrdCompression | undefined;
  readonly watch: Stopwatch;
  readonly events: RecordedEvents;
  initrd(run: Run): Promise<ObtainedInitrd>;
}

/**
 * Decides a build, and runs `use` with its context. The scratch directory is removed afterwards; its name contains `purpose`,
 * as a build and a plan of the same image may run at the same time.
 */
export async function withBuildContext<T>(
  { events: callbacks, ...request }: BuildOptions,
  run: Run,
  use: (context: BuildContext) => Promise<T>,
  purpose: 'work' | 'plan' = 'work',
): Promise<T> {
  const events = recordEvents(callbacks);
  const watch = new Stopwatch(events.now);
  const initrdFile = request.initrd?.file;
  if (typeof request.input.root !== 'string' && initrdFile === undefined) throw initrdNeeded();
  // Options that can be refused without the root tree are refused before it is read.
  checkInitrdOptions(request.initrd, request.engine);
  const known = await planEarly(request, events);
  const given = initrdFile === undefined ? undefined : await givenInitrd(initrdFile);
  const root = await watch.time('scan', () => readRootTree(request, events, run));
  const plan = await decide(request, root, known, events);
  const profile = renderProfile(plan.description, request.configuration?.digest);
  return withWorkDirectory(
    { targetDirectory: plan.targetDirectory, name: plan.baseName, purpose, note: events.note },
    async (workDirectory) => {
      await checkModules(request, plan, workDirectory, run);
      const dracut = await dracutFor(request, plan, { workDirectory, profile }, run);
      const initrdCompression = dracut && (await compressionOf(request, plan, dracut, run));
      const parts = { request, plan, profile, workDirectory, dracut, initrdCompression, watch, events };
      const initrd = async (running: Run) => given ?? makeInitrd(parts, dracut!, initrdCompression!, running);
      return use({ ...parts, initrd });
    },
  );
}

/** KIWI's check of its own dracut modules, if they are used. The list of packages next to the ISO notes what the database lacks. */
async function checkModules(
  request: BuildRequest,
  { root, rootDirectory, description: { generation, packageManager } }: BuildPlan,
  workDirectory: string,
  run: Run,
): Promise<void> {
  if (request.initrd?.file !== undefined || disabledChecksOf(request).includes(MODULE_VERSIONS)) return;
  await checkModuleVersions(root, generation, async () => {
    const opening = { root, rootDirectory, workDirectory, packageManager, note: () => {} };
    const database = await openPackageDatabase(opening, run);
    return (await database?.packages(run)) ?? [];
  });
}

/** Undefined: an initrd is given, and the root tree need not be entered. */
async function dracutFor(
  { initrd = {} }: BuildRequest,
  { root, rootDirectory, epoch, architecture: { machine } }: BuildPlan,
  place: { readonly workDirectory: string; readonly profile: string },
  run: Run,
): Promise<FoundDracut | undefined> {
  if (initrd.file !== undefined || rootDirectory === undefined) return undefined;
  const mode = initrd.dracut ?? 'auto';
  return findDracut({ ...place, root, rootDirectory, machine, mode, epoch: epoch.seconds }, run);
}

function initrdNeeded(): InvalidInputError {
  const message = 'The root tree is not a directory, and dracut makes initrds only in a directory.';
  return new InvalidInputError('live.no-directory', message, {
    hint: wording`Give a ready initrd with ${option('initrd.file', 'FILE')}, or unpack the tree and name its directory.`,
  });
}

function compressionOf(
  { initrd, engine }: BuildRequest,
  { description: { generation }, root, kernel }: BuildPlan,
  { runnable: { canLeave } }: FoundDracut,
  run: Run,
): Promise<InitrdCompression> {
  const { name, xzInitrd: xz } = generation;
  const asked = initrd?.compression;
  return chooseInitrdCompression(
    { root, kernelVersion: kernel.version, asked, xz, generation: name, canLeave, engine },
    run,
  );
}

async function makeInitrd(
  { request, plan, profile, events: { note, log } }: Omit<BuildContext, 'initrd'>,
  dracut: FoundDracut,
  compression: InitrdCompression,
  run: Run,
): Promise<ObtainedInitrd> {
  const { description, kernel, root, epoch } = plan;
  const { type, generation } = description;
  if (plan.rootImage.kind === 'erofs' && !(await mountsErofs(root, type.flags, run))) {
    note(
      'The live module of the root tree mounts nothing but squashfs: the medium will find no root. dracut 103 and the kiwi-live of KIWI 10.1 mount EROFS.',
    );
  }
  if (plan.rootImage.kind === 'squashfs' && !(await bootsSquashedRoot(root, type.flags, run))) {
    note(
      `The kiwi-live of the root tree is too old for filesystem="squashfs": the medium will find no root. flags="dmsquash" boots.`,
    );
  }
  const cache = request.initrd?.cacheDirectory;
  return obtainInitrd(
    {
      ...{ root, dracut, compression, profile, note, log },
      recipe: dracutRecipe(type.flags, generation),
      kernelVersion: kernel.version,
      epoch: epoch.seconds,
      cacheDirectory: cache === undefined ? undefined : resolve(cache),
    },
    run,
  );
}
