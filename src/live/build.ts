// From a description and a root tree to a live ISO: the whole flow, step by step.

import { join } from 'node:path';
import { fromText } from '../bytes/index.js';
import type { DiscLayout } from '../disc/index.js';
import { type Content, fileTarget, type ImagePlan, type Run, type Seal, withSeals, writeImage } from '../io/index.js';
import { beside } from './beside.js';
import { type BootFiles, type BootWorkshop, makeBootFiles } from './boot/boot-files.js';
import { decisionsOf } from './decisions.js';
import { isOlder } from './description/index.js';
import { lateInitrd, profileValues } from './initrd/index.js';
import { planMedium } from './medium.js';
import type { BuildOptions } from './options.js';
import type { Project } from './project.js';
import { type BuildReport, type LiveReport, liveReport } from './report.js';
import { digestSeal, type StagedResults, sizeLimitSeal, stageResults } from './result/index.js';
import { planRootImage } from './root-image.js';
import { atSite, type Site } from './site.js';

/** Builds the ISO and the files beside it. After any error the target directory holds what it held before. */
export async function buildLiveIso(options: BuildOptions, run: Run): Promise<BuildReport> {
  return atSite(options, run, async (site) => {
    const { project, watch } = site;
    const image = join(project.targetDirectory, `${project.baseName}.iso`);
    // First, as a script of the description may do as it likes with the root tree that dracut then reads.
    const boot = await bootFiles(site, run);
    // dracut works while the root image is packed; the medium has the initrd last, and its writer waits for it there.
    const initrd = (aside: Run) => watch.time('initrd', () => site.initrd(aside));
    return beside(run, initrd, (pending, running) => {
      const results = (aside: Run) => watch.time('results', () => stage(site, image, aside));
      return beside(running, results, async (staging, writing) => {
        const { plan, report } = await planAll(site, boot, lateInitrd(pending), writing);
        const { size, sha256 } = await watch.time('image', () => write(site, plan, image, staging, writing));
        const { results: record } = await staging;
        return { ...report(), image, size, digests: { sha256 }, initrd: (await pending).report, results: record };
      });
    });
  });
}

function stage({ options, project, workDirectory, note }: Site, image: string, run: Run): Promise<StagedResults> {
  const packageChanges = options.configuration?.packageChanges ?? false;
  return stageResults({ project, image, workDirectory, packageChanges, note }, run);
}

/** The ISO gets its name when everything that may fail is done; the files beside it follow at once. */
async function write(
  { options }: Site,
  plan: ImagePlan<DiscLayout>,
  image: string,
  staging: Promise<StagedResults>,
  run: Run,
): Promise<{ size: number; sha256: string }> {
  let sha256 = '';
  const limit = options.configuration?.largestImage;
  const learn = digestSeal((hex) => {
    sha256 = hex;
  });
  const ready: Seal = { name: 'results', seal: async () => staging.then(() => []) };
  const limits = limit === undefined ? [] : [sizeLimitSeal(limit, image)];
  const sealed = withSeals(plan, [...limits, ...(plan.seals ?? []), learn, ready]);
  const { size } = await writeImage(sealed, fileTarget(fromText(image), { force: options.force ?? false }), run);
  await (await staging).publish();
  return { size, sha256 };
}

/** Everything but the initrd and the writing: what would be built, and where each byte would lie. */
export async function planLiveIso(
  options: BuildOptions,
  run: Run,
): Promise<{ report: LiveReport; layout: DiscLayout }> {
  const use = async (site: Site) => {
    const { plan, report } = await planAll(site, await bootFiles(site, run), lateInitrd(NEVER), run);
    return { report: report(), layout: plan.layout };
  };
  return atSite({ ...options, force: true }, run, use, 'plan');
}

/** A plan is not written: nobody waits for its initrd. */
const NEVER = new Promise<never>(() => {});

/** What scripts see: the caller's variables, and in the newest generation those of the image. */
function scriptEnvironment({ environment = {} }: BuildOptions, { description }: Project): Record<string, string> {
  const ofImage = isOlder(description.generation.name, 'kiwi-10') ? {} : profileValues(description);
  return { ...environment, ...ofImage };
}

/** What the boot loaders need, with what the script of the description made of it. */
function bootFiles(site: Site, run: Run): Promise<BootFiles> {
  const { options, project, way, workDirectory, watch, note } = site;
  const { root, rootDirectory, epoch } = project;
  const workshop: BootWorkshop = {
    ...{ root, rootDirectory, inside: way?.inside, workDirectory, epoch: epoch.seconds, warn: note },
    environment: scriptEnvironment(options, project),
    log: (line) => options.log?.(line),
  };
  return watch.time('boot files', () => makeBootFiles(project, workshop, run));
}

interface Planned {
  readonly plan: ImagePlan<DiscLayout>;
  report(): LiveReport;
}

/** Plans the root image, and the medium around it. */
async function planAll(site: Site, boot: BootFiles, initrd: Content, run: Run): Promise<Planned> {
  const { options, project, profile, way, watch } = site;
  const { rootImage, plan } = await watch.time('plan', async () => {
    const planned = await planRootImage(project, profile, options.exclude ?? [], run, site.note);
    return { rootImage: planned, plan: planMedium(project, { ...boot, initrd }, planned.content) };
  });
  const losses = [...rootImage.losses, ...plan.layout.losses];
  options.losses?.(losses);
  const report = () =>
    liveReport(project, {
      dracut: way?.mode ?? 'given',
      rootFileSystemSize: rootImage.fileSystemSize,
      decisions: decisionsOf(site, rootImage),
      losses,
      warnings: site.warnings,
      steps: watch.steps,
    });
  return { plan, report };
}
