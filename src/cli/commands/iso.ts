// isopress iso SOURCE IMAGE

import { readFileSync, statSync } from 'node:fs';
import { Command, Option } from 'commander';
import {
  type DiscOptions,
  type ExactContent,
  fileContent,
  fromText,
  InvalidInputError,
  type PartitionTable,
  planDisc,
  planFat,
  scanDirectory,
} from '../../index.js';
import { parseInteger } from '../units.js';
import { type PreparedSource, writeCommand } from '../write-command.js';
import { addWriterOptions, type WriterOptions } from '../writer-options.js';

interface Options extends WriterOptions {
  readonly volumeId: string;
  readonly publisher?: string;
  readonly preparer?: string;
  readonly applicationId?: string;
  readonly systemId?: string;
  readonly volumeSetId?: string;
  readonly joliet: boolean;
  readonly rockRidge: '1.10' | 'none';
  readonly biosBoot?: string;
  readonly efiBoot?: string;
  readonly appendEsp?: string;
  readonly bootInfoTable: boolean;
  readonly grub2BootInfo?: boolean;
  readonly bootCatalog?: string;
  readonly mbr?: string;
  readonly partitionTable?: PartitionTable;
  readonly partitionOffset?: '0' | '16';
  readonly pad: number;
}

export function isoCommand(): Command {
  const command = new Command('iso')
    .description('write an ISO 9660 image with Rock Ridge and Joliet from a directory tree, bootable if asked')
    .argument('<source>', 'directory')
    .argument('<image>', 'image file, or - for standard output')
    .option('--volume-id <text>', 'volume id, up to 32 characters', 'CDROM')
    .option('--publisher <text>', 'publisher id')
    .option('--preparer <text>', 'data preparer id')
    .option('--application-id <text>', 'application id')
    .option('--system-id <text>', 'system id')
    .option('--volume-set-id <text>', 'volume set id')
    .option('--no-joliet', 'write no Joliet tree')
    .addOption(new Option('--rock-ridge <version>', 'Rock Ridge version').choices(['1.10', 'none']).default('1.10'))
    .option('--bios-boot <path>', 'boot image in the tree for BIOS (El Torito, no emulation)')
    .option('--efi-boot <path>', 'FAT boot image in the tree for UEFI (El Torito)')
    .option(
      '--append-esp <file|dir>',
      'EFI system partition behind the payload: a FAT image, or a directory to make one of',
    )
    .option('--no-boot-info-table', 'do not patch the boot info table into the BIOS boot image')
    .option('--grub2-boot-info', "patch GRUB's boot info into the BIOS boot image and the MBR")
    .option('--boot-catalog <path>', 'show the boot catalog under this path (default: hidden)')
    .option('--mbr <file>', "boot code of the MBR, such as GRUB's boot_hybrid.img")
    .addOption(
      new Option('--partition-table <kind>', 'partition table (default: mbr with --mbr or --append-esp)').choices([
        'none',
        'mbr',
        'gpt',
        'gpt-hybrid',
      ]),
    )
    .addOption(
      new Option(
        '--partition-offset <blocks>',
        'start of partition 1 in 2 KiB blocks; 16 lets it be mounted by itself',
      ).choices(['0', '16']),
    )
    .addOption(
      new Option('--pad <blocks>', 'zero blocks of 2 KiB at the end').argParser(parseInteger(0, 1_000_000)).default(0),
    );
  return addWriterOptions(command).action((source: string, image: string, options: Options) =>
    writeCommand(source, image, options, async (prepared) =>
      planDisc(prepared.tree, await discOptions(options, prepared)),
    ),
  );
}

async function discOptions(options: Options, prepared: PreparedSource): Promise<DiscOptions> {
  const { volumeId, joliet, rockRidge, mbr, appendEsp, partitionTable, partitionOffset, pad: padBlocks } = options;
  return {
    volumeId,
    epoch: prepared.epoch,
    seed: prepared.seed,
    joliet,
    rockRidge,
    padBlocks,
    ...identifiers(options),
    ...bootOptions(options),
    ...(mbr === undefined ? {} : { mbr: { code: readInput(mbr) } }),
    ...(appendEsp === undefined ? {} : { appendedEsp: await espContent(appendEsp, prepared) }),
    ...(partitionTable === undefined ? {} : { partitionTable }),
    ...(partitionOffset === undefined ? {} : { partitionOffset: partitionOffset === '16' ? 16 : 0 }),
  };
}

function identifiers({ publisher, preparer, applicationId, systemId, volumeSetId }: Options): Partial<DiscOptions> {
  const given = { publisher, preparer, applicationId, systemId, volumeSetId };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function bootOptions(options: Options): Pick<DiscOptions, 'boot'> {
  const { biosBoot, efiBoot, appendEsp, bootInfoTable, grub2BootInfo = false, bootCatalog } = options;
  const efi =
    efiBoot !== undefined ? { path: efiBoot } : appendEsp !== undefined ? ('appended-esp' as const) : undefined;
  return {
    boot: {
      ...(biosBoot === undefined ? {} : { bios: { path: biosBoot, bootInfoTable, grub2BootInfo } }),
      ...(efi === undefined ? {} : { efi }),
      ...(bootCatalog === undefined ? {} : { catalogPath: bootCatalog, catalogHidden: false }),
    },
  };
}

/** A FAT image as it is, or one made of a directory. */
async function espContent(path: string, { epoch, seed }: PreparedSource): Promise<ExactContent> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new InvalidInputError('cli.esp-missing', `${path} does not exist.`, { path });
  if (!stat.isDirectory()) return fileContent(fromText(path), stat.size);
  return planFat(await scanDirectory(fromText(path)), { label: 'BOOT', epoch, seed: `esp:${seed}` });
}

function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InvalidInputError('cli.unreadable', `${path} cannot be read.`, { path, cause: error });
  }
}
