// Planning a FAT volume: names, sizes and the place of every cluster, from metadata alone.

import { dosTime } from '../../bytes/index.js';
import { type ExactContent, exactContent, type ImagePlan, type Range } from '../../io/index.js';
import { type FileTree, LossLog } from '../../tree/index.js';
import { type Chain, FIRST_CLUSTER } from './allocation-table.js';
import { ENTRY_SIZE } from './directory-entry.js';
import { emitFat } from './emit.js';
import { chooseGeometry, type Demand, type Geometry } from './geometry.js';
import { chainsOf, type FatLayout, type PlacedDirectory, type PlacedEntry, type PlacedFile } from './layout.js';
import { recordLosses } from './losses.js';
import { type FatOptions, type ResolvedFatOptions, resolveFatOptions } from './options.js';
import { type Survey, type SurveyedDirectory, type SurveyedFile, surveyTree } from './survey.js';

/**
 * Plans a FAT12, FAT16 or FAT32 image of the tree. Links, devices and other entries that FAT cannot store are left out and
 * listed in `layout.losses`. Throws `InvalidInputError` (`fat.*`) for names, sizes and options that FAT does not allow.
 */
export function planFat(tree: FileTree, options: FatOptions): ImagePlan<FatLayout, ExactContent> {
  const resolved = resolveFatOptions(options);
  const losses = new LossLog();
  recordLosses(tree, losses);
  const { label = '' } = options;
  if (label !== resolved.label) losses.addValue('fat.label', 'Labels are stored in capitals.', label);
  const survey = surveyTree(tree, resolved);
  const geometry = chooseGeometry(resolved, demandOf(survey));
  const layout: FatLayout = {
    ...geometry,
    label: resolved.label,
    serial: resolved.serial,
    hiddenSectors: resolved.hiddenSectors,
    ...headerOf(resolved),
    labelTime: dosTime(resolved.epoch),
    ...place(survey, geometry),
    losses: losses.list(),
  };
  const size = geometry.sectors * geometry.sectorSize;
  return { ...exactContent(size, (run) => emitFat(layout, run), freeSpace(layout)), layout };
}

/** Fields of the boot sector other than the geometry. */
function headerOf({ tables, media, drive, heads, sectorsPerTrack }: ResolvedFatOptions) {
  const given = (value: number | 'auto') => (value === 'auto' ? undefined : value);
  return { tables, media, drive, heads: given(heads), sectorsPerTrack: given(sectorsPerTrack) };
}

function demandOf(survey: Survey): Demand {
  return {
    rootEntries: survey.directories[0]!.slots,
    clusters: (clusterSize, rootInClusters) => {
      let clusters = 0;
      for (const one of chainsOf(survey)) clusters += clustersOf(one, clusterSize, rootInClusters);
      return clusters;
    },
  };
}

/** A directory has a cluster even if it is empty, unless it is a root outside the clusters. */
function clustersOf(one: SurveyedDirectory | SurveyedFile, clusterSize: number, rootInClusters: boolean): number {
  if ('content' in one) return Math.ceil(one.content.size / clusterSize);
  if (one.parent === undefined && !rootInClusters) return 0;
  return Math.max(1, Math.ceil((one.slots * ENTRY_SIZE) / clusterSize));
}

/** Gives everything its clusters back to back: nothing is fragmented. */
function place(survey: Survey, { clusterSize, type }: Geometry) {
  const chains = new Map<SurveyedDirectory | SurveyedFile, Chain>();
  let next = FIRST_CLUSTER;
  for (const one of chainsOf(survey)) {
    const count = clustersOf(one, clusterSize, type === 32);
    chains.set(one, { first: count > 0 ? next : 0, count });
    next += count;
  }
  const root = survey.directories[0]!;
  const directories = survey.directories.map((dir): PlacedDirectory => {
    const parent = dir.parent === undefined || dir.parent === root ? 0 : chains.get(dir.parent)!.first;
    const entries = dir.entries.map(({ name, to, time }): PlacedEntry => {
      const isFile = 'content' in to;
      return { name, directory: !isFile, time, cluster: chains.get(to)!.first, size: isFile ? to.content.size : 0 };
    });
    const { path, slots, time } = dir;
    return { path, slots, ...chains.get(dir)!, parentCluster: parent, time, entries };
  });
  const files = survey.files.map((file): PlacedFile => ({ ...file, ...chains.get(file)! }));
  return { directories, files, usedClusters: next - FIRST_CLUSTER };
}

function freeSpace(layout: FatLayout): Range[] {
  const at = layout.dataSector * layout.sectorSize + layout.usedClusters * layout.clusterSize;
  const length = layout.sectors * layout.sectorSize - at;
  return length > 0 ? [{ at, length }] : [];
}
