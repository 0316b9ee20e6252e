// All decisions of a build, taken from the description, the root tree and the options before anything is made.

import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fromText, type Timestamp, timestamp } from '../bytes/index.js';
import {
  type BcjFilter,
  type Compression,
  type CompressionName,
  type CompressionRequest,
  chooseCompression,
} from '../compress/index.js';
import { InvalidInputError, IsopressError, TargetError, UnsupportedError } from '../errors.js';
import { redHatTagSeal, suseTagSeal } from '../format/checkmedia/index.js';
import { fileContent, type Seal, sourceError } from '../io/index.js';
import { type FileTree, file, fingerprint, glob, newestSecond } from '../tree/index.js';
import {
  type Architecture,
  architectureOf,
  chooseFirmware,
  type Firmware,
  machineName,
  machineOf,
} from './architecture.js';
import { findCdroot } from './boot/cdroot.js';
import { chooseMenu } from './boot/choose-menu.js';
import { findEditScript } from './boot/edit-script.js';
import { chooseLayout, type MediumLayout } from './boot/medium-layout.js';
import type { MenuModel } from './boot/menu.js';
import { type DescriptionRequest, type LiveDescription, loadDescription } from './description/index.js';
import { type ExcludeLists, readExcludeLists } from './exclude-files.js';
import { findKernel, type Kernel } from './kernel.js';
import type { BuildOptions } from './options.js';
import { decideRootFileSystem, type RootFileSystem } from './root-file-system.js';
import { runChecks } from './runtime-checks.js';
import { findPolicy, type SelinuxPolicy } from './selinux/index.js';
import { readSquashfsWords, type SquashfsWords } from './squashfs-words.js';

/** One build, fully decided. Plain data but for the tree and the compressor. */
export interface Project {
  readonly description: LiveDescription;
  readonly root: FileTree;
  readonly rootDirectory: string;
  readonly architecture: Architecture;
  readonly firmware: Firmware;
  readonly layout: MediumLayout;
  readonly udf: NonNullable<BuildOptions['udf']>;
  readonly kernel: Kernel;
  /** The ext4 in the root image; undefined when the squashfs is the root itself. */
  readonly rootFileSystem: RootFileSystem | undefined;
  readonly menu: MenuModel;
  /** File that replaces the built-in menu of GRUB. */
  readonly grubTemplate: string | undefined;
  /** Archive that is unpacked onto the medium. */
  readonly cdroot: string | undefined;
  /** Script that may change the boot files. */
  readonly editScript: string | undefined;
  /** Undefined: no media check. */
  readonly seal: Seal | undefined;
  /** What the description's files keep out of the root image and the ESP. */
  readonly excluded: ExcludeLists;
  /** By which the root image is labelled; undefined: the tree has none. */
  readonly selinux: SelinuxPolicy | undefined;
  readonly compression: Compression;
  /** Bytes. */
  readonly blockSize: number;
  /** Choices for a root image that is a squashfs itself; undefined: it is not. */
  readonly squashfs: SquashfsWords['image'] | undefined;
  readonly epoch: Timestamp;
  readonly seed: string;
  /** Common part of all results' names: `NAME.ARCH-VERSION`. */
  readonly baseName: string;
  /** Absolute. */
  readonly targetDirectory: string;
}

