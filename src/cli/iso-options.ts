// Options of `isopress iso`.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ByteString, byteStringOf, displayText } from '../bytes/index.js';
import type { HideRule, TreeName, WeightRule } from '../disc/index.js';
import { LAYOUT_NAMES, NAMED_LAYOUTS, RELAXATIONS } from '../disc/option-values.js';
import { InvalidInputError } from '../errors.js';
import { BOOT_ENTRY_HELP, parseBootEntry } from './boot-entry.js';
import { readInput } from './input.js';
import { LIST_HELP, parseList } from './lists.js';
import { parsePatternOption, trimmed } from './patterns.js';
import { tagDigestOption } from './tag-options.js';
import { parseInteger } from './units.js';
import { parseVolumeDate, VOLUME_DATE_HELP } from './volume-date.js';

/** Adds every option that only `iso` has. */
export function addIsoOptions(command: Command): Command {
  addTextOptions(command);
  addTreeOptions(command);
  addSelectionOptions(command);
  addBootOptions(command);
  addDiskOptions(command);
  addCheckOptions(command);
  return command;
}

function addTextOptions(command: Command): void {
  command
    .option('--volume-id <text>', 'volume id, up to 32 characters', 'CDROM')
    .option('--publisher <text>', 'publisher id')
    .option('--preparer <text>', 'data preparer id')
    .option('--application-id <text>', 'application id')
    .option('--system-id <text>', 'system id')
    .option('--volume-set-id <text>', 'volume set id')
    .option('--copyright-file <name>', 'file in the root directory that states the copyright')
    .option('--abstract-file <name>', 'file in the root directory that describes the content')
    .option('--bibliographic-file <name>', 'file in the root directory with bibliographic data')
    .addOption(
      new Option('--volume-date <name=time>', VOLUME_DATE_HELP).argParser(parseVolumeDate).default({}, 'see the epoch'),
    );
}

function addTreeOptions(command: Command): void {
  command
    .addOption(
      new Option('--level <n>', 'interchange level: 1 and 2 without files of 4 GiB, 4 is ISO 9660:1999')
        .choices(['1', '2', '3', '4'])
        .default('3'),
    )
    .addOption(
      new Option('--relax <rules>', `rules for names to relax below level 4: ${RELAXATIONS.join(', ')}; ${LIST_HELP}`)
        .argParser(parseList(RELAXATIONS))
        .default([], 'none'),
    )
    .addOption(
      new Option('--joliet [length]', 'Joliet names of 64 characters, or long: of 103').choices(['long']).default(true),
    )
    .addOption(
      new Option(
        '--deep <mode>',
        'directories below the eighth level: keep them there, move them to /rr_moved, or refuse them (default: keep; with --strict relocate)',
      ).choices(['keep', 'relocate', 'refuse']),
    )
    .option('--strict', 'keep all rules of ISO 9660 and Joliet, and refuse entries that would break one', false)
    .option('--no-joliet', 'write no Joliet tree')
    .addOption(
      new Option('--rock-ridge <version>', 'Rock Ridge version; 1.12 identifies hard links')
        .choices(['1.10', '1.12', 'none'])
        .default('1.10'),
    )
    .option('--no-aaip', 'store no extended attributes and access lists with Rock Ridge (xorriso restores them)')
    .addOption(
      new Option(
        '--udf [revision]',
        'UDF in addition to ISO 9660, sharing its file data (default: none; without value 1.02)',
      ).choices(['1.02', '1.50', '2.01', '2.60']),
    )
    .option('--udf-special-files', 'links, devices and pipes in UDF next to ISO 9660 too; 7-Zip opens no such volume')
    .option('--no-iso9660', 'write UDF alone');
}

