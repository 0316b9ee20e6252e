// From a description and a root tree to a live ISO: the whole flow, step by step.

import { basename, join, resolve } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { ImageRecorder } from '../../cache/index.js';
import type { DiscLayout } from '../../disc/index.js';
import { TargetError } from '../../errors.js';
import {
  type Content,
  fileTarget,
  type ImagePlan,
  partPath,
  type Run,
  type Seal,
  withSeals,
  writeImage,
} from '../../io/index.js';
import { type BootFiles, type BootFilesContext, makeBootFiles } from '../boot/boot-files.js';
import { type DeferredInitrd, deferredInitrd, pendingInitrd, profileValues } from '../initrd/index.js';
import { type BuildKeys, keyBuild } from '../keys/index.js';
import { planMedium } from '../medium/medium.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { type ProvenanceFacts, provenanceFacts } from '../provenance/index.js';
import {
  digestSeal,
  type FinishedIso,
  type Results,
  type StagedResults,
  sizeLimitSeal,
  stageResults,
} from '../result/index.js';
import { planRootImage, type RootImage } from '../root-image/root-image.js';
import { type BuildContext, withBuildContext } from './build-context.js';
import { decisionsOf } from './decisions.js';
import { findIsos, keepIso, keptIso } from './kept-iso.js';
import type { BuildOptions, BuildRequest } from './options.js';
import { type BuildReport, type LiveReport, liveReport } from './report.js';
import { runConcurrently } from './run-concurrently.js';

/** Builds the ISO and the files next to it. After any error the target directory is as it was before. */
export async function buildLiveIso(options: BuildOptions, run: Run): Promise<BuildReport> {
  return withBuildContext(options, run, async (context) => {
    const { plan, request, watch, cache } = context;
    const image = join(plan.targetDirectory, `${plan.baseName}.iso`);
    // First: a script of the description may change the root tree that dracut reads.
    const boot = await bootFiles(context, run);
    const initrd = deferredInitrd();
    const planning = (running: Run) => planAll(context, boot, initrd.content, running);
    if (!cache && !request.provenance) return press(context, image, { initrd, planning }, run);
    const planned = await planning(run);
    const keyed = await watch.time('keys', () => keyBuild({ ...context, boot, rootImage: planned.rootImage }, run));
    const { keys } = keyed;
    const provenance = request.provenance && (await provenanceFacts(context, keyed, run));
    const make = async (running: Run, staging?: Promise<StagedResults>) => {
      const recorder = cache && (await ImageRecorder.begin(cache));
      try {
        const parts = { initrd, planning: async () => planned, provenance, staging, recorder };
        const report = await press(context, image, parts, running);
        if (cache) await watch.time('keeping', () => keepIso(cache, keys.action, report, recorder));
        return { ...report, keys };
      } finally {
        await recorder?.close();
      }
    };
    const places = await findIsos(cache, keys.action);
    if (places.length === 0) return make(run);
    const results = (aside: Run) => watch.time('results', () => stage(context, image, provenance, aside));
    return runConcurrently(run, results, async (staging, running) => {
      const kept = await keptIso(context, places, image, running);
      // Damaged in every store: it is made again.
      if (!kept) return make(running, staging);
      const published = await (await staging).publish(kept, request.force ?? false);
      return { ...planned.report(), ...kept, image, keys, results: published, ...netbootReport(context) };
    });
  });
}

interface Parts {
  readonly initrd: DeferredInitrd;
  planning(run: Run): Promise<Planned>;
  readonly provenance?: ProvenanceFacts | undefined;
  /** The files next to the ISO, if they are being made already. */
  readonly staging?: Promise<StagedResults> | undefined;
  /** Keeps the ISO on the way. */
  readonly recorder?: ImageRecorder | undefined;
}

/** Makes everything that is not made yet. */
function press(context: BuildContext, image: string, parts: Parts, run: Run): Promise<BuildReport> {
  const { initrd, planning, provenance, recorder } = parts;
  const { watch } = context;
  // dracut runs while the root image is packed: the initrd is last on the medium, and writing waits for it there.
  const making = (aside: Run) => watch.time('initrd', () => context.initrd(aside));
  return runConcurrently(run, making, (pending, running) => {
    initrd.settle(pending);
    const make = (aside: Run) => watch.time('results', () => stage(context, image, provenance, aside));
    return runConcurrently(running, parts.staging ? () => parts.staging! : make, async (staging, writing) => {
      const { disc, report } = await planning(writing);
      const made = await watch.time('image', () => write(context, { disc, recorder }, image, staging, writing));
      const facts = { cached: false, initrd: (await pending).report(), ...netbootReport(context) };
      return { ...report(), image, ...made, ...facts };
    });
  });
}

function netbootReport({ request: { netboot } }: BuildContext): Pick<BuildReport, 'netboot'> {
  return netboot ? { netboot: { directory: resolve(netboot.directory) } } : {};
}

function stage(
  { request, plan, workDirectory, known, events: { note, log } }: BuildContext,
  image: string,
  provenance: ProvenanceFacts | undefined,
  run: Run,
): Promise<StagedResults> {
  const packageChanges = request.configuration?.packageChanges ?? false;
  const { sbom = [], sbomFiles = false, signing, netboot } = request;
  const wanted = { packageChanges, sbom, sbomFiles, provenance, signing, netboot, known };
  return stageResults({ plan, image, workDirectory, ...wanted, note, log }, run);
}