/** Decides everything. The root tree has its final owners and times already. */
export async function decide(options: BuildOptions, root: FileTree): Promise<Project> {
  const machine = machineName(options.architecture ?? (await machineOf(root)));
  const description = await describe(options, root, machine);
  const architecture = architectureOf(machine);
  const { type } = description;
  const firmware = chooseFirmware(architecture, type.firmware);
  refuseRootImages(description);
  const layout = chooseLayout(description, architecture, firmware, { ...options, root });
  const epoch = options.epoch ?? Math.max(0, newestSecond(root));
  const targetDirectory = resolve(options.targetDirectory);
  const kernel = options.kernel === undefined ? findKernel(root) : await givenKernel(options.kernel, root);
  const place = { fscreateoptions: type.fscreateoptions ?? '', path: description.path };
  const rootFileSystem =
    type.filesystem === 'ext4' ? await decideRootFileSystem(root, kernel.version, place) : undefined;
  const squashfs = type.filesystem === 'squashfs' ? squashfsWords(description) : undefined;
  const version = description.version === '' ? '' : `-${description.version}`;
  const baseName = `${description.name}.${machine}${version}`;
  await checkTarget(targetDirectory, `${baseName}.iso`, options.force ?? false);
  const rootDirectory = resolve(options.root);
  return {
    description,
    root,
    rootDirectory,
    architecture,
    firmware,
    layout,
    udf: options.udf ?? 'auto',
    kernel,
    rootFileSystem,
    menu: chooseMenu(description, { root, architecture, layout, epoch, note: options.note }),
    excluded: await readExcludeLists(dirname(description.path), root),
    selinux: await findPolicy(root, type.selinux_policy),
    grubTemplate: templatePath(description),
    cdroot: await findCdroot(description.path, rootDirectory),
    editScript: await findEditScript(type.editbootconfig, description.path, rootDirectory),
    seal: chooseSeal(options, description),
    compression: compressionOf(options, description, machine, squashfs),
    blockSize: options.blockSize ?? squashfs?.image.blockSize ?? DEFAULT_BLOCK,
    squashfs: squashfs?.image,
    epoch: timestamp(epoch),
    seed: options.seed ?? fingerprint(root),
    baseName,
    targetDirectory,
  };
}

/** Reads and checks the description; tells what an upgrade of it has lost. */
async function describe(options: BuildOptions, root: FileTree, machine: string): Promise<LiveDescription> {
  const { profiles, typeAttributes, generation, configuration } = options;
  const disabledChecks = [...(options.disabledChecks ?? []), ...(configuration?.disabledChecks ?? [])];
  const optional = { profiles, typeAttributes, generation, disabledChecks };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const request = { architecture: machine, ...(given as Partial<DescriptionRequest>) };
  const description = await loadDescription(options.description, request, options.descriptionFile);
  for (const { text, place } of description.remarks) {
    options.note?.(`${place.path}:${place.line}:${place.column}: ${text}`);
  }
  runChecks(
    {
      description,
      architecture: machine,
      initrdGiven: options.initrd !== undefined,
      hasDracutModule: (name) => glob(root, `/usr/lib/dracut/modules.d/*${name}`).length > 0,
    },
    disabledChecks,
  );
  return description;
}

function refuseRootImages({ type, path }: LiveDescription): void {
  if (!['ext4', 'squashfs'].includes(type.filesystem)) {
    throw new UnsupportedError('live.filesystem', `A root image with ${type.filesystem} is not built.`, {
      path,
      hint: 'Choose filesystem="ext4" or "squashfs".',
    });
  }
}

/** A template of the menu lies beside the description. */
function templatePath({ bootloader, path }: LiveDescription): string | undefined {
  const { grub_template } = bootloader;
  return grub_template === undefined || grub_template === '' ? undefined : resolve(dirname(path), grub_template);
}

/**
 * The style of the configuration's tool counts where a description asks for a check and no option names a style; without it
 * that of the program which the live module runs: checkmedia for kiwi-live, checkisomd5 for dmsquash-live.
 */
function chooseSeal(options: BuildOptions, { type }: LiveDescription): Seal | undefined {
  const checked = type.flags === 'dmsquash' && options.mediaDigest === undefined ? 'rh' : 'suse';
  const usual = type.mediacheck ? (options.configuration?.mediaTagStyle ?? checked) : 'none';
  const style = options.mediaCheck ?? usual;
  if (style === 'none') return undefined;
  if (style === 'suse') return suseTagSeal({ digests: [options.mediaDigest ?? 'sha256'], check: true, pad: 0 });
  if (options.mediaDigest === undefined || options.mediaDigest === 'md5') return redHatTagSeal();
  throw new InvalidInputError('live.media-digest', 'Media-check tags in the style of isomd5sum hold MD5 digests.', {
    hint: 'Leave --media-digest out, or choose --media-check suse.',
  });
}

