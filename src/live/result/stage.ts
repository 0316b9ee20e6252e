// The files next to the ISO: made while it is written, and moved to their names together with it.

import { basename, join } from 'node:path';
import type { KnownDigests, Run } from '../../io/index.js';
import { publish } from '../files/publish.js';
import { writeText } from '../files/text-file.js';
import { type NetbootOptions, stageNetboot } from '../netboot/index.js';
import { openPackageDatabase, type PackageDatabase, renderPackageList } from '../packages/index.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { type ProvenanceFacts, renderProvenance } from '../provenance/index.js';
import {
  type BillOfMaterials,
  billOfMaterials,
  distributionOf,
  ofImage,
  renderBill,
  SBOM_SUFFIXES,
  type SbomFormat,
} from '../sbom/index.js';
import { type SigningOptions, signFile } from '../signing/index.js';
import { PROVENANCE_SUFFIX, RECORD_NAME } from './names.js';
import { bundleFormatOf, type ResultKey, type Results, renderResults } from './record.js';
import { Staging } from './staging.js';

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
  /** Whether they list the files of packages. */
  readonly sbomFiles: boolean;
  /** Undefined: there is no provenance statement. */
  readonly provenance: ProvenanceFacts | undefined;
  /** Undefined: nothing is signed. */
  readonly signing: SigningOptions | undefined;
  /** Undefined: there is no netboot set. */
  readonly netboot: NetbootOptions | undefined;
  /** Digests of files of the root tree that need not be read; undefined: none. */
  readonly known: KnownDigests | undefined;
  note(text: string): void;
  /** A line that another program printed. */
  log(line: string): void;
}

/** The finished ISO in the work directory. */
export interface FinishedIso {
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface StagedResults {
  /**
   * Writes the statements about the ISO, has the results signed, and moves them all from the work directory to their names in the
   * target directory. Those of an earlier build are replaced, the ISO only with `force`; after an error the directory is as it was before.
   */
  publish(iso: FinishedIso, force: boolean): Promise<Results>;
}

/** Writes those into the work directory that do not depend on the bytes of the ISO. The others are written when they are published. */
export async function stageResults(request: StagingRequest, run: Run): Promise<StagedResults> {
  const { plan, image, workDirectory, provenance, signing } = request;
  const { targetDirectory, baseName } = plan;
  const staging = new Staging(targetDirectory, workDirectory);
  staging.add('live_image', basename(image));
  const { texts, bill } = await packageFacts(request, run);
  for (const [key, suffix, text] of texts) await staging.write(key, `${baseName}.${suffix}`, text);
  const publishAll = async ({ sha256 }: FinishedIso, force: boolean) => {
    const name = basename(image);
    for (const format of bill ? new Set(request.sbom) : []) {
      const named = ofImage(bill!, { name, sha256 });
      await staging.write(`image_${format}`, `${baseName}.${SBOM_SUFFIXES[format]}`, renderBill(named, format));
    }
    if (provenance) {
      const iso = { name, digest: { sha256 } };
      const text = renderProvenance(provenance, { iso, others: staging.texts });
      await staging.write('image_provenance', `${baseName}.${PROVENANCE_SUFFIX}`, text);
    }
    if (signing) await staging.sign(signing, callOf(request), run);
    const format = bundleFormatOf(plan);
    const results: Results = { ...staging.results, ...(format ? { bundle_format: format } : {}) };
    await writeText(join(workDirectory, RECORD_NAME), renderResults(results));
    const names = [...staging.names, RECORD_NAME];
    const replaces = (replaced: string) => force || replaced !== name;
    await withNetboot(request, force, () => publish({ names, workDirectory, targetDirectory, replaces }), run);
    return results;
  };
  return { publish: publishAll };
}

/** Publishes the other results together with the netboot set, or neither. */
async function withNetboot(
  request: StagingRequest,
  force: boolean,
  publishOthers: () => Promise<void>,
  run: Run,
): Promise<void> {
  const { netboot: asked, image, plan, workDirectory, signing } = request;
  if (!asked) return publishOthers();
  const set = await stageNetboot(join(workDirectory, basename(image)), plan, asked, run);
  try {
    if (signing) await signFile(set.sums, signing, callOf(request), run);
    const takeBack = await set.publish(force);
    await publishOthers().catch(async (error) => {
      await takeBack();
      throw error;
    });
  } finally {
    await set.close();
  }
}

function callOf({ plan, log }: StagingRequest) {
  return { epoch: plan.epoch.seconds, log };
}

/** Results from the package database. */
interface PackageFacts {
  /** Results with the ends of their names. */
  readonly texts: readonly (readonly [key: ResultKey, suffix: string, text: string])[];
  /** Undefined: there is no database, or nothing asks for a bill. */
  readonly bill: BillOfMaterials | undefined;
}

async function packageFacts(request: StagingRequest, run: Run): Promise<PackageFacts> {
  const { plan, packageChanges, sbom, known, note } = request;
  const { root, rootDirectory, description } = plan;
  const { packageManager } = description;
  const database = await openPackageDatabase({ root, rootDirectory, packageManager, known, note }, run);
  if (!database) {
    if (sbom.length > 0) note('There is no bill of materials: the root tree has no package database.');
    return { texts: [], bill: undefined };
  }
  const list = renderPackageList(database.kind, await database.packages(run), description.generation);
  const texts: [ResultKey, string, string][] = [['image_packages', 'packages', list]];
  const verified = await database.verify?.(run);
  if (verified !== undefined) texts.push(['image_verified', 'verified', verified]);
  const changes = packageChanges ? await database.changes?.(run) : undefined;
  if (changes !== undefined) texts.push(['image_changes', 'changes', changes]);
  return { texts, bill: sbom.length > 0 ? await billOf(request, database, run) : undefined };
}

async function billOf(
  { plan, sbomFiles, known, note }: StagingRequest,
  database: PackageDatabase,
  run: Run,
): Promise<BillOfMaterials> {
  const { root, epoch, description } = plan;
  const { name, version } = description;
  const subject = { name, ...(version === '' ? {} : { version }) };
  const distribution = await distributionOf(root, run);
  const files = sbomFiles ? { files: { root, known } } : {};
  return billOfMaterials({ subject, epoch: epoch.seconds, database, distribution, note, ...files }, run);
}
