// Runs `isopress iso`: the options of the command as those of a disc.

import { type Stats, statSync } from 'node:fs';
import { defined, fromText } from '../../bytes/index.js';
import {
  type BootEntryOptions,
  type BootOptions,
  checkEfiImages,
  type DiscLayout,
  type DiscOptions,
  type HideRule,
  type LayoutName,
  type PartitionTable,
  planDisc,
  resolveDisc,
  type WeightRule,
} from '../../disc/index.js';
import { InvalidInputError, UsageError } from '../../errors.js';
import { tagSeal } from '../../format/checkmedia/index.js';
import { planFat } from '../../format/fat/index.js';
import type { DeepDirectories, Relaxation, VolumeDates } from '../../format/iso9660/index.js';
import type { UdfRevision } from '../../format/udf/index.js';
import {
  type DigestName,
  type ExactContent,
  exactContent,
  type ImagePlan,
  type Run,
  type Seal,
  withSeals,
} from '../../io/index.js';
import { checkSpelled } from '../../options/index.js';
import { openHostFile, scanDirectory } from '../../source/index.js';
import { type FileTree, type PreparedTree, shareDuplicates } from '../../tree/index.js';
import type { GivenBootEntry } from '../boot-entry.js';
import { type Graft, grafted, rationalised } from '../graft.js';
import { readInput } from '../input.js';
import { optionFlag } from '../option-words.js';
import type { Session } from '../session.js';
import { type Derived, writeCommand } from '../write-command.js';
import type { WriterOptions } from '../writer-options.js';
/** Parsed values of the command's options. */
export interface IsoCommandOptions extends WriterOptions {
  readonly volumeId: string;
  readonly publisher?: string;
  readonly preparer?: string;
  readonly applicationId?: string;
  readonly systemId?: string;
  readonly volumeSetId?: string;
  readonly copyrightFile?: string;
  readonly abstractFile?: string;
  readonly bibliographicFile?: string;
  readonly level: '1' | '2' | '3' | '4';
  readonly relax: readonly Relaxation[];
  readonly deep?: DeepDirectories;
  readonly strict: boolean;
  readonly volumeDate: Partial<VolumeDates>;
  readonly iso9660: boolean;
  readonly joliet: boolean | 'long';
  readonly rockRidge: '1.10' | '1.12' | 'none';
  readonly aaip: boolean;
  readonly udf?: UdfRevision | true;
  readonly udfSpecialFiles?: boolean;
  readonly hide: readonly HideRule[];
  readonly hideIso?: readonly HideRule[];
  readonly hideJoliet?: readonly HideRule[];
  readonly hideUdf?: readonly HideRule[];
  readonly sort: readonly WeightRule[];
  readonly mediaCheck: 'none' | 'suse' | 'rh';
  readonly mediaDigest?: readonly DigestName[];
  readonly mediaFragments?: number;
  readonly signatureBlock?: boolean;
  readonly biosBoot?: string;
  readonly efiBoot?: string;
  readonly appendEsp?: string;
  readonly duplicatesOnce: boolean;
  readonly bootInfoTable: boolean;
  readonly grub2BootInfo?: boolean;
  readonly bootEntry: readonly GivenBootEntry[];
  readonly bootCatalog?: string;
  readonly mbr?: string;
  readonly layout?: LayoutName;
  readonly partitionTable?: PartitionTable;
  readonly diskSignature?: number;
  readonly partitionOffset?: '0' | '16';
  readonly pad: number;
  /** Boot images in mkisofs's spelling, which take the place of those above. */
  readonly classicBoot?: BootOptions;
  /** Owners and modes of `-r`. */
  readonly rational?: boolean;
  /** By which option of mkisofs a value was given. */
  readonly spelled?: ReadonlyMap<string, string>;
  readonly graftBase?: string;
  readonly grafts?: readonly Graft[];
}

/** Writes the image. `spelled`: by which option of mkisofs a value was given. */
export function writeIso(
  source: string,
  image: string,
  options: IsoCommandOptions,
  spelled: ReadonlyMap<string, string>,
): Promise<void> {
  return writeCommand(source, image, options, {
    name: 'iso',
    check: (derived) => {
      if (options.appendEsp !== undefined) espStat(options.appendEsp);
      const esp = options.appendEsp === undefined ? undefined : ESP_STAND_IN;
      checkSpelled({ name: 'mkisofs' }, spelled, () => resolveDisc(discOptions(options, derived, esp)), optionFlag);
      mediaCheckSeal(options);
    },
    plan: async (prepared, { run }) => {
      const { appendEsp } = options;
      const esp = appendEsp === undefined ? undefined : await espContent(appendEsp, prepared);
      const tree = options.duplicatesOnce ? await shareDuplicates(prepared.tree, run) : prepared.tree;
      const disc = await planned(tree, discOptions(options, prepared, esp), run);
      const seal = mediaCheckSeal(options);
      return seal ? withSeals(disc, [seal]) : disc;
    },
    change: (tree) => (options.rational ? rationalised(tree) : tree),
    extend: (tree, session) => withGrafts(tree, options, session),
  });
}

