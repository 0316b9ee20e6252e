// From a description and a root tree to a live ISO: the whole flow, step by step.

import { join, resolve } from 'node:path';
import { fromText, timestamp } from '../bytes/index.js';
import { type CompressionFacts, compressionFacts } from '../compress/index.js';
import type { DiscLayout } from '../disc/index.js';
import { type ExactContent, fileTarget, type ImagePlan, type Run, writeImage } from '../io/index.js';
import { openHostFile, scanDirectory } from '../source/index.js';
import { applyManifest, clampTimes, type FileTree, type Loss, mapOwners, newestSecond } from '../tree/index.js';
import { makeBootFiles } from './boot/boot-files.js';
import { givenInitrd } from './initrd/given.js';
import { type InsideMode, type InsideRoot, makeInitrd, openRoot, renderProfile } from './initrd/index.js';
import { planMedium } from './medium.js';
import type { BuildOptions } from './options.js';
import { listPackages } from './packages.js';
import { decide, type Project } from './project.js';
import { type ResultFile, type ResultKey, type Results, renderResults, writeText } from './result.js';
import { planRootImage } from './root-image.js';
import { type Step, Stopwatch } from './stopwatch.js';
import { withWorkDirectory } from './work-directory.js';

/** What was decided and made; all sizes are bytes. */
export interface LiveReport {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly firmware: string;
  readonly partitionTable: string;
  readonly volumeId: string;
  readonly mediumId: string;
  /** Seconds since 1970 that stand for the present. */
  readonly epoch: number;
  readonly kernel: { readonly path: string; readonly version: string };
  readonly initrd: InitrdReport;
  readonly compression: CompressionFacts;
  /** Size of the file system in the root image; undefined when the squashfs is the root itself. */
  readonly rootFileSystemSize: number | undefined;
  readonly losses: readonly Loss[];
  readonly warnings: readonly string[];
  readonly steps: readonly Step[];
}

export interface InitrdReport {
  readonly size: number;
  /** How dracut ran; `given` when it did not. */
  readonly madeBy: InsideMode | 'given';
  /** dracut modules added. */
  readonly modules: readonly string[];
}

export interface BuildReport extends LiveReport {
  /** Absolute path of the ISO. */
  readonly image: string;
  readonly size: number;
  /** All results by KIWI's keys. */
  readonly results: Results;
}

/** Builds the ISO and the files beside it. After any error the target directory holds what it held before. */
export async function buildLiveIso(options: BuildOptions, run: Run): Promise<BuildReport> {
  return prepare(options, run, async ({ project, plan, report, watch }) => {
    const image = join(project.targetDirectory, `${project.baseName}.iso`);
    const target = fileTarget(fromText(image), { force: options.force ?? false });
    const { size } = await watch.time('image', () => writeImage(plan, target, run));
    const results = await watch.time('results', () => writeResults(project, image));
    return { ...report(), image, size, results };
  });
}

/** Everything but the writing: what would be built, and where each byte would lie. dracut runs unless an initrd is given. */
export async function planLiveIso(
  options: BuildOptions,
  run: Run,
): Promise<{ report: LiveReport; layout: DiscLayout }> {
  return prepare({ ...options, force: true }, run, async ({ plan, report }) => ({
    report: report(),
    layout: plan.layout,
  }));
}

interface Prepared {
  readonly project: Project;
  readonly plan: ImagePlan<DiscLayout>;
  readonly watch: Stopwatch;
  report(): LiveReport;
}

