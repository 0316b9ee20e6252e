// isopress build --description DIR --root ROOT --target-dir DIR

import { Command, InvalidArgumentError, Option } from 'commander';
import { DIGEST_NAMES } from '../../io/option-values.js';
import { generations, SBOM_FORMATS, type SbomFormat } from '../../live/option-values.js';
import type { BuildCommandOptions } from '../actions/build.js';
import { addCacheOption } from '../cache-options.js';
import { parseCommandWords } from '../command-words.js';
import { addCompressionOptions } from '../compression-options.js';
import { withExamples } from '../examples.js';
import { recordOptions } from '../given-options.js';
import { addInitrdCompression } from '../initrd-compression.js';
import { addLikeOption } from '../like-option.js';
import { parseSize } from '../units.js';
import { addWriterOptions } from '../writer-options.js';

export function buildCommand(): Command {
  const command = withExamples(
    new Command('build'),
    'isopress build --description ./image --root ./rootfs --target-dir ./out',
  ).description('press a bootable hybrid live ISO from an image description and a root tree');
  addDescriptionOptions(command)
    .addOption(
      new Option(
        '--root <root>',
        'prepared root tree: a directory, only read; or any other source, such as a tar file or a container image, which is unpacked for dracut unless --initrd is given; further ones are laid over it',
      )
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .requiredOption('--target-dir <dir>', 'directory for the results')
    .option(
      '--config <file>',
      'runtime configuration, in addition to /etc/kiwi.yml and ~/.config/kiwi/config.yml (default: none)',
    )
    .option('--target-arch <arch>', 'architecture of the root tree (default: that of its programs)')
    .option('--initrd <file>', 'use this initrd and do not run dracut')
    .addOption(
      new Option('--dracut <mode>', "inside the root tree (chroot, userns), or this machine's on it (sysroot)")
        .choices(['auto', 'chroot', 'userns', 'sysroot'])
        .default('auto', 'the first of these that works here'),
    )
    .option('--initrd-cache <dir>', 'keep initrds here, and reuse them if nothing changed (default: none)')
    .option('--kernel <file>', 'use this kernel image')
    .addOption(
      new Option(
        '--sbom <format>',
        `write a bill of materials next to the ISO: ${SBOM_FORMATS.join(', ')}; may be given again`,
      )
        .argParser(collectFormat)
        .default([], 'none'),
    )
    .option('--sbom-files', 'list the files of each package in bills of materials, with their digests');
  addStatementOptions(command);
  addNetbootOptions(command);
  addLikeOption(addCacheOption(command, 'initrds, compressed blocks and finished ISOs'));
  command.option(
    '--rehash',
    'read every file for the keys of --cache, also one that is unchanged by its inode and times',
  );
  addInitrdCompression(command);
  addMediumOptions(command);
  addCompressionOptions(command, {
    what: 'compression of the root image',
    name: 'from the description',
    bcj: "that of the root tree's architecture",
  });
  const given = recordOptions(addWriterOptions(command));
  return command.action(async (options: BuildCommandOptions) => {
    const { build } = await import('../actions/build.js');
    return build(options, given);
  });
}

/** Who made the ISO from what, and who vouches for it. */
function addStatementOptions(command: Command): void {
  command
    .option('--provenance', 'write a provenance statement next to the ISO: in-toto Statement v1, SLSA provenance v1')
    .addOption(
      new Option('--builder-id <uri>', 'builder that the provenance statement names (default: this program)').argParser(
        parseUri,
      ),
    )
    .addOption(
      new Option(
        '--sign-with <command>',
        'program that signs the ISO, bills of materials and the provenance statement; it gets the path of one file, as last word or in place of {} (default: nothing is signed)',
      ).argParser(parseCommandWords),
    );
}

/** Files for booting over a network. */
function addNetbootOptions(command: Command): void {
  command
    .option(
      '--netboot <dir>',
      'make a directory with kernel, initrd, root image, iPXE script and digests (default: none)',
    )
    .addOption(
      new Option(
        '--netboot-url <url>',
        `URL at which this directory is served (default: http://\${next-server})`,
      ).argParser(parseNetbootUrl),
    );
}

/** One word of an iPXE script, which may contain settings. */
function parseNetbootUrl(text: string): string {
  if (/^(https?|ftp|tftp):\/\/[\x21-\x7e]+$/.test(text)) return text;
  throw new InvalidArgumentError('Give a URL without blanks that starts with http://, https://, ftp:// or tftp://.');
}

function parseUri(text: string): string {
  if (!URL.canParse(text)) throw new InvalidArgumentError('Give a URI, such as https://example.com/builder.');
  return text;
}

function collect(value: string, list: readonly string[] = []): string[] {
  return [...list, value];
}

/** Options of the medium that the description does not set, or that override it. */
function addMediumOptions(command: Command): void {
  command
    .addOption(
      new Option('--layout <name>', 'boot loaders (default: from the description)').choices([
        'grub',
        'isolinux',
        'isolinux+grub',
      ]),
    )
    .addOption(
      new Option('--partition-table <kind>', 'partition table (default: from the description)').choices([
        'mbr',
        'gpt',
        'gpt-hybrid',
      ]),
    )
    .addOption(
      new Option('--udf <when>', 'UDF 1.02 in addition to ISO 9660, sharing its files')
        .choices(['auto', 'on', 'off'])
        .default('auto', 'if the files of the medium take more than 4 GiB'),
    )
    .addOption(
      new Option('--media-check <style>', 'media-check tag (default: from the description)').choices([
        'none',
        'suse',
        'rh',
      ]),
    )
    .addOption(
      new Option('--media-digest <name>', 'digest of the media-check tag (default: sha256; md5 for rh)').choices(
        DIGEST_NAMES,
      ),
    )
    .addOption(new Option('--block-size <bytes>', 'squashfs block size (default: 1M)').argParser(parseSize))
    .addOption(
      new Option(
        '--root-filesystem <name>',
        'root image: ext4 in a squashfs, or squashfs or EROFS alone (default: from the description)',
      ).choices(['ext4', 'squashfs', 'erofs']),
    );
}

/** Which description is read, and what of it. */
function addDescriptionOptions(command: Command): Command {
  return command
    .requiredOption('--description <dir>', "directory of the image description (KIWI's config.xml)")
    .option(
      '--kiwi-file <name>',
      'name of the description in that directory (default: the first that KIWI searches for)',
    )
    .addOption(
      new Option(
        '--generation <name>',
        'read the description as this KIWI does, upgrading it (default: as the first that accepts all of it)',
      ).choices(generations.map(({ name }) => name)),
    )
    .addOption(
      new Option('--profile <name>', 'profile of the description to apply')
        .argParser(collect)
        .default([], 'those the description imports'),
    )
    .addOption(new Option('--type <type>', 'image type').choices(['iso']).default('iso'))
    .addOption(
      new Option('--set-type-attr <name=value>', 'replace an attribute of the type')
        .argParser(parseAttribute)
        .default({}, 'none'),
    );
}

function collectFormat(text: string, known: readonly SbomFormat[]): readonly SbomFormat[] {
  const format = SBOM_FORMATS.find((name) => name === text);
  if (!format) throw new InvalidArgumentError(`Allowed choices are ${SBOM_FORMATS.join(', ')}.`);
  return known.includes(format) ? known : [...known, format];
}

function parseAttribute(text: string, known: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give NAME=VALUE.');
  return { ...known, [text.slice(0, at)]: text.slice(at + 1) };
}
