// Builds of live ISOs. Their code is loaded when the first one begins: a program that only writes images does not pay for it.

import { type PathLike, pathBytes } from '../bytes/index.js';
import type * as live from '../live/index.js';
import type { FileTree } from '../tree/index.js';
import { runOf, type WorkOptions } from './run.js';

/** How the root tree is prepared for the root image. */
export interface RootTreeOptions extends Omit<live.RootTreeOptions, 'exclude'> {
  /** Patterns of entries to leave out of the root image, in addition to those that are never part of one. */
  readonly exclude?: readonly PathLike[];
}

/** The options of a build. */
export interface BuildOptions extends Omit<live.BuildOptions, 'tree'>, WorkOptions {
  readonly tree?: RootTreeOptions;
}

/** How a build is planned. */
export interface PlanOptions extends BuildOptions, Pick<live.PlanOptions, 'keys'> {}

/** How results are bundled. */
export interface BundleOptions extends live.BundleOptions, WorkOptions {}

export type { LivePlan } from '../live/index.js';

const loadLive = () => import('../live/index.js');

/** Builds a live ISO and the files next to it. After any error the target directory is as it was before. */
export async function buildLiveIso(options: BuildOptions): Promise<live.BuildReport> {
  return (await loadLive()).buildLiveIso(inside(options), runOf(options));
}

/** Plans a live ISO without its initrd and without writing anything: what would be built, and the place of each byte. */
export async function planLiveIso({ keys = false, ...options }: PlanOptions): Promise<live.LivePlan> {
  return (await loadLive()).planLiveIso({ ...inside(options), keys }, runOf(options));
}

/** Collects the results of a build under names with an id. After any error the directory of the bundle is as it was before. */
export async function bundleResults(options: BundleOptions): Promise<live.BundleReport> {
  return (await loadLive()).bundleResults(options, runOf(options));
}

/** Options of {@link billOfTree}. */
export interface TreeBillOptions extends live.TreeBillOptions, WorkOptions {}

/**
 * The installed packages of a root tree, by the database of dpkg, RPM or pacman in it; undefined if there is none. Throws the errors
 * of the tree's contents.
 */
export async function billOfTree(root: FileTree, options: TreeBillOptions): Promise<live.BillOfMaterials | undefined> {
  return (await loadLive()).billOfTree(root, options, runOf(options));
}

/** A bill of materials as JSON of SPDX 2.3 or CycloneDX 1.6, with a line feed at the end. The same bill gives the same bytes. */
export async function renderBill(bill: live.BillOfMaterials, format: live.SbomFormat): Promise<string> {
  return (await loadLive()).renderBill(bill, format);
}

function inside({ tree, ...rest }: BuildOptions): live.BuildOptions {
  if (tree === undefined) return rest;
  const { exclude, ...others } = tree;
  return { ...rest, tree: { ...others, ...(exclude && { exclude: exclude.map(pathBytes) }) } };
}
