// isopress iso SOURCE IMAGE

import { statSync } from 'node:fs';
import { Command } from 'commander';
import { fromText } from '../../bytes/index.js';
import { type BootOptions, checkEfiImages, type DiscLayout, type DiscOptions, planDisc } from '../../disc/index.js';
import { InvalidInputError, UsageError } from '../../errors.js';
import { tagSeal } from '../../format/checkmedia/index.js';
import { planFat } from '../../format/fat/index.js';
import { type ExactContent, fileContent, type ImagePlan, type Run, type Seal, withSeals } from '../../io/index.js';
import { scanDirectory } from '../../source/index.js';
import { type FileTree, type PreparedTree, shareDuplicates } from '../../tree/index.js';
import { grafted, rationalised } from '../graft.js';
import { readInput } from '../input.js';
import { addIsoOptions, type IsoCommandOptions } from '../iso-options.js';
import { writeCommand } from '../write-command.js';
import { addWriterOptions } from '../writer-options.js';

export function isoCommand(): Command {
  const command = new Command('iso')
    .description('write an ISO 9660 image with Rock Ridge, Joliet and UDF from a directory tree, bootable if asked')
    .argument('<source>', 'directory, tar file, or - for a tar archive on standard input')
    .argument('<image>', 'image file, or - for standard output');
  return addWriterOptions(addIsoOptions(command)).action((source: string, image: string, options: IsoCommandOptions) =>
    writeCommand(
      source,
      image,
      options,
      async (prepared, { run }) => {
        const tree = options.duplicatesOnce ? await shareDuplicates(prepared.tree, run) : prepared.tree;
        const disc = await planned(tree, await discOptions(options, prepared), run);
        const seal = mediaCheckSeal(options);
        return seal ? withSeals(disc, [seal]) : disc;
      },
      (tree) => (options.rational ? rationalised(tree) : tree),
      (tree) => withGrafts(tree, options),
    ),
  );
}

/** The source with what mkisofs's options put beside it. */
async function withGrafts(scanned: FileTree, { graftBase, grafts = [] }: IsoCommandOptions): Promise<FileTree> {
  return graftBase === undefined && grafts.length === 0 ? scanned : grafted(scanned, graftBase, grafts);
}

async function planned(tree: FileTree, options: DiscOptions, run: Run): Promise<ImagePlan<DiscLayout>> {
  await checkEfiImages(tree, options, run);
  return planDisc(tree, options);
}

function mediaCheckSeal(options: IsoCommandOptions): Seal | undefined {
  const { mediaCheck, mediaDigest: digests, mediaFragments, iso9660 } = options;
  if (mediaCheck === 'none') return undefined;
  if (!iso9660) {
    throw new UsageError('usage.media-check', 'A media-check tag lies in a descriptor of ISO 9660.', {
      hint: 'Leave out --no-iso9660, or --media-check.',
    });
  }
  return tagSeal({
    style: mediaCheck,
    ...(digests === undefined ? {} : { digests }),
    ...(mediaFragments === undefined ? {} : { fragments: mediaFragments }),
  });
}

async function discOptions(options: IsoCommandOptions, prepared: PreparedTree): Promise<DiscOptions> {
  const { volumeId, joliet, rockRidge, mbr, appendEsp, partitionTable, partitionOffset, pad: padBlocks } = options;
  const { level, relax, iso9660, udf, hide, sort } = options;
  return {
    volumeId,
    epoch: prepared.epoch,
    seed: prepared.seed,
    level: LEVELS[level],
    relax,
    strict: options.strict,
    dates: options.volumeDate,
    ...(options.deep === undefined ? {} : { deep: options.deep }),
    iso9660,
    joliet,
    rockRidge,
    xattrs: options.aaip,
    ...(udf === undefined ? {} : { udf: udf === true ? '1.02' : udf }),
    ...(options.udfSpecialFiles ? { udfSpecialFiles: true } : {}),
    hide: [...hide, ...(options.hideIso ?? []), ...(options.hideJoliet ?? []), ...(options.hideUdf ?? [])],
    sort,
    padBlocks,
    signatureBlock: options.signatureBlock ?? false,
    ...identifiers(options),
    ...bootOptions(options),
    ...(mbr === undefined ? {} : { mbr: { code: readInput(mbr) } }),
    ...(appendEsp === undefined ? {} : { appendedEsp: await espContent(appendEsp, prepared) }),
    ...(options.layout === undefined ? {} : { layout: options.layout }),
    ...(options.diskSignature === undefined ? {} : { diskSignature: options.diskSignature }),
    ...(partitionTable === undefined ? {} : { partitionTable }),
    ...(partitionOffset === undefined ? {} : { partitionOffset: partitionOffset === '16' ? 16 : 0 }),
  };
}

const LEVELS = { '1': 1, '2': 2, '3': 3, '4': 4 } as const;

function identifiers(options: IsoCommandOptions): Partial<DiscOptions> {
  const { publisher, preparer, applicationId, systemId, volumeSetId } = options;
  const { copyrightFile, abstractFile, bibliographicFile } = options;
  const given = { publisher, preparer, applicationId, systemId, volumeSetId };
  const files = { copyrightFile, abstractFile, bibliographicFile };
  return Object.fromEntries(Object.entries({ ...given, ...files }).filter(([, value]) => value !== undefined));
}

function bootOptions(options: IsoCommandOptions): Pick<DiscOptions, 'boot'> {
  if (options.classicBoot) return { boot: { ...options.classicBoot, ...catalogOptions(options) } };
  const { biosBoot, efiBoot, appendEsp, bootInfoTable, grub2BootInfo, bootEntry: entries } = options;
  const efi =
    efiBoot !== undefined ? { path: efiBoot } : appendEsp !== undefined ? ('appended-esp' as const) : undefined;
  return {
    boot: {
      ...(biosBoot === undefined
        ? {}
        : { bios: { path: biosBoot, bootInfoTable, ...(grub2BootInfo ? { grub2BootInfo } : {}) } }),
      ...(efi === undefined ? {} : { efi }),
      entries,
      ...catalogOptions(options),
    },
  };
}

function catalogOptions({ bootCatalog }: IsoCommandOptions): Pick<BootOptions, 'catalogPath' | 'catalogHidden'> {
  return bootCatalog === undefined ? {} : { catalogPath: bootCatalog, catalogHidden: false };
}

/** A FAT image as it is, or one made of a directory. */
async function espContent(path: string, { epoch, seed }: PreparedTree): Promise<ExactContent> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new InvalidInputError('cli.esp-missing', `${path} does not exist.`, { path });
  if (!stat.isDirectory()) return fileContent(fromText(path), stat.size);
  return planFat(await scanDirectory(fromText(path)), { label: 'BOOT', epoch, seed: `esp:${seed}` });
}
