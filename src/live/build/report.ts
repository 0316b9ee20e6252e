// The report of a build.

import type { KeptPlaces, Loss } from '../../tree/index.js';
import type { DracutMode, InitrdReport } from '../initrd/index.js';
import type { BuildKeys } from '../keys/index.js';
import type { BuildPlan } from '../plan/build-plan.js';
import type { Results } from '../result/index.js';
import { type RootCompressionFacts, rootCompressionFacts } from '../root-image/root-image-plan.js';
import type { Decision } from './decisions.js';
import type { Step } from './stopwatch.js';

/** The decisions; all sizes are in bytes. */
export interface LiveReport {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly firmware: string;
  /** Boot loaders: `grub`, `isolinux` or `isolinux+grub`. */
  readonly layout: string;
  readonly partitionTable: string;
  readonly volumeId: string;
  readonly mediumId: string;
  /** Seconds since 1970, used as the present time. */
  readonly epoch: number;
  readonly kernel: { readonly path: string; readonly version: string };
  /** How dracut runs here; `given`: it does not. */
  readonly dracut: DracutMode | 'given';
  readonly compression: RootCompressionFacts;
  /** Size of the file system in the root image; undefined if the image is the root itself. */
  readonly rootFileSystemSize: number | undefined;
  /** The profile of that ext4, and the reason; undefined if the image is the root itself. */
  readonly rootFileSystem: { readonly profile: string; readonly reason: string } | undefined;
  /** How many files of the root image have the places of the earlier image; undefined without one. */
  readonly like: KeptPlaces | undefined;
  /** Name of the SELinux policy that labels the root image; undefined: the root tree has none. */
  readonly selinux: string | undefined;
  /** All decisions as text, with the reasons. */
  readonly decisions: readonly Decision[];
  readonly losses: readonly Loss[];
  /** Remarks for people, as the event `note` gave them. */
  readonly notes: readonly string[];
  readonly steps: readonly Step[];
}

/** The decisions and the results. */
export interface BuildReport extends LiveReport {
  /** Absolute path of the ISO. */
  readonly image: string;
  readonly size: number;
  /** Digest of the ISO, hexadecimal. */
  readonly sha256: string;
  /** Whether the whole ISO was made by an earlier build, and comes from a cache. */
  readonly cached: boolean;
  /** Digests of everything that decides the bytes; undefined without a cache, as they take reading the root tree once more. */
  readonly keys?: BuildKeys;
  readonly initrd: InitrdReport;
  /** The results by KIWI's keys. */
  readonly results: Results;
  /** The netboot set; undefined: it was not asked for. */
  readonly netboot?: { /** Absolute path. */ readonly directory: string };
}

export interface ReportedFacts {
  readonly decisions: readonly Decision[];
  readonly dracut: LiveReport['dracut'];
  readonly rootFileSystemSize: number | undefined;
  readonly like: LiveReport['like'];
  readonly losses: readonly Loss[];
  readonly notes: readonly string[];
  readonly steps: readonly Step[];
}

export function liveReport(plan: BuildPlan, facts: ReportedFacts): LiveReport {
  const { description, kernel, rootImage } = plan;
  const fileSystem = rootImage.kind === 'ext4-in-squashfs' ? rootImage.fileSystem : undefined;
  return {
    name: description.name,
    version: description.version,
    architecture: plan.architecture.machine,
    firmware: plan.firmware,
    layout: plan.layout.loaders,
    partitionTable: plan.layout.partitionTable,
    volumeId: description.type.volid,
    mediumId: plan.menu.mediumId,
    epoch: plan.epoch.seconds,
    kernel: { path: kernel.path, version: kernel.version },
    compression: rootCompressionFacts(rootImage),
    selinux: plan.selinux?.name,
    rootFileSystem: fileSystem && { profile: fileSystem.profile, reason: fileSystem.reason },
    ...facts,
  };
}