/** Which entries are seen, and in which order their data is. */
function addSelectionOptions(command: Command): void {
  const hideFrom = (...from: readonly TreeName[]) => {
    return (pattern: string, rules: readonly HideRule[] = []) => [
      ...rules,
      { pattern: parsePatternOption(pattern), from },
    ];
  };
  command
    .addOption(
      new Option('--hide <pattern>', 'show matching entries in no tree; their data stay on the disc')
        .argParser(hideFrom('iso', 'joliet', 'udf'))
        .default([], 'nothing'),
    )
    .addOption(new Option('--hide-iso <pattern>', 'hide from ISO 9660 and Rock Ridge only').argParser(hideFrom('iso')))
    .addOption(new Option('--hide-joliet <pattern>', 'hide from Joliet only').argParser(hideFrom('joliet')))
    .addOption(new Option('--hide-udf <pattern>', 'hide from UDF only').argParser(hideFrom('udf')))
    .option('--duplicates-once', 'store equal files once; reads files of equal size twice', false)
    .addOption(
      new Option('--sort <file>', 'lines of a pattern and a weight: heavier files come first on the disc')
        .argParser(readWeightRules)
        .default([], 'tree order'),
    );
}

function addBootOptions(command: Command): void {
  command
    .option('--bios-boot <path>', 'boot image in the tree for BIOS (El Torito, no emulation)')
    .option('--efi-boot <path>', 'FAT boot image in the tree for UEFI (El Torito)')
    .option(
      '--append-esp <file|dir>',
      'EFI system partition after the payload: a FAT image, or a directory to make one from',
    )
    .option('--no-boot-info-table', 'do not patch the boot info table into the BIOS boot image')
    .option('--grub2-boot-info', "patch GRUB's boot info into the BIOS boot image and the MBR")
    .addOption(new Option('--boot-entry <settings>', BOOT_ENTRY_HELP).argParser(parseBootEntry).default([], 'none'))
    .option('--boot-catalog <path>', 'show the boot catalog under this path (default: hidden)')
    .option('--mbr <file>', "boot code of the MBR, such as GRUB's boot_hybrid.img");
}

function addDiskOptions(command: Command): void {
  const layouts = LAYOUT_NAMES.map((name) => `${name}: ${NAMED_LAYOUTS[name].summary}`).join('. ');
  command
    .addOption(
      new Option(
        '--layout <name>',
        `named layout, which refuses what does not belong to it (default: none). ${layouts}`,
      ).choices(LAYOUT_NAMES),
    )
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
      new Option(
        '--disk-signature <hex>',
        'eight hexadecimal digits at byte 440 of the MBR (default: zeros; with --layout isolinux from the seed)',
      ).argParser(parseSignature),
    )
    .addOption(
      new Option('--pad <blocks>', 'zero blocks of 2 KiB at the end').argParser(parseInteger(0, 1_000_000)).default(0),
    );
}

function addCheckOptions(command: Command): void {
  command
    .addOption(
      new Option('--media-check <style>', 'media-check tag: suse for checkmedia, rh for checkisomd5')
        .choices(['none', 'suse', 'rh'])
        .default('none'),
    )
    .addOption(tagDigestOption('--media-digest'))
    .addOption(
      new Option(
        '--media-fragments <count>',
        'fragment sums that let a check fail early (default: 0, of style rh 20)',
      ).argParser(parseInteger(0, 60)),
    )
    .option('--signature-block', 'reserve a block for a signature of the media-check tags');
}

/** `1a2b3c4d`, with or without 0x in front. */
function parseSignature(text: string): number {
  const digits = /^(?:0x)?([0-9a-f]{1,8})$/i.exec(text)?.[1];
  if (digits === undefined) throw new InvalidArgumentError('It must be one to eight hexadecimal digits.');
  return Number.parseInt(digits, 16);
}

/** `boot/x86_64/* 100` per line, as mkisofs takes it; lines that start with # are comments. */
export function readWeightRules(path: string): WeightRule[] {
  const lines = byteStringOf(readInput(path)).split('\n');
  return lines.flatMap((text, i) => {
    const line = trimmed(text);
    if (line === '' || line.startsWith('#')) return [];
    const match = /^(.*[^ \t])[ \t]+(-?\d{1,10})$/.exec(line);
    if (match) return [{ pattern: `/${match[1]!.replace(/^\/+/, '')}` as ByteString, weight: Number(match[2]) }];
    throw new InvalidInputError('cli.sort-file', `"${displayText(line)}" is not a pattern followed by a weight.`, {
      path,
      line: i + 1,
    });
  });
}