/** The source together with the other sources of mkisofs's options. */
async function withGrafts(
  scanned: FileTree,
  { graftBase, grafts = [], engine, xattrs }: IsoCommandOptions,
  { run, note }: Session,
): Promise<FileTree> {
  if (graftBase === undefined && grafts.length === 0) return scanned;
  return grafted(scanned, graftBase, grafts, { engine, xattrs, run, note });
}

async function planned(tree: FileTree, options: DiscOptions, run: Run): Promise<ImagePlan<DiscLayout>> {
  await checkEfiImages(tree, options, run);
  return planDisc(tree, options);
}

function mediaCheckSeal(options: IsoCommandOptions): Seal | undefined {
  const { mediaCheck, mediaDigest: digests, mediaFragments, iso9660 } = options;
  if (mediaCheck === 'none') return undefined;
  if (!iso9660) {
    throw new UsageError('usage.media-check', 'A media-check tag is stored in a descriptor of ISO 9660.', {
      hint: 'Leave out --no-iso9660, or --media-check.',
    });
  }
  return tagSeal({
    style: mediaCheck,
    ...defined({ digests, fragments: mediaFragments }),
  });
}

function discOptions(options: IsoCommandOptions, derived: Derived, appendedEsp: ExactContent | undefined): DiscOptions {
  const { volumeId, joliet, rockRidge, mbr, partitionTable, partitionOffset, pad: padBlocks } = options;
  const { level, relax, iso9660, udf, hide, sort } = options;
  return {
    volumeId,
    epoch: derived.epoch,
    get seed() {
      return derived.seed;
    },
    level: LEVELS[level],
    relax,
    strict: options.strict,
    dates: options.volumeDate,
    iso9660,
    joliet,
    rockRidge,
    xattrs: options.aaip,
    ...(options.udfSpecialFiles ? { udfSpecialFiles: true } : {}),
    hide: [...hide, ...(options.hideIso ?? []), ...(options.hideJoliet ?? []), ...(options.hideUdf ?? [])],
    sort,
    padBlocks,
    signatureBlock: options.signatureBlock ?? false,
    ...identifiers(options),
    ...bootOptions(options),
    ...defined({
      deep: options.deep,
      udf: udf === true ? '1.02' : udf,
      mbr: mbr === undefined ? undefined : { code: readInput(mbr) },
      appendedEsp,
      layout: options.layout,
      diskSignature: options.diskSignature,
      partitionTable,
      partitionOffset: partitionOffset && PARTITION_OFFSETS[partitionOffset],
    }),
  };
}

const LEVELS = { '1': 1, '2': 2, '3': 3, '4': 4 } as const;
const PARTITION_OFFSETS = { '0': 0, '16': 16 } as const;

function identifiers(options: IsoCommandOptions): Partial<DiscOptions> {
  const { publisher, preparer, applicationId, systemId, volumeSetId } = options;
  const { copyrightFile, abstractFile, bibliographicFile } = options;
  const texts = { publisher, preparer, applicationId, systemId, volumeSetId };
  return defined({ ...texts, copyrightFile, abstractFile, bibliographicFile });
}

function bootOptions(options: IsoCommandOptions): Pick<DiscOptions, 'boot'> {
  if (options.classicBoot) return { boot: { ...options.classicBoot, ...catalogOptions(options) } };
  const { biosBoot, efiBoot, appendEsp, bootInfoTable, grub2BootInfo, bootEntry } = options;
  const efi =
    efiBoot !== undefined ? { path: efiBoot } : appendEsp !== undefined ? ('appended-esp' as const) : undefined;
  return {
    boot: {
      ...(biosBoot === undefined
        ? {}
        : { bios: { path: biosBoot, bootInfoTable, ...(grub2BootInfo ? { grub2BootInfo } : {}) } }),
      ...defined({ efi }),
      entries: bootEntry.map(bootEntryOf),
      ...catalogOptions(options),
    },
  };
}

function bootEntryOf({ image, ...entry }: GivenBootEntry): BootEntryOptions {
  return { ...entry, image: typeof image === 'string' ? image : outsideImage(image.file) };
}

function outsideImage(path: string): ExactContent {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new InvalidInputError('cli.boot-image', `${path} is not a file.`, { path });
  return openHostFile(fromText(path)).content;
}

function catalogOptions({ bootCatalog }: IsoCommandOptions): Pick<BootOptions, 'catalogPath' | 'catalogHidden'> {
  return bootCatalog === undefined ? {} : { catalogPath: bootCatalog, catalogHidden: false };
}

/** In place of an EFI system partition that is not made yet: any that is not empty. */
const ESP_STAND_IN = exactContent(1, async function* () {});

/** A FAT image as it is, or one made of a directory. */
async function espContent(path: string, { epoch, seed }: PreparedTree): Promise<ExactContent> {
  const stat = espStat(path);
  if (!stat.isDirectory()) return openHostFile(fromText(path)).content;
  return planFat(await scanDirectory(fromText(path)), { label: 'BOOT', epoch, seed: `esp:${seed}` });
}

function espStat(path: string): Stats {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new InvalidInputError('cli.esp-missing', `${path} does not exist.`, { path });
  return stat;
}
