// The surroundings of a build after its decisions: the plan, a scratch directory, the dracut to run.

import { resolve } from 'node:path';
import { defined } from '../../bytes/index.js';
import { type Cache, checkCache, type FileDigests, openCache, openFileDigests } from '../../cache/index.js';
import { InvalidInputError, option, wording } from '../../errors.js';
import type { KnownDigests, Run } from '../../io/index.js';
import { withWorkDirectory } from '../files/work-directory.js';
import {
  bootsSquashedRoot,
  checkInitrdOptions,
  chooseInitrdCompression,
  dracutRecipe,
  type FoundDracut,
  findDracut,
  givenInitrd,
  givenInitrdKey,
  type InitrdCompression,
  keyOfRequest,
  mountsErofs,
  type ObtainedInitrd,
  type ObtainRequest,
  obtainInitrd,
  renderProfile,
} from '../initrd/index.js';
import { checkNetboot, checkNetbootTarget } from '../netboot/index.js';
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
  /** Undefined: nothing is kept. */
  readonly cache: Cache | undefined;
  /** Digests of files of the root directory; undefined: all are read. */
  readonly known: KnownDigests | undefined;
  initrd(run: Run): Promise<ObtainedInitrd>;
  /** The key of the initrd, which need not be made for it. */
  initrdKey(run: Run): Promise<string>;
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
  const began = request.cache?.now?.();
  const watch = new Stopwatch(events.now);
  const initrdFile = request.initrd?.file;
  const { root: source, unpack } = request.input;
  if (typeof source !== 'string' && !unpack && initrdFile === undefined) throw initrdNeeded();
  // Options that can be refused without the root tree are refused before it is read.
  checkInitrdOptions(request.initrd, request.engine);
  const known = await planEarly(request, events);
  if (request.cache && purpose === 'work') await checkCache(request.cache);
  if (request.netboot && purpose === 'work') await checkNetbootTarget(request.netboot, request.force ?? false);
  const given = initrdFile === undefined ? undefined : await givenInitrd(initrdFile);
  const root = await watch.time('scan', () => readRootTree(request, events, run));
  const plan = await decide(request, root, known, events);
  checkNetboot(plan, request);
  const profile = renderProfile(plan.description, request.configuration?.digest);
  return withWorkDirectory(
    { targetDirectory: plan.targetDirectory, name: plan.baseName, purpose, note: events.note },
    async (workDirectory) => {
      await checkModules(request, plan, run);
      const dracut = await dracutFor(request, plan, { workDirectory, profile }, run);
      const initrdCompression = dracut && (await compressionOf(request, plan, dracut, run));
      const surroundings = { scratch: workDirectory, purpose, note: events.note, began, run };
      return withCaches(request, surroundings, async ({ cache, known: digests, initrds }) => {
        const kept = { cache, known: digests };
        const parts = { request, plan, profile, workDirectory, dracut, initrdCompression, watch, events, ...kept };
        if (given) {
          const initrdKey = (running: Run) => givenInitrdKey(given.content, running);
          return use({ ...parts, initrd: async () => given, initrdKey });
        }
        const asked = requestOf(parts, dracut!, initrdCompression!, initrds);
        const initrd = (running: Run) => makeInitrd(parts, asked, running);
        return use({ ...parts, initrd, initrdKey: (running) => keyOfRequest(asked, running) });
      });
    },
  );
}

interface Caches {
  readonly cache: Cache | undefined;
  readonly known: FileDigests | undefined;
  /** Those that keep initrds. */
  readonly initrds: readonly Cache[];
}

/** Known digests of the files of a root directory, if there is a clock to tell which files have settled. */
async function knownDigests(cache: Cache, root: unknown, now: number | undefined, isFresh = false) {
  return typeof root === 'string' && now !== undefined
    ? openFileDigests(cache, { directory: resolve(root), now, isFresh })
    : undefined;
}

interface CacheUse {
  /** A directory for files that no store takes. */
  readonly scratch: string;
  readonly purpose: 'work' | 'plan';
  /** Milliseconds since 1970, before the root tree was read; undefined without a clock. */
  readonly began: number | undefined;
  readonly run: Run;
  note(text: string): void;
}

/** Opens the caches of a build, and closes them when `use` is done. A plan has none. */
async function withCaches<T>(
  { cache: asked, initrd, input: { root } }: BuildRequest,
  { scratch, purpose, note, began, run }: CacheUse,
  use: (caches: Caches) => Promise<T>,
): Promise<T> {
  if (purpose === 'plan') return use({ cache: undefined, known: undefined, initrds: [] });
  const common = { scratch, note, signal: run.signal, ...defined({ now: asked?.now }) };
  const directory = initrd?.cacheDirectory;
  const cache = asked && asked.places.length > 0 ? await openCache({ ...common, places: asked.places }) : undefined;
  const own = directory === undefined ? [] : [await openCache({ ...common, places: [{ place: resolve(directory) }] })];
  try {
    const known = cache && (await knownDigests(cache, root, began, asked?.rehash));
    const result = await use({ cache, known, initrds: [...own, ...(cache ? [cache] : [])] });
    await known?.keep();
    return result;
  } finally {
    for (const one of [...own, ...(cache ? [cache] : [])]) await one.close();
  }
}

/** KIWI's check of its own dracut modules, if they are used. The list of packages next to the ISO notes what the database lacks. */
async function checkModules(
  request: BuildRequest,
  { root, rootDirectory, description: { generation, packageManager } }: BuildPlan,
  run: Run,
): Promise<void> {
  if (request.initrd?.file !== undefined || disabledChecksOf(request).includes(MODULE_VERSIONS)) return;
  await checkModuleVersions(root, generation, async () => {
    const opening = { root, rootDirectory, packageManager, note: () => {} };
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

type InitrdParts = Omit<BuildContext, 'initrd' | 'initrdKey'>;

function requestOf(
  { plan, profile, workDirectory, events: { note, log } }: InitrdParts,
  dracut: FoundDracut,
  compression: InitrdCompression,
  caches: readonly Cache[],
): ObtainRequest {
  const { description, kernel, root, epoch } = plan;
  return {
    ...{ root, dracut, compression, profile, note, log },
    recipe: dracutRecipe(description.type.flags, description.generation),
    kernelVersion: kernel.version,
    epoch: epoch.seconds,
    keeping: caches.length > 0 ? { caches, workDirectory } : undefined,
  };
}

async function makeInitrd(
  { plan, events: { note } }: InitrdParts,
  request: ObtainRequest,
  run: Run,
): Promise<ObtainedInitrd> {
  const { root } = plan;
  const { flags } = plan.description.type;
  if (plan.rootImage.kind === 'erofs' && !(await mountsErofs(root, flags, run))) {
    note(
      'The live module of the root tree mounts nothing but squashfs: the medium will find no root. dracut 103 and the kiwi-live of KIWI 10.1 mount EROFS.',
    );
  }
  if (plan.rootImage.kind === 'squashfs' && !(await bootsSquashedRoot(root, flags, run))) {
    note(
      `The kiwi-live of the root tree is too old for filesystem="squashfs": the medium will find no root. flags="dmsquash" boots.`,
    );
  }
  return obtainInitrd(request, run);
}