/** The ISO and the files next to it get their names after everything that may fail. */
async function write(
  { request, workDirectory }: BuildContext,
  { disc, recorder }: { readonly disc: ImagePlan<DiscLayout>; readonly recorder: ImageRecorder | undefined },
  image: string,
  staging: Promise<StagedResults>,
  run: Run,
): Promise<FinishedIso & { readonly results: Results }> {
  let sha256 = '';
  const limit = request.configuration?.largestImage;
  const learn = digestSeal(
    (hex) => {
      sha256 = hex;
    },
    recorder && ((bytes) => recorder.take(bytes)),
  );
  const ready: Seal = { name: 'results', seal: async () => staging.then(() => []) };
  const limits = limit === undefined ? [] : [sizeLimitSeal(limit, image)];
  const sealed = withSeals(recorder?.watch(disc) ?? disc, [...limits, learn, ready]);
  // No other run writes here; the ISO and the files next to it are moved from here together.
  const made = join(workDirectory, basename(image));
  const { size } = await writeImage(sealed, fileTarget(fromText(made)), run).catch((error) => {
    throw error instanceof TargetError ? named(error, made, image) : error;
  });
  const results = await (await staging).publish({ size, sha256 }, request.force ?? false);
  return { size, sha256, results };
}

/** An error of writing a file in the work directory, with the final name of the file. */
function named({ code, message, place, hint, cause }: TargetError, made: string, image: string): TargetError {
  const shown = message.replaceAll(partPath(made), image).replaceAll(made, image);
  return new TargetError(code, shown, { ...place, path: image, cause, hint });
}

/** How a build is planned. */
export interface PlanOptions extends BuildOptions {
  /** Whether the keys are taken, for which every file of the root tree is read. Default false. */
  readonly keys?: boolean;
}

/** A build that was planned and not made. */
export interface LivePlan {
  readonly report: LiveReport;
  /** Undefined: they were not asked for. */
  readonly keys: BuildKeys | undefined;
  /** The place of each byte. */
  readonly layout: DiscLayout;
}

/** Everything but the initrd and the writing: what would be built, and from what. */
export async function planLiveIso({ keys: wantsKeys, ...options }: PlanOptions, run: Run): Promise<LivePlan> {
  const use = async (context: BuildContext) => {
    const boot = await bootFiles(context, run);
    const { disc, rootImage, report } = await planAll(context, boot, pendingInitrd(NEVER), run);
    const take = () => keyBuild({ ...context, boot, rootImage }, run);
    const keyed = wantsKeys ? await context.watch.time('keys', take) : undefined;
    return { report: report(), keys: keyed?.keys, layout: disc.layout };
  };
  return withBuildContext({ ...options, force: true }, run, use, 'plan');
}

/** A plan is not written, so its initrd is not needed. */
const NEVER = new Promise<never>(() => {});

/** Additional variables for scripts: those of the options, and with newer rules those of the image. */
function scriptEnvironment(
  { description: asked, configuration }: BuildRequest,
  { description }: BuildPlan,
): Record<string, string> {
  const ofImage = description.generation.scriptsSeeProfile ? profileValues(description, configuration?.digest) : {};
  return { ...asked.scriptEnvironment, ...ofImage };
}

/** The boot files, changed by the script of the description. */
function bootFiles(context: BuildContext, run: Run): Promise<BootFiles> {
  const { request, plan, dracut, workDirectory, watch, events } = context;
  const { root, rootDirectory, epoch } = plan;
  const bootContext: BootFilesContext = {
    ...{ root, rootDirectory, inside: dracut?.inside, workDirectory, epoch: epoch.seconds },
    ...{ note: events.note, log: events.log, environment: scriptEnvironment(request, plan) },
  };
  return watch.time('boot files', () => makeBootFiles(plan, bootContext, run));
}

interface Planned {
  readonly disc: ImagePlan<DiscLayout>;
  readonly rootImage: RootImage;
  report(): LiveReport;
}

/** Plans the root image, and the medium around it. */
async function planAll(context: BuildContext, boot: BootFiles, initrd: Content, run: Run): Promise<Planned> {
  const { request, plan, profile, dracut, watch, events, cache, known } = context;
  const excluded = request.tree?.exclude ?? [];
  const { rootImage, disc } = await watch.time('plan', async () => {
    const planned = await planRootImage(
      plan,
      { profile, excluded, cache, known, like: request.like, note: events.note },
      run,
    );
    return { rootImage: planned, disc: planMedium(plan, { ...boot, initrd }, planned.content) };
  });
  const losses = [...rootImage.losses, ...disc.layout.losses];
  events.losses(losses);
  const report = () =>
    liveReport(plan, {
      dracut: dracut?.mode ?? 'given',
      rootFileSystemSize: rootImage.fileSystem?.size,
      like: rootImage.like,
      decisions: decisionsOf(context, rootImage),
      losses,
      notes: events.notes,
      steps: watch.steps,
    });
  return { disc, rootImage, report };
}