/** KIWI's default is xz with the branch filter of the architecture, on x86 and PowerPC. */
function compressionOf(
  options: BuildOptions,
  { type, path }: LiveDescription,
  machine: string,
  words: SquashfsWords | undefined,
): Compression {
  const worded = words?.compression ?? {};
  const described = type.squashfscompression ?? worded.name;
  const name: string = options.compression ?? (described === 'uncompressed' ? 'none' : (described ?? 'xz'));
  const { level, engine, extreme, dictionarySize, windowBits, strategies } = { ...worded, ...options };
  const asked = options.bcj ?? worded.bcj;
  const bcj = name !== 'xz' || (asked ?? 'auto') !== 'auto' ? asked : filtersFor(machine);
  const settings = { level, engine, extreme, dictionarySize, windowBits, strategies, bcj };
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  try {
    return chooseCompression({ name: name as CompressionName, ...(given as Omit<CompressionRequest, 'name'>) });
  } catch (error) {
    const codes = ['compress.unknown', 'compress.needs-native'];
    if (!(error instanceof IsopressError) || !codes.includes(error.code)) throw error;
    const why = described === undefined && options.compression === undefined ? ', which is the default,' : '';
    throw new UnsupportedError('live.compression', `Compression ${name}${why} is not available: ${error.message}`, {
      path,
      hint: 'Set squashfscompression="gzip" in the description, or add --set-type-attr squashfscompression=gzip.',
      cause: error,
    });
  }
}

const DEFAULT_BLOCK = 1024 * 1024;

function squashfsWords({ type, path, typePlace }: LiveDescription): SquashfsWords {
  const text = type.fscreateoptions ?? '';
  try {
    return readSquashfsWords(text, DEFAULT_BLOCK);
  } catch (error) {
    if (!(error instanceof IsopressError)) throw error;
    const message = `fscreateoptions="${text}" cannot be followed: ${error.message}`;
    const place = { ...typePlace, path, ...(error.hint ? { hint: error.hint } : {}), cause: error };
    if (error instanceof UnsupportedError) throw new UnsupportedError(error.code, message, place);
    throw new InvalidInputError(error.code, message, place);
  }
}

function filtersFor(machine: string): readonly BcjFilter[] {
  if (machine.includes('86')) return ['x86'];
  return machine.includes('ppc') ? ['powerpc'] : [];
}

/** Refuses early what would fail after a long build. */
async function checkTarget(directory: string, name: string, force: boolean): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new TargetError('target.enoent', `There is no directory ${directory}.`, {
      path: directory,
      hint: 'Create the target directory first.',
    });
  }
  const path = join(directory, name);
  if (!force && (await stat(path).catch(() => undefined))) {
    throw new TargetError('target.exists', `${path} exists already.`, { path, hint: 'Use --force to replace it.' });
  }
}

/** A kernel from outside the tree; its modules are those of the version in its name, or the only ones there are. */
async function givenKernel(path: string, root: FileTree): Promise<Kernel> {
  const { size } = await stat(path).catch((error) => {
    throw sourceError(fromText(path), error);
  });
  const versions = glob(root, '/usr/lib/modules/*')
    .concat(glob(root, '/lib/modules/*'))
    .map((found) => basename(found.path));
  const named = basename(path).replace(/^[^-]*-?/, '');
  const version = versions.includes(named) ? named : versions[0];
  if (version === undefined || (version !== named && new Set(versions).size > 1)) {
    throw new InvalidInputError('live.kernel-version', `It is not clear which modules belong to ${path}.`, {
      path,
      hint: `Name the file after its version, as in vmlinuz-6.1.0. The root tree has modules for: ${versions.join(', ') || 'none'}.`,
    });
  }
  return { path: fromText(path), version, file: file(fileContent(fromText(path), size)) };
}
