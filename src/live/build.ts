// From a description and a root tree to a live ISO: the whole flow, step by step.

import { join, resolve } from 'node:path';
import { fromText, timestamp } from '../bytes/index.js';
import type { DiscLayout } from '../disc/index.js';
import { type Content, fileTarget, type ImagePlan, type Run, writeImage } from '../io/index.js';
import { scanDirectory } from '../source/index.js';
import { clampTimes, type FileTree, mapOwners } from '../tree/index.js';
import { beside } from './beside.js';
import { type BootWorkshop, makeBootFiles } from './boot/boot-files.js';
import { isOlder } from './description/index.js';
import {
  type DracutWay,
  dracutRecipe,
  findWay,
  givenInitrd,
  lateInitrd,
  type ObtainedInitrd,
  obtainInitrd,
  profileValues,
  renderProfile,
} from './initrd/index.js';
import { planMedium } from './medium.js';
import type { BuildOptions } from './options.js';
import { decide, type Project } from './project.js';
import { type BuildReport, type LiveReport, liveReport } from './report.js';
import { writeResults } from './result/index.js';
import { planRootImage } from './root-image.js';
import { Stopwatch } from './stopwatch.js';
import { withWorkDirectory } from './work-directory.js';

/** Builds the ISO and the files beside it. After any error the target directory holds what it held before. */
export async function buildLiveIso(options: BuildOptions, run: Run): Promise<BuildReport> {
  return atSite(options, run, (site) => {
    const initrd = (aside: Run) => site.watch.time('initrd', () => site.initrd(aside));
    // dracut works while the root image is packed; the medium has the initrd last, and its writer waits for it there.
    return beside(run, initrd, async (pending, running) => {
      const { plan, report } = await planAll(site, lateInitrd(pending), running);
      const { project, watch } = site;
      const image = join(project.targetDirectory, `${project.baseName}.iso`);
      const target = fileTarget(fromText(image), { force: options.force ?? false });
      const { size } = await watch.time('image', () => writeImage(plan, target, running));
      const results = await watch.time('results', () => writeResults(project, image));
      return { ...report(), image, size, initrd: (await pending).report, results };
    });
  });
}

/** Everything but the initrd and the writing: what would be built, and where each byte would lie. */
export async function planLiveIso(
  options: BuildOptions,
  run: Run,
): Promise<{ report: LiveReport; layout: DiscLayout }> {
  return atSite({ ...options, force: true }, run, async (site) => {
    const { plan, report } = await planAll(site, lateInitrd(NEVER), run);
    return { report: report(), layout: plan.layout };
  });
}

/** A plan is not written: nobody waits for its initrd. */
const NEVER = new Promise<never>(() => {});

/** A build that has been decided, and what it has to work with. */
interface Site {
  readonly options: BuildOptions;
  readonly project: Project;
  readonly profile: string;
  readonly workDirectory: string;
  /** Undefined: an initrd is given, and the root tree need not be entered. */
  readonly way: DracutWay | undefined;
  readonly warnings: readonly string[];
  readonly watch: Stopwatch;
  note(text: string): void;
  initrd(run: Run): Promise<ObtainedInitrd>;
}

async function atSite<T>(options: BuildOptions, run: Run, use: (site: Site) => Promise<T>): Promise<T> {
  const watch = new Stopwatch(() => options.now());
  const warnings: string[] = [];
  const note = (text: string) => {
    warnings.push(text);
    options.note?.(text);
  };
  const root = await watch.time('scan', () => scanRoot({ ...options, note }, run));
  const project = await decide({ ...options, note }, root);
  const profile = renderProfile(project.description);
  return withWorkDirectory(project.targetDirectory, project.baseName, async (workDirectory) => {
    const { rootDirectory, epoch } = project;
    const mode = options.dracut ?? 'auto';
    const request = { root, rootDirectory, workDirectory, mode, profile, epoch: epoch.seconds };
    const way = options.initrd === undefined ? await findWay(request, run) : undefined;
    const given = options.initrd === undefined ? undefined : await givenInitrd(options.initrd);
    const initrd = async (running: Run) => given ?? makeOwnInitrd(options, project, profile, way!, note, running);
    return use({ options, project, profile, workDirectory, way, warnings, watch, note, initrd });
  });
}

/** The root tree with the owners and times it will have on the medium. */
async function scanRoot(options: BuildOptions, run: Run): Promise<FileTree> {
  const { engine, xattrs, note, ownership, epoch, clampTimes: clamp } = options;
  const scanned = await scanDirectory(fromText(resolve(options.root)), {
    oneFileSystem: true,
    run,
    ...(engine ? { engine } : {}),
    ...(xattrs === undefined ? {} : { xattrs }),
    ...(note ? { note } : {}),
  });
  const owned = mapOwners(scanned, ownership ?? 'keep');
  return clamp && epoch !== undefined ? clampTimes(owned, timestamp(epoch)) : owned;
}

function makeOwnInitrd(
  options: BuildOptions,
  project: Project,
  profile: string,
  way: DracutWay,
  note: (text: string) => void,
  run: Run,
): Promise<ObtainedInitrd> {
  const { description, kernel, root, epoch } = project;
  return obtainInitrd(
    {
      root,
      way,
      recipe: dracutRecipe(description.type.flags, description.generation),
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

/** What scripts see: the caller's variables, and in the newest generation those of the image. */
function scriptEnvironment({ environment = {} }: BuildOptions, { description }: Project): Record<string, string> {
  const ofImage = isOlder(description.generation.name, 'kiwi-10') ? {} : profileValues(description);
  return { ...environment, ...ofImage };
}

interface Planned {
  readonly plan: ImagePlan<DiscLayout>;
  report(): LiveReport;
}

/** Makes the boot files, and plans the medium around them. */
async function planAll(site: Site, initrd: Content, run: Run): Promise<Planned> {
  const { options, project, profile, way, workDirectory, watch, note } = site;
  const { root, rootDirectory, epoch } = project;
  const workshop: BootWorkshop = {
    ...{ root, rootDirectory, inside: way?.inside, workDirectory, epoch: epoch.seconds, warn: note },
    environment: scriptEnvironment(options, project),
    log: (line) => options.log?.(line),
  };
  const boot = await watch.time('boot files', () => makeBootFiles(project, workshop, run));
  const { rootImage, plan } = await watch.time('plan', () => {
    const planned = planRootImage(project, profile, options.exclude ?? []);
    return { rootImage: planned, plan: planMedium(project, { ...boot, initrd }, planned.content) };
  });
  const losses = [...rootImage.losses, ...plan.layout.losses];
  options.losses?.(losses);
  const report = () =>
    liveReport(project, {
      dracut: way?.mode ?? 'given',
      rootFileSystemSize: rootImage.fileSystemSize,
      losses,
      warnings: site.warnings,
      steps: watch.steps,
    });
  return { plan, report };
}
