// isopress build --description DIR --root ROOT --target-dir DIR

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { defined } from '../../bytes/index.js';
import type { PartitionTable } from '../../disc/index.js';
import { DIGEST_NAMES, type DigestName } from '../../io/index.js';
import {
  type BuildInput,
  type BuildOptions,
  buildLiveIso,
  type Generation,
  generations,
  type InitrdCompressionRequest,
  loadConfiguration,
  type MediumOptions,
  planLiveIso,
} from '../../live/index.js';
import { buildText, planText } from '../build-text.js';
import { addCompressionOptions, type CompressionOptions, compressionSettings } from '../compression-options.js';
import { engineFacts } from '../engines.js';
import { withExamples } from '../examples.js';
import { addInitrdCompression } from '../initrd-compression.js';
import { settleLosses } from '../losses.js';
import { openSession, type Session } from '../session.js';
import { type OpenedSource, openSource } from '../source.js';
import { parseSize, seconds } from '../units.js';
import { environmentEpoch } from '../write-command.js';
import { addWriterOptions, excludePatterns, type WriterOptions } from '../writer-options.js';

interface Options extends WriterOptions, CompressionOptions {
  readonly description: string;
  readonly kiwiFile?: string;
  readonly generation?: Generation;
  readonly root: string;
  readonly targetDir: string;
  readonly profile: readonly string[];
  readonly type: 'iso';
  readonly setTypeAttr: Readonly<Record<string, string>>;
  readonly rootFilesystem?: 'ext4' | 'squashfs' | 'erofs';
  readonly config?: string;
  readonly targetArch?: string;
  readonly initrd?: string;
  readonly dracut: 'auto' | 'chroot' | 'userns' | 'sysroot';
  readonly initrdCache?: string;
  readonly initrdCompression?: InitrdCompressionRequest;
  readonly kernel?: string;
  readonly layout?: 'grub' | 'isolinux' | 'isolinux+grub';
  readonly partitionTable?: Exclude<PartitionTable, 'none'>;
  readonly udf: 'auto' | 'on' | 'off';
  readonly mediaCheck?: 'none' | 'suse' | 'rh';
  readonly mediaDigest?: DigestName;
  readonly blockSize?: number;
}

export function buildCommand(): Command {
  const command = withExamples(
    new Command('build'),
    'isopress build --description ./image --root ./rootfs --target-dir ./out',
  ).description('press a bootable hybrid live ISO from an image description and a root tree');
  addDescriptionOptions(command)
    .requiredOption(
      '--root <root>',
      'prepared root tree: a directory, only read; with --initrd also a tar file, or - for one on standard input',
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
    .option('--kernel <file>', 'use this kernel image');
  addInitrdCompression(command);
  addMediumOptions(command);
  addCompressionOptions(command, {
    what: 'compression of the root image',
    name: 'from the description',
    bcj: "that of the root tree's architecture",
  });
  return addWriterOptions(command).action(build);
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
  const collect = (value: string, list: readonly string[]) => [...list, value];
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

async function build(options: Options): Promise<void> {
  const session = openSession(options);
  const started = session.now();
  const root = rootOf(options, session);
  try {
    const configuration = await loadConfiguration({ home: process.env['HOME'], file: options.config });
    const request = { ...buildOptions(options, root.given, session), configuration };
    if (options.plan) {
      const plan = await planLiveIso(request, session.run);
      return session.result('build-plan', { ...plan.report, medium: plan.layout }, planText(plan));
    }
    const report = await buildLiveIso(request, session.run);
    const milliseconds = session.now() - started;
    const engine = engineFacts(options.engine);
    const text = buildText(report, milliseconds, engine);
    if (options.verbose) text.push(`sha256 ${report.sha256}`);
    session.result('build', { ...report, seconds: seconds(milliseconds), engine }, text);
  } finally {
    root.close();
    session.close();
  }
}

interface GivenRoot {
  readonly given: BuildInput['root'];
  close(): void;
}

/** A directory by its name; an archive is opened when the build asks for it, and whole: patterns apply to the root image. */
function rootOf(options: Options, session: Session): GivenRoot {
  const { root, targetDir } = options;
  const isArchive = root === '-' || statSync(root, { throwIfNoEntry: false })?.isFile();
  if (!isArchive) return { given: root, close: () => {} };
  let opened: OpenedSource | undefined;
  const open = async () => {
    const everything = { ...options, exclude: [], excludeFrom: [] };
    opened = await openSource(root, join(targetDir, 'root'), everything, session);
    return opened.tree;
  };
  return { given: open, close: () => opened?.close() };
}

function buildOptions(options: Options, root: BuildInput['root'], session: Session): BuildOptions {
  return {
    input: { root, ...defined({ architecture: options.targetArch, kernel: options.kernel }) },
    description: {
      directory: options.description,
      profiles: options.profile,
      typeAttributes: typeAttributes(options),
      ...defined({ file: options.kiwiFile, generation: options.generation }),
    },
    initrd: {
      dracut: options.dracut,
      ...defined({
        file: options.initrd,
        cacheDirectory: options.initrdCache,
        compression: options.initrdCompression,
      }),
    },
    medium: mediumOptions(options),
    tree: {
      ownership: options.owner,
      exclude: excludePatterns(options),
      manifest: options.manifest,
      xattrs: options.xattrs,
      clampTimes: options.clampMtime ?? false,
      ...defined({ seed: options.seed, epoch: options.epoch ?? environmentEpoch() }),
    },
    compression: {
      ...compressionSettings(options),
      ...defined({ name: options.compression, blockSize: options.blockSize }),
    },
    events: {
      now: session.now,
      note: session.note,
      log: session.detail,
      losses: (losses) => settleLosses(losses, options, session),
    },
    targetDirectory: options.targetDir,
    force: options.force ?? false,
    engine: options.engine,
  };
}

/** Attributes of the type that are replaced; the root file system also has its own option. */
function typeAttributes({ setTypeAttr, rootFilesystem }: Options): Readonly<Record<string, string>> {
  return rootFilesystem === undefined ? setTypeAttr : { ...setTypeAttr, filesystem: rootFilesystem };
}

function mediumOptions({ layout, partitionTable, udf, mediaCheck, mediaDigest }: Options): MediumOptions {
  return { udf, ...defined({ layout, partitionTable, mediaCheck, mediaDigest }) };
}

function parseAttribute(text: string, known: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give NAME=VALUE.');
  return { ...known, [text.slice(0, at)]: text.slice(at + 1) };
}