/** Makes all parts and plans the medium; `use` gets it while the parts are there. */
async function prepare<T>(options: BuildOptions, run: Run, use: (prepared: Prepared) => Promise<T>): Promise<T> {
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
    const inside = await wayInside(options, project, workDirectory, profile, run);
    const initrd = await watch.time('initrd', () => obtainInitrd(options, project, inside, note, run));
    const { rootDirectory } = project;
    const workshop = { root, rootDirectory, inside, workDirectory, epoch: project.epoch.seconds, warn: note };
    const boot = await watch.time('boot files', () => makeBootFiles(project, workshop, run));
    const planned = await watch.time('plan', async () => {
      const rootImage = await planRootImage(project, profile, options.exclude ?? [], run);
      return { rootImage, plan: planMedium(project, { ...boot, initrd: initrd.content }, rootImage.content) };
    });
    const { fileSystemSize } = planned.rootImage;
    const losses = [...planned.rootImage.losses, ...planned.plan.layout.losses];
    options.losses?.(losses);
    const report = () => describe(project, initrd.report, fileSystemSize, losses, warnings, watch.steps);
    return use({ project, plan: planned.plan, watch, report });
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
  const mtime = timestamp(epoch ?? newestSecond(owned));
  const root = applyManifest(owned, options.manifest ?? [], { mtime, open: openHostFile });
  return clamp && epoch !== undefined ? clampTimes(root, timestamp(epoch)) : root;
}

/** With a ready initrd the root tree need not be entered: then this machine's grub-mkimage does. */
async function wayInside(
  options: BuildOptions,
  project: Project,
  workDirectory: string,
  profile: string,
  run: Run,
): Promise<InsideRoot | undefined> {
  if (options.initrd !== undefined) return undefined;
  const { rootDirectory, epoch } = project;
  const mode = options.dracut ?? 'auto';
  return openRoot({ root: rootDirectory, workDirectory, mode, profile, epoch: epoch.seconds }, run);
}

async function obtainInitrd(
  options: BuildOptions,
  project: Project,
  inside: InsideRoot | undefined,
  note: (text: string) => void,
  run: Run,
): Promise<{ content: ExactContent; report: InitrdReport }> {
  if (!inside) {
    const content = await givenInitrd(options.initrd!);
    return { content, report: { size: content.size, madeBy: 'given', modules: [] } };
  }
  const { description, kernel } = project;
  const { content, modules, absent } = await makeInitrd(
    inside,
    {
      flags: description.type.flags,
      kernelVersion: kernel.version,
      omit: description.generation === 'kiwi-9' ? ['multipath'] : [],
      log: (line) => options.log?.(line),
    },
    run,
  );
  if (absent.length > 0) note(`The initrd goes without the dracut modules ${absent.join(', ')}: not in the root tree.`);
  return { content, report: { size: content.size, madeBy: inside.mode, modules } };
}

async function writeResults(project: Project, image: string): Promise<Results> {
  const { targetDirectory, baseName, description } = project;
  const at = (suffix: string) => join(targetDirectory, `${baseName}${suffix}`);
  const results: Partial<Record<ResultKey, ResultFile | { pattern: string }>> = {
    live_image: { filename: image, use_for_bundle: true, compress: false, shasum: true },
  };
  const packages = await listPackages(project.root);
  if (packages !== undefined) {
    await writeText(at('.packages'), packages);
    results.image_packages = { filename: at('.packages'), use_for_bundle: true, compress: false, shasum: false };
  }
  const { bundle_format: pattern } = description.type;
  if (pattern !== undefined) results.bundle_format = { pattern };
  await writeText(join(targetDirectory, 'isopress.result.json'), renderResults(results));
  return results;
}

function describe(
  project: Project,
  initrd: InitrdReport,
  rootFileSystemSize: number | undefined,
  losses: readonly Loss[],
  warnings: readonly string[],
  steps: readonly Step[],
): LiveReport {
  const { description, compression, kernel } = project;
  return {
    name: description.name,
    version: description.version,
    architecture: project.architecture.machine,
    firmware: project.firmware,
    partitionTable: project.partitionTable,
    volumeId: description.type.volid,
    mediumId: project.menu.mediumId,
    epoch: project.epoch.seconds,
    kernel: { path: kernel.path, version: kernel.version },
    initrd,
    compression: compressionFacts(compression),
    rootFileSystemSize,
    losses,
    warnings,
    steps,
  };
}
