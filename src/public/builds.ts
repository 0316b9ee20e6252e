// Builds of live ISOs. Their code is loaded when the first one begins: a program that only writes images does not pay for it.

import { type PathLike, pathBytes } from '../bytes/index.js';
import type { DiscLayout } from '../disc/index.js';
import type * as live from '../live/index.js';
import { runOf, type WorkOptions } from './run.js';

/** What a build can be asked for. */
export interface BuildOptions extends Omit<live.BuildOptions, 'exclude' | 'now'>, WorkOptions {
  /** Patterns of what stays out of the root image, besides what never belongs in it. */
  readonly exclude?: readonly PathLike[];
  /** Milliseconds of any clock that only goes forward, for the durations in the report. Default: all of them are 0. */
  now?(): number;
}

/** How results are bundled. */
export interface BundleOptions extends live.BundleOptions, WorkOptions {}

/** What a build would make. */
export interface LivePlan {
  readonly report: live.LiveReport;
  readonly layout: DiscLayout;
}

const loadLive = () => import('../live/index.js');

/** Builds a live ISO and the files beside it. After any error the target directory holds what it held before. */
export async function buildLiveIso(options: BuildOptions): Promise<live.BuildReport> {
  return (await loadLive()).buildLiveIso(inside(options), runOf(options));
}

/** Plans a live ISO without its initrd and without writing anything: what would be built, and the place of each byte. */
export async function planLiveIso(options: BuildOptions): Promise<LivePlan> {
  return (await loadLive()).planLiveIso(inside(options), runOf(options));
}

/** Collects the results of a build under names with an id. After any error the directory of the bundle holds what it held before. */
export async function bundleResults(options: BundleOptions): Promise<live.BundleReport> {
  return (await loadLive()).bundleResults(options, runOf(options));
}

function inside({ exclude, ...rest }: BuildOptions): live.BuildOptions {
  return { now: () => 0, ...rest, ...(exclude && { exclude: exclude.map(pathBytes) }) };
}
