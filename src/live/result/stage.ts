// The files next to the ISO: made while it is written, and moved to their names together with it.

import { basename, join } from 'node:path';
import type { Run } from '../../io/index.js';
import { publish } from '../files/publish.js';
import { writeText } from '../files/text-file.js';
import { openPackageDatabase, type PackageDatabase, renderPackageList } from '../packages/index.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { billOfMaterials, distributionOf, renderBill, SBOM_SUFFIXES, type SbomFormat } from '../sbom/index.js';
import { RECORD_NAME } from './names.js';
import { bundleFormatOf, type ResultFile, type ResultKey, type Results, renderResults } from './record.js';

export interface StagingRequest {
  readonly plan: BuildPlan;
  /** Absolute path of the finished ISO. */
  readonly image: string;
  /** A directory on the file system of the target directory. */
  readonly workDirectory: string;
  /** Whether the change logs of the packages are a result. */
  readonly packageChanges: boolean;
  /** Bills of materials that are results. */
  readonly sbom: readonly SbomFormat[];
  note(text: string): void;
}

export interface StagedResults {
  readonly results: Results;
  /**
   * Moves the ISO and the files next to it from the work directory to their names in the target directory. Those of an
   * earlier build are replaced, the ISO only with `force`; after an error the directory is as it was before.
   */
  publish(force: boolean): Promise<void>;
}

/** The treatment of each result in a bundle (KIWI's flags). */
const FLAGS: Readonly<Record<ResultKey, Omit<ResultFile, 'filename'>>> = {
  live_image: { use_for_bundle: true, compress: false, shasum: true },
  image_packages: { use_for_bundle: true, compress: false, shasum: false },
  image_verified: { use_for_bundle: true, compress: false, shasum: false },
  image_changes: { use_for_bundle: true, compress: true, shasum: false },
  image_spdx: { use_for_bundle: true, compress: false, shasum: false },
  image_cyclonedx: { use_for_bundle: true, compress: false, shasum: false },
};

/** Writes them into the work directory. */
export async function stageResults(request: StagingRequest, run: Run): Promise<StagedResults> {
  const { plan, image, workDirectory } = request;
  const { targetDirectory, baseName } = plan;
  const files: Partial<Record<ResultKey, ResultFile>> = { live_image: { filename: image, ...FLAGS.live_image } };
  const staged: string[] = [];
  const stage = async (name: string, text: string) => {
    await writeText(join(workDirectory, name), text);
    staged.push(name);
  };
  for (const [key, suffix, text] of await packageTexts(request, run)) {
    const name = `${baseName}.${suffix}`;
    await stage(name, text);
    files[key] = { filename: join(targetDirectory, name), ...FLAGS[key] };
  }
  const format = bundleFormatOf(plan);
  const results: Results = { ...files, ...(format ? { bundle_format: format } : {}) };
  await stage(RECORD_NAME, renderResults(results));
  const [iso, names] = [basename(image), [basename(image), ...staged]];
  const replaces = (force: boolean) => (name: string) => force || name !== iso;
  return {
    results,
    publish: (force) => publish({ names, workDirectory, targetDirectory, replaces: replaces(force) }),
  };
}

async function packageTexts(request: StagingRequest, run: Run): Promise<[ResultKey, string, string][]> {
  const { plan, workDirectory, packageChanges, sbom, note } = request;
  const { root, rootDirectory, description } = plan;
  const { packageManager } = description;
  const database = await openPackageDatabase({ root, rootDirectory, workDirectory, packageManager, note }, run);
  if (!database) {
    if (sbom.length > 0) note('There is no bill of materials: the root tree has no package database.');
    return [];
  }
  const list = renderPackageList(database.kind, await database.packages(run), description.generation);
  const texts: [ResultKey, string, string][] = [['image_packages', 'packages', list]];
  const verified = await database.verify?.(run);
  if (verified !== undefined) texts.push(['image_verified', 'verified', verified]);
  const changes = packageChanges ? await database.changes?.(run) : undefined;
  if (changes !== undefined) texts.push(['image_changes', 'changes', changes]);
  return sbom.length > 0 ? [...texts, ...(await billTexts(request, database, run))] : texts;
}

async function billTexts(
  { plan, sbom }: StagingRequest,
  database: PackageDatabase,
  run: Run,
): Promise<[ResultKey, string, string][]> {
  const { root, epoch, description } = plan;
  const { name, version } = description;
  const subject = { name, ...(version === '' ? {} : { version }) };
  const distribution = await distributionOf(root, run);
  const bill = await billOfMaterials({ subject, epoch: epoch.seconds, database, distribution }, run);
  return sbom.map((format) => [`image_${format}`, SBOM_SUFFIXES[format], renderBill(bill, format)]);
}
