// Planning a FAT volume: names, sizes and the place of every cluster, from metadata alone.

import { type ExactContent, exactContent, type ImagePlan, type Range } from '../../io/index.js';
import { type FileTree, LossLog } from '../../tree/index.js';
import { type Chain, FIRST_CLUSTER } from './allocation-table.js';
import { ENTRY_SIZE } from './directory-entry.js';
import { dosTime } from './dos-time.js';
import { emitFat } from './emit.js';
import { chooseGeometry, type Demand, type Geometry } from './geometry.js';
import type { FatLayout, PlacedDirectory, PlacedEntry, PlacedFile } from './layout.js';
import { recordLosses } from './losses.js';
import { type FatOptions, type ResolvedFatOptions, resolveFatOptions } from './options.js';
import { type SurveyedDirectory, type SurveyedFile, surveyTree } from './survey.js';

/**
 * Plans a FAT12, FAT16 or FAT32 image of the tree. Links, devices and whatever else FAT cannot hold are left out and
 * told in `layout.losses`. Throws `InvalidInputError` (`fat.*`) for names, sizes and options that cannot be.
 */
export function planFat(tree: FileTree, options: FatOptions): ImagePlan<FatLayout, ExactContent> {
  const resolved = resolveFatOptions(options);
  const losses = new LossLog();
  recordLosses(tree, losses);
  const { label = '' } = options;
  if (label !== resolved.label) losses.addValue('fat.label', 'Labels are stored in capitals.', label);
  const { directories, files } = surveyTree(tree, resolved);
  const geometry = chooseGeometry(resolved, demandOf(directories, files));
  const layout: FatLayout = {
    ...geometry,
    label: resolved.label,
    serial: resolved.serial,
    hiddenSectors: resolved.hiddenSectors,
    ...headerOf(resolved),
    labelTime: dosTime(resolved.epoch),
    ...place(directories, files, geometry),
    losses: losses.list(),
  };
  const size = geometry.sectors * geometry.sectorSize;
  return { ...exactContent(size, (run) => emitFat(layout, run), freeSpace(layout)), layout };
}

/** What the boot sector says beside the geometry. */
function headerOf({ tables, media, drive, heads, sectorsPerTrack }: ResolvedFatOptions) {
  const given = (value: number | 'auto') => (value === 'auto' ? undefined : value);
  return { tables, media, drive, heads: given(heads), sectorsPerTrack: given(sectorsPerTrack) };
}

function demandOf(directories: readonly SurveyedDirectory[], files: readonly SurveyedFile[]): Demand {
  const root = directories[0]!;
  return {
    rootEntries: root.slots,
    clusters: (clusterSize, rootInClusters) => {
      let clusters = 0;
      for (const dir of directories)
        if (dir !== root || rootInClusters) clusters += directoryClusters(dir, clusterSize);
      for (const file of files) clusters += Math.ceil(file.content.size / clusterSize);
      return clusters;
    },
  };
}

/** Even an empty FAT32 root has a cluster. */
function directoryClusters(dir: SurveyedDirectory, clusterSize: number): number {
  return Math.max(1, Math.ceil((dir.slots * ENTRY_SIZE) / clusterSize));
}

/** Gives directories, then files, their clusters one behind the other: nothing is ever in fragments. */
function place(surveyed: readonly SurveyedDirectory[], surveyedFiles: readonly SurveyedFile[], geometry: Geometry) {
  const { clusterSize, type } = geometry;
  const chains = new Map<SurveyedDirectory | SurveyedFile, Chain>();
  let next = FIRST_CLUSTER;
  const take = (what: SurveyedDirectory | SurveyedFile, count: number) => {
    chains.set(what, { first: count > 0 ? next : 0, count });
    next += count;
  };
  const root = surveyed[0]!;
  for (const dir of surveyed) take(dir, dir === root && type !== 32 ? 0 : directoryClusters(dir, clusterSize));
  for (const file of surveyedFiles) take(file, Math.ceil(file.content.size / clusterSize));
  const directories = surveyed.map((dir): PlacedDirectory => {
    const parent = dir.parent === undefined || dir.parent === root ? 0 : chains.get(dir.parent)!.first;
    const entries = dir.entries.map(({ name, to, time }): PlacedEntry => {
      const isFile = 'content' in to;
      return { name, directory: !isFile, time, cluster: chains.get(to)!.first, size: isFile ? to.content.size : 0 };
    });
    return { path: dir.path, ...chains.get(dir)!, parentCluster: parent, time: dir.time, entries };
  });
  const files = surveyedFiles.map((file): PlacedFile => ({ ...file, ...chains.get(file)! }));
  return { directories, files, usedClusters: next - FIRST_CLUSTER };
}

function freeSpace(layout: FatLayout): Range[] {
  const at = layout.dataSector * layout.sectorSize + layout.usedClusters * layout.clusterSize;
  const length = layout.sectors * layout.sectorSize - at;
  return length > 0 ? [{ at, length }] : [];
}
